package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * Sizes of the tiles and blocks of a matrix product on one machine. They never change a bit of the result.
 *
 * @param rows rows of a register tile
 * @param vectors vectors in a row of a register tile
 * @param depth steps of k between loading and storing a tile: a block of B has so many rows
 * @param height rows of C in one task
 * @param width columns of C in one task: a packed block of B, {@code depth x width}, fills half of the L2 cache
 */
record GemmBlocking(int rows, int vectors, int depth, int height, int width) {
  /**
   * Loading and storing a tile costs about 3 cycles a register; 384 steps keep that below 1 %, and leave a panel of A
   * (rows x depth) within a 32 KiB L1 cache. Measured at 512 and 1024 cubed: 256 is 3 % slower, 512 no faster.
   */
  private static final int DEPTH = 384;
  /** Packing B costs about as much as 8 rows of C, so 500 rows keep it below 2 %. */
  private static final int HEIGHT = 512;

  /** The blocking for products of many rows and columns. */
  static GemmBlocking of(Machine machine, DType dtype) {
    return of(machine, dtype, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * The blocking for a product of {@code m} rows and {@code n} columns. With 32 registers 14 x 2 accumulators leave two
   * for B, one for A and one free; with 16 it is 6 x 2. Fewer rows than half a tile use wider tiles, for at least 8
   * sums must be under way to hide the latency of the multiply-add (4 cycles, two units).
   */
  static GemmBlocking of(Machine machine, DType dtype, int m, int n) {
    int lanes = machine.lanes(dtype.bytes());
    int rows = machine.registers() >= 32 ? 14 : 6;
    int vectors = 2;
    if (machine.registers() >= 32 && m <= 6) {
      rows = 6;
      vectors = 4;
    }
    vectors = Math.clamp((n + lanes - 1L) / lanes, 1, vectors);
    int tile = vectors * lanes;
    int width = Math.max(tile, machine.level2() / 2 / DEPTH / dtype.bytes() / tile * tile);
    return new GemmBlocking(rows, vectors, DEPTH, HEIGHT / rows * rows, width);
  }
}
