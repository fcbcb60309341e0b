package dev.gatun.simd;

/**
 * The taps that a run of pixels reads where each channel is convolved by itself. All distances are in bytes.
 *
 * @param row from a tap of the image to the one below; negative where sums walk it upwards, 0 if there is none
 * @param tap from a tap to the next one, likewise
 * @param step from the first tap of a pixel of the result to that of the next pixel
 * @param ownStep from a pixel of the result to the next
 * @param weight from the packed weights of a vector of channels to that of the first tap
 * @param weightRow from the weight of a tap to that of the one below, or 0; {@code weightTap} to that of the next one
 * @param weights of a vector of channels
 */
record DepthwiseTaps(int height, int width, long row, long tap, long step, long ownStep, long weight, long weightRow,
    long weightTap, long weights) {
  /** By which method they are summed. */
  WarmingDepthwise.Kind kind() {
    return switch (height * width) {
      case 1 -> WarmingDepthwise.Kind.ONE;
      case 2 -> WarmingDepthwise.Kind.TWO;
      case 4 -> WarmingDepthwise.Kind.FOUR;
      case 9 -> WarmingDepthwise.Kind.NINE;
      default -> WarmingDepthwise.Kind.SOME;
    };
  }
}
