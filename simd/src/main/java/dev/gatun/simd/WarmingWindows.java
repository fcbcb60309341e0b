package dev.gatun.simd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@link WindowVectors} does for one kind of window, once HotSpot has compiled it; until then nothing serves. */
final class WarmingWindows implements Warmable {
  private static final List<WarmingWindows> KNOWN = new ArrayList<>();
  /** Elements that must have been computed lane by lane before it is worth it. */
  private static final long WORTH_WARMING = 4096;
  private static final int MEASURED = 32;

  static {
    for (var kind : WindowStep.Kind.values()) {
      KNOWN.add(new WarmingWindows(kind));
    }
  }

  private final WindowStep.Kind kind;
  private WindowLanes copied;
  private volatile WindowLanes serving;
  private volatile boolean queued;
  private long elements;

  private WarmingWindows(WindowStep.Kind kind) {
    this.kind = kind;
  }

  static WarmingWindows of(WindowStep.Kind kind) {
    return KNOWN.get(kind.ordinal());
  }

  /** What serves, null as long as that is to be computed lane by lane; {@code more} elements are to be. */
  WindowLanes serving(long more) {
    var warm = serving;
    // A count that threads lose now and then only delays the queueing.
    if (warm == null && !queued && (elements += more) >= WORTH_WARMING) {
      queue();
    }
    return warm;
  }

  private synchronized void queue() {
    if (!queued) {
      queued = true;
      Warmer.shared().add(this);
    }
  }

  /** A copy of the class, hidden: to HotSpot it is another. */
  @Override
  public boolean renew() {
    try (var bytes = WindowVectors.class.getResourceAsStream("WindowVectors.class")) {
      var lookup = MethodHandles.lookup().defineHiddenClass(bytes.readAllBytes(), true);
      copied = (WindowLanes) lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot copy " + WindowVectors.class, e);
    }
  }

  @Override
  public void serve(boolean generated) {
    serving = generated ? copied : null;
  }

  @Override
  public Rehearsal rehearse(Arena arena) {
    var lanes = copied;
    int vector = WindowVectors.LANES * Float.BYTES;
    long taps = arena.allocate(4L * vector * MEASURED, 64).address();
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
        return 2L * MEASURED * 4;
      }
    };
  }

  @Override
  public String toString() {
    return "the windows' " + kind.name().toLowerCase(Locale.ROOT);
  }
}
