package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/** What {@link WindowVectors} does for one kind of window, once HotSpot has compiled it; until then nothing serves. */
final class WarmingWindows extends Copied<WindowLanes> {
  private static final List<WarmingWindows> KNOWN =
      Arrays.stream(WindowStep.Kind.values()).map(WarmingWindows::new).toList();

  private final WindowStep.Kind kind;

  private WarmingWindows(WindowStep.Kind kind) {
    super(new WindowVectors(), WindowLanes.class);
    this.kind = kind;
  }

  static WarmingWindows of(WindowStep.Kind kind) {
    return KNOWN.get(kind.ordinal());
  }

  @Override
  IntConsumer calls(WindowLanes lanes, Arena arena) {
    int vector = WindowVectors.LANES * Float.BYTES;
    long taps = arena.allocate((long) vector * (MEASURED + Window.REHEARSED_TAPS), 64).address();
    long y = arena.allocate((long) vector * MEASURED, 64).address();
    long p = arena.allocate((long) vector * MEASURED, 64).address();
    var square = new Window();
    square.rehearse(taps, vector, 2, Window.REHEARSED_TAPS / 2);
    var line = new Window();
    line.rehearse(taps, vector, 1, Window.REHEARSED_TAPS);
    return vectors -> {
      for (var window : List.of(square, line)) {
        kind.apply(lanes, window, y, p, 0, vectors * WindowVectors.LANES, true);
        kind.apply(lanes, window, y, p, 0, vectors * WindowVectors.LANES, false);
        lanes.clear(window, 0, WindowVectors.LANES);
      }
    };
  }

  @Override
  int vectorsEach() {
    return 4 * Window.REHEARSED_TAPS;
  }

  @Override
  public String toString() {
    return "the windows' " + kind.name().toLowerCase(Locale.ROOT);
  }
}
