package dev.gatun.simd;

/** One worker's arrays for {@link Tape}, each of {@link #BLOCK} numbers. Tapes of all kernels share them. */
final class Registers {
  /**
   * Elements per block: four arrays of floats then fill a quarter of a first-level cache, and a row of them is long.
   */
  static final int BLOCK = 512;

  final byte[] bytes = new byte[BLOCK];
  final short[] shorts = new short[BLOCK];
  float[][] floats = {};
  double[][] doubles = {};
  int[][] ints = {};
  long[][] longs = {};

  /** Makes room for so many arrays of each kind. */
  void reserve(int f32, int f64, int i32, int i64) {
    floats = floats.length >= f32 ? floats : new float[f32][BLOCK];
    doubles = doubles.length >= f64 ? doubles : new double[f64][BLOCK];
    ints = ints.length >= i32 ? ints : new int[i32][BLOCK];
    longs = longs.length >= i64 ? longs : new long[i64][BLOCK];
  }
}
