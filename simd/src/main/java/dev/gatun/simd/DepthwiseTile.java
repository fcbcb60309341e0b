package dev.gatun.simd;

/** Convolution of f32, each channel by itself, for pixels at equal distances, in groups of a few. */
interface DepthwiseTile {
  /**
   * Sums over some rows of taps: a chain of fused multiply-adds from zero, in ascending order of taps.
   *
   * @param x address of the image under the first tap of the first pixel, in channel 0
   * @param w address of the packed weights
   * @param y address of the first pixel of the result
   * @param groups of pixels; if negative, turns are counted and nothing is computed
   * @param channels as many as a vector has lanes at least
   */
  void run(DepthwiseTaps taps, long x, long w, long y, int groups, int channels);
}
