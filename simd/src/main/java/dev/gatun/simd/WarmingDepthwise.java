package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** One of the methods of {@link DepthwiseVectors}, once HotSpot has compiled it; until then plain Java serves. */
final class WarmingDepthwise extends Copied<DepthwiseLanes> {
  /** Which method. */
  enum Kind {
    WEIGHTS("depthwise gradients of nine weights"), COLUMN("depthwise gradients of a column of weights");

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
    super(new DepthwiseVectors(), DepthwiseLanes.class);
    this.kind = kind;
  }

  static WarmingDepthwise of(Kind kind) {
    return KNOWN.get(kind.ordinal());
  }

  @Override
  IntConsumer calls(DepthwiseLanes lanes, Arena arena) {
    int vector = DepthwiseVectors.LANES * Float.BYTES;
    int channels = VECTORS * DepthwiseVectors.LANES;
    long x = arena.allocate((long) vector * (VECTORS * MEASURED + (TAPS + 1) * TAPS), 64).address();
    long w = arena.allocate((long) vector * VECTORS * (TAPS + 1) * TAPS, 64).address();
    long y = arena.allocate((long) vector * VECTORS * MEASURED, 64).address();
    // Rows of taps lie on padding in some calls, or HotSpot thinks that none ever does.
    var row = new DepthwiseRow((long) TAPS * vector, vector, vector, vector, (long) TAPS * VECTORS * vector);
    return pixels -> {
      switch (kind) {
        case WEIGHTS -> {
          lanes.weights(row, x, y, w, 0, TAPS, 1, pixels - 2, 1, channels);
          lanes.weights(row, x, y, w, 0, 1, 1, 1, 1, channels);
          lanes.weights(row, x, y, w, 2, TAPS, 1, 1, 1, channels);
        }
        case COLUMN -> {
          lanes.column(row, x, y, w, 0, TAPS, pixels, channels);
          lanes.column(row, x, y, w, 0, 1, 1, channels);
          lanes.column(row, x, y, w, 2, TAPS, 1, channels);
        }
      }
    };
  }

  @Override
  int vectorsEach() {
    return VECTORS * switch (kind) {
      case COLUMN -> TAPS;
      case WEIGHTS -> TAPS * TAPS;
    };
  }

  @Override
  public String toString() {
    return kind.label;
  }
}
