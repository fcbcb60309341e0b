package dev.gatun.simd;

/**
 * Sums over the taps of some pixels of f32, each channel by itself, for the first {@code channels}, whole vectors: a
 * chain of fused multiply-adds from zero, in ascending order of taps.
 */
interface DepthwiseLanes {
  /**
   * Any number of taps.
   *
   * @param x address of the image under the first tap of the first pixel, in channel 0
   * @param w address of the packed weights
   * @param y address of the first pixel of the result
   */
  void some(DepthwiseTaps taps, long x, long w, long y, int pixels, int channels);

  /** Three rows of three taps. */
  void nine(DepthwiseTaps taps, long x, long w, long y, int pixels, int channels);
}
