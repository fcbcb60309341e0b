package dev.gatun.simd;

/** Convolution of each channel by itself in plain Java. */
final class DepthwiseScalars {
  private DepthwiseScalars() {
  }

  /** What a {@link DepthwiseTile} of so many pixels does, whose vectors have so many lanes. */
  static void sum(DepthwiseTaps taps, long x, long w, long y, int pixels, int channels, int lanes) {
    int last = Math.ceilDiv(channels, lanes) - 1;
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < channels; channel++) {
        int vector = channel / lanes;
        int lane = vector < last ? channel % lanes : channel - channels + lanes;
        int weight = vector * taps.weights() + taps.weight();
        long image = x + i * taps.step() + 4L * channel;
        float sum = 0;
        for (int down = 0; down < taps.height(); down++) {
          for (int across = 0; across < taps.width(); across++) {
            sum = Math.fma(Raw.ALL.get(Raw.F32, image + down * taps.row() + across * taps.tap()),
                Raw.ALL.get(Raw.F32, w + 4L * ((weight + down * taps.weightRow() + across * taps.weightTap()) * lanes
                    + lane)), sum);
          }
        }
        Raw.ALL.set(Raw.F32, y + i * taps.ownStep() + 4L * channel, sum);
      }
    }
  }

  /**
   * What {@link DepthwiseLanes} do, for the weights of columns {@code first} to {@code last} of taps and channels
   * {@code from} to {@code to}, exclusive.
   */
  static void weights(DepthwiseRow row, long x, long y, long sums, int top, int bottom, int first, int last, int pixels,
      int from, int to) {
    for (int i = 0; i < pixels; i++) {
      long own = y + (long) i * row.ownStep();
      for (int down = top; down < bottom; down++) {
        for (int across = first; across < last; across++) {
          long image = x + down * row.row() + (long) i * row.step() + (long) across * row.tap();
          for (int channel = from; channel < to; channel++) {
            int lane = channel % DepthwiseVectors.LANES;
            long sum = sums + down * row.sums() + 4L * (3 * (channel - lane) + across * DepthwiseVectors.LANES + lane);
            Raw.ALL.set(Raw.F32, sum, Math.fma(Raw.ALL.get(Raw.F32, own + 4L * channel),
                Raw.ALL.get(Raw.F32, image + 4L * channel), Raw.ALL.get(Raw.F32, sum)));
          }
        }
      }
    }
  }
}
