package dev.gatun.simd;

/**
 * The taps that pixels read where each channel is convolved by itself. Distances are in bytes, those between packed
 * weights in vectors.
 *
 * @param height rows of taps
 * @param width taps of a row
 * @param row from a tap of the image to the one below; negative where sums walk it upwards, 0 if there is none
 * @param tap from a tap to the next one, likewise
 * @param step from the first tap of a pixel of the result to that of the next pixel
 * @param ownStep from a pixel of the result to the next
 * @param weight from the first weight of some channels to that of the first tap
 * @param weightRow from the weight of a tap to that of the one below, or 0; {@code weightTap} to that of the next one
 * @param weights of a vector of channels
 */
record DepthwiseTaps(int height, int width, long row, long tap, long step, long ownStep, int weight, int weightRow,
    int weightTap, int weights) {
  /** Taps that stand one after the other in the code of a tile. */
  static final int UNROLLED = 9;
  /** Distance of pixels, in taps, up to which what they share is loaded once. */
  private static final int SHARED = 2;

  /**
   * The tile of groups of so many pixels. Single ones have their rows of taps in its code: each then has loads of its
   * own, which memory is asked ahead for; with more of them, a loop over rows is faster.
   */
  DepthwiseShape shape(int bits, int pixels) {
    boolean shared = pixels > 1 && width > 1 && step % tap == 0 && Math.abs(step / tap) <= SHARED;
    int down = pixels > 1 || height * width > UNROLLED ? 0 : height;
    return new DepthwiseShape(bits, pixels, down, width, weightRow, weightTap, shared ? (int) (step / tap) : 0);
  }

  /** How far before the first tap the lowest row of taps lies. */
  long before() {
    return Math.max(0, -row * (height - 1));
  }
}
