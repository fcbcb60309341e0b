package dev.gatun.simd;

/**
 * How the pixels of a row of an output's gradient lie to the image, where each channel is convolved by itself with
 * 3 × 3 taps. All distances are in bytes.
 *
 * @param row from a tap of the image to the one below
 * @param tap from a tap to the next one
 * @param step from the first tap of a pixel to that of the next pixel
 * @param ownStep from a pixel of the gradient to the next
 * @param sums from the sums of a row of taps to those of the next
 */
record DepthwiseRow(long row, int tap, int step, long ownStep, long sums) {
}
