package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * Runs generated methods on numbers of no account until HotSpot has compiled them, one at a time and beside the main
 * path, which their twins serve meanwhile; and looks now and then whether they are still fast.
 *
 * <p>HotSpot can get stuck with a large method: where C2 has a long queue, C1 compiles the method without profiling,
 * later fails to compile it with profiling, and then never passes it on. A method that is slow for long is therefore
 * given up and generated anew, in a class that HotSpot begins afresh with. What stays slow none the less is reported,
 * once.
 */
final class Warmer extends Thread {
  /** How often a method is made anew in a row before it is reported; each time it has twice as long. */
  static final int ATTEMPTS = 4;
  /** C2 takes a second and more for a large tile where others want the processors; giving up wastes what it did. */
  private static final long PATIENCE_NANOS = 4_000_000_000L;
  /** Attempts on what was reported take a twentieth of this thread's time. */
  private static final int REST = 20;
  private static final long FIRST_CHECK_NANOS = 1_000_000_000L;
  private static final long LAST_CHECK_NANOS = 300_000_000_000L;
  /** A check is disturbed by whatever else runs: the best of so many calls counts. */
  private static final int CHECK_CALLS = 5;
  private static final long AT_ONCE_NANOS = -3_600_000_000_000L;

  private static final Warmer RUNNING = new Warmer(PATIENCE_NANOS);

  static {
    RUNNING.start();
  }

  private final DelayQueue<Watch> queue = new DelayQueue<>();
  private final long patience;
  private boolean warmedAny;
  private boolean saidNone;
  private long vainNanos;
  private int slow;

  /** @param patience nanoseconds of the first attempt on each method */
  Warmer(long patience) {
    super("gatun-warmer");
    this.patience = patience;
    setDaemon(true);
  }

  static Warmer shared() {
    return RUNNING;
  }

  /** Warms and watches a kernel after those that came before. */
  Watch add(Warmable kernel) {
    return add(kernel, 0);
  }

  /** Warms and watches a kernel before all others. */
  Watch addFirst(Warmable kernel) {
    return add(kernel, AT_ONCE_NANOS);
  }

  private Watch add(Warmable kernel, long delay) {
    var watch = new Watch(kernel);
    watch.due = System.nanoTime() + delay;
    queue.add(watch);
    return watch;
  }

  @Override
  public void run() {
    while (true) {
      try {
        queue.take().turn();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void warn(String sentence) {
    System.getLogger("dev.gatun.simd").log(System.Logger.Level.WARNING, sentence);
  }

  private static String slowly(Object what, String so) {
    return what + so + " and runs at a fraction of its speed: start the JVM with -XX:Tier3DelayOn=100000, with room "
        + "for code (-XX:ReservedCodeCacheSize) and without flags that switch the C2 compiler off";
  }

  /** One kernel's turns. */
  final class Watch implements Delayed {
    private final Warmable kernel;
    private long due;
    private volatile int attempts;
    private boolean warm;
    private boolean reported;
    private long pause;

    private Watch(Warmable kernel) {
      this.kernel = kernel;
    }

    /** Has a kernel that waits to be warmed warmed next, unless that was in vain so far. */
    void hasten() {
      if (attempts < ATTEMPTS && queue.remove(this)) {
        due = System.nanoTime() + AT_ONCE_NANOS;
        queue.add(this);
      }
    }

    private void turn() {
      try (var arena = Arena.ofConfined()) {
        if (warm && isFast(kernel.rehearse(arena))) {
          pause = Math.min(2 * pause, LAST_CHECK_NANOS);
        } else if (warm) {
          kernel.serve(false);
          warm = false;
          attempt(arena);
        } else if (kernel.renew()) {
          attempt(arena);
        } else {
          warn(slowly(kernel, " is too large to be compiled"));
          return;
        }
      } catch (Throwable e) {
        warn(slowly(kernel, " could not be tried (" + e + ")"));
        return;
      }
      due = System.nanoTime() + pause;
      queue.add(this);
    }

    private void attempt(Arena arena) throws Throwable {
      long nanos = patience << Math.min(attempts, ATTEMPTS - 1);
      if (becomesFast(kernel.rehearse(arena), nanos)) {
        kernel.serve(true);
        slow -= attempts >= ATTEMPTS ? 1 : 0;
        warm = true;
        warmedAny = true;
        attempts = 0;
        pause = FIRST_CHECK_NANOS;
        return;
      }
      attempts++;
      slow += attempts == ATTEMPTS ? 1 : 0;
      pause = attempts < ATTEMPTS ? 0 : nanos * slow * REST;
      vainNanos += nanos;
      reportOnce();
    }

    private void reportOnce() {
      if (!warmedAny && !saidNone && vainNanos >= patience << ATTEMPTS) {
        saidNone = true;
        warn(slowly("the machine cpu", " has had no kernel compiled so far"));
      } else if (warmedAny && !reported && attempts >= ATTEMPTS) {
        reported = true;
        warn(slowly(kernel, " has not been compiled so far"));
      }
    }

    private static boolean isFast(Warmable.Rehearsal rehearsal) throws Throwable {
      for (int i = 0; i < CHECK_CALLS; i++) {
        long before = System.nanoTime();
        rehearsal.timed();
        if (System.nanoTime() - before < rehearsal.limit()) {
          return true;
        }
      }
      return false;
    }

    private static boolean becomesFast(Warmable.Rehearsal rehearsal, long nanos) throws Throwable {
      long start = System.nanoTime();
      while (System.nanoTime() - start < nanos) {
        rehearsal.calls();
        long before = System.nanoTime();
        rehearsal.timed();
        if (System.nanoTime() - before < rehearsal.limit()) {
          return true;
        }
      }
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.signum(due - ((Watch) other).due);
    }
  }
}
