package dev.gatun.simd;

import java.lang.foreign.Arena;

/** One of the methods of {@link DepthwiseVectors}, once HotSpot has compiled it; until then plain Java serves. */
final class WarmingDepthwise extends Copied<DepthwiseLanes> {
  private static final WarmingDepthwise SOME = new WarmingDepthwise(false);
  private static final WarmingDepthwise NINE = new WarmingDepthwise(true);
  /** What an element takes in plain Java, all its taps together. */
  private static final double SCALAR_NANOS = 20;
  /** Vectors of the call that is measured. */
  private static final int MEASURED = 32;
  private static final int TAPS = 3;

  private final boolean nine;

  private WarmingDepthwise(boolean nine) {
    super(new DepthwiseVectors(), DepthwiseLanes.class, SCALAR_NANOS);
    this.nine = nine;
  }

  static WarmingDepthwise of(boolean nine) {
    return nine ? NINE : SOME;
  }

  /** Sums of some pixels by what serves. */
  void sum(DepthwiseLanes lanes, DepthwiseTaps taps, long x, long w, long y, int pixels, int channels) {
    if (nine) {
      lanes.nine(taps, x, w, y, pixels, channels);
    } else {
      lanes.some(taps, x, w, y, pixels, channels);
    }
  }

  @Override
  public Rehearsal rehearse(Arena arena) {
    var lanes = copied();
    long vector = DepthwiseVectors.LANES * (long) Float.BYTES;
    int taps = TAPS * TAPS;
    long x = arena.allocate(vector * (2 * MEASURED + taps), 64).address();
    long w = arena.allocate(2 * vector * taps, 64).address();
    long y = arena.allocate(vector * 2 * MEASURED, 64).address();
    var all = new DepthwiseTaps(TAPS, TAPS, TAPS * vector, vector, vector, vector, 0, TAPS * vector, vector, 0);
    return new Rehearsal() {
      @Override
      public void count() {
        for (int i = 0; i < TURNING_CALLS; i++) {
          call(2);
        }
      }

      @Override
      public void measured() {
        call(MEASURED);
      }

      private void call(int pixels) {
        sum(lanes, all, x, w, y, pixels, 2 * DepthwiseVectors.LANES);
      }

      @Override
      public long vectors() {
        return 2L * MEASURED * taps;
      }
    };
  }

  @Override
  public String toString() {
    return "depthwise sums of " + (nine ? "nine taps" : "any taps");
  }
}
