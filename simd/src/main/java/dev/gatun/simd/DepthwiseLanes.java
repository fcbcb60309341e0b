package dev.gatun.simd;

/**
 * Weight gradient of a convolution of f32, each channel by itself, for some pixels of a row and the first
 * {@code channels}, whole vectors.
 */
interface DepthwiseLanes {
  /**
   * Adds to the sums of nine weights, each a chain of fused multiply-adds over its pixels, in ascending order: a few
   * pixels first whose first column of taps lies on padding, {@code inner} ones, and a few whose last column does.
   *
   * @param x address of the image under the first tap of the first pixel, in channel 0, be it padding
   * @param y address of that pixel of the output's gradient
   * @param sums address of the sums {@code [kh][vector of channels][kw][lane]}, and after them of as many as a row of
   *     taps has, to be left with anything
   * @param top the first row of taps that lies on the image; {@code bottom} the one after the last such
   */
  void weights(DepthwiseRow row, long x, long y, long sums, int top, int bottom, int left, int inner, int right,
      int channels);

  /**
   * The same for the weights of one column of taps and any pixels: {@code x} lies under the first tap of the column,
   * {@code sums} are those of its first weight.
   */
  void column(DepthwiseRow row, long x, long y, long sums, int top, int bottom, int pixels, int channels);
}
