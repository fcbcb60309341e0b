package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** One of the methods of {@link DepthwiseVectors}, once HotSpot has compiled it; until then plain Java serves. */
final class WarmingDepthwise extends Copied<DepthwiseLanes> {
  /** Which method. */
  enum Kind {
    SOME("depthwise sums of any taps"), NINE("depthwise sums of nine taps"), WEIGHTS("depthwise weights' gradients");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  private static final List<WarmingDepthwise> KNOWN = Arrays.stream(Kind.values()).map(WarmingDepthwise::new).toList();
  private static final int TAPS = 3;
  /** Vectors of channels of a call. */
  private static final int VECTORS = 2;

  private final Kind kind;

  private WarmingDepthwise(Kind kind) {
    super(new DepthwiseVectors(), DepthwiseLanes.class, SCALAR_NANOS);
    this.kind = kind;
  }

  static WarmingDepthwise of(Kind kind) {
    return KNOWN.get(kind.ordinal());
  }

  /** Sums of some pixels by what serves. */
  void sum(DepthwiseLanes lanes, DepthwiseTaps taps, long x, long w, long y, int pixels, int channels) {
    if (kind == Kind.NINE) {
      lanes.nine(taps, x, w, y, pixels, channels);
    } else {
      lanes.some(taps, x, w, y, pixels, channels);
    }
  }

  @Override
  IntConsumer calls(DepthwiseLanes lanes, Arena arena) {
    int vector = DepthwiseVectors.LANES * Float.BYTES;
    int channels = VECTORS * DepthwiseVectors.LANES;
    long x = arena.allocate((long) vector * (VECTORS * MEASURED + (TAPS + 1) * TAPS), 64).address();
    long w = arena.allocate((long) vector * VECTORS * (TAPS + 1) * TAPS, 64).address();
    long y = arena.allocate((long) vector * VECTORS * MEASURED, 64).address();
    if (kind == Kind.WEIGHTS) {
      // The first pixel has no tap of the first two columns on the image, the last none of the others.
      var row = new DepthwiseRow((long) TAPS * vector, vector, vector, vector, (long) TAPS * VECTORS * vector,
          new int[] {1, 1, 0}, new int[] {MEASURED, MEASURED - 1, MEASURED - 1});
      return pixels -> lanes.weights(row, x, y, w, 0, TAPS, MEASURED - pixels, MEASURED, channels);
    }
    var taps = new DepthwiseTaps(TAPS, TAPS, (long) TAPS * vector, vector, vector, vector, 0, (long) TAPS * vector,
        vector, 0);
    return pixels -> sum(lanes, taps, x, w, y, pixels, channels);
  }

  @Override
  int vectorsEach() {
    return VECTORS * TAPS * TAPS;
  }

  @Override
  public String toString() {
    return kind.label;
  }
}
