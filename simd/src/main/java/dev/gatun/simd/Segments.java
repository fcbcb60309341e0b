package dev.gatun.simd;

import java.util.ArrayList;
import java.util.List;

/**
 * One whole sum of a convolution as a few runs of steps that lie side by side in the image: the channels of a tap, and
 * of the taps beside it where the image goes on there. Tiles that walk a run need no table; between two runs their sums
 * wait in memory.
 */
record Segments(List<Segment> all) {
  /** Steps of a run on average that hide what storing and loading a tile's sums costs: 3 % at 64. */
  private static final int LONG = 48;

  /** Bytes from the first step of the sum, in the image and in the packed weights, and the number of steps. */
  record Segment(long image, long weights, int steps) {}

  /**
   * The runs of all positions of a vertical and a horizontal run, or null where steps do not lie side by side for long
   * enough.
   *
   * @param weightStep bytes between the packed weights of two steps
   */
  static Segments of(ConvolutionMap map, AxisRun y, AxisRun x, long weightStep) {
    int channels = map.inChannels();
    if (map.in().channel() != map.bytes() && channels > 1) {
      return null;
    }
    var all = new ArrayList<Segment>();
    for (int i = 0; i < y.taps().length; i++) {
      for (int j = 0; j < x.taps().length; j++) {
        long tap = (long) y.taps()[i] * map.shape().horizontal().kernel() + x.taps()[j];
        long image = y.offsets()[i] * map.in().height() + x.offsets()[j] * map.in().width();
        long weights = tap * channels * weightStep;
        var last = all.isEmpty() ? null : all.getLast();
        if (last != null && image == last.image + (long) last.steps * map.bytes()
            && weights == last.weights + last.steps * weightStep) {
          all.set(all.size() - 1, new Segment(last.image, last.weights, last.steps + channels));
        } else {
          all.add(new Segment(image, weights, channels));
        }
      }
    }
    return (long) y.taps().length * x.taps().length * channels < (long) LONG * all.size() || all.isEmpty() ? null
        : new Segments(List.copyOf(all));
  }
}
