package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What {@link WindowVectors} does for one kind of window, once HotSpot has compiled it; until then nothing serves. */
final class WarmingWindows implements Warmable {
  private static final List<WarmingWindows> KNOWN =
      Arrays.stream(WindowStep.Kind.values()).map(WarmingWindows::new).toList();
  private static final WindowVectors AT_ONCE = new WindowVectors();
  /** What an element takes in plain Java, all its taps together. */
  private static final double SCALAR_NANOS = 20;
  /** Vectors of the call that is measured. */
  private static final int MEASURED = 32;

  private final WindowStep.Kind kind;
  private WindowLanes copied;
  private volatile WindowLanes serving;
  private final Demand demand = new Demand();

  private WarmingWindows(WindowStep.Kind kind) {
    this.kind = kind;
  }

  static WarmingWindows of(WindowStep.Kind kind) {
    return KNOWN.get(kind.ordinal());
  }

  /** What serves, null as long as that is to be computed lane by lane; {@code more} elements are to be. */
  WindowLanes serving(long more) {
    if (Demand.isAtOnce()) {
      return AT_ONCE;
    }
    var warm = serving;
    if (warm == null) {
      demand.add(more, this);
    }
    return warm;
  }

  @Override
  public boolean renew() {
    copied = Apart.copy(WindowVectors.class, WindowLanes.class);
    return true;
  }

  @Override
  public double cost() {
    return SCALAR_NANOS * demand.elements();
  }

  @Override
  public void serve(boolean generated) {
    serving = generated ? copied : null;
  }

  @Override
  public Rehearsal rehearse(Arena arena) {
    var lanes = copied;
    int vector = WindowVectors.LANES * Float.BYTES;
    long taps = arena.allocate((long) vector * (MEASURED + Window.REHEARSED_TAPS), 64).address();
    long y = arena.allocate((long) vector * MEASURED, 64).address();
    long p = arena.allocate((long) vector * MEASURED, 64).address();
    var window = new Window();
    window.rehearse(taps, vector);
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

      private void call(int vectors) {
        kind.apply(lanes, window, y, p, 0, vectors * WindowVectors.LANES, true);
        kind.apply(lanes, window, y, p, 0, vectors * WindowVectors.LANES, false);
        lanes.clear(window, 0, WindowVectors.LANES);
      }

      @Override
      public long vectors() {
        return 2L * MEASURED * Window.REHEARSED_TAPS;
      }
    };
  }

  @Override
  public String toString() {
    return "the windows' " + kind.name().toLowerCase(Locale.ROOT);
  }
}
