package dev.gatun.simd;

import com.sun.management.ThreadMXBean;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * Has HotSpot compile generated methods beside the main path, which their twins serve meanwhile: it calls them on
 * numbers of no account, looks every few milliseconds whether they have become fast, and now and then whether they
 * still are. Of those that wait it takes the one whose twin has cost most time of late. Between looks it sleeps, since
 * the compiler needs the processor.
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
  /**
   * Methods that are tried at a time: one is compiled while the next is counted. More would be forgotten, for HotSpot
   * drops a method from its queue that is not called for some time.
   */
  private static final int TRIED = 2;
  /** Between looks at a method that is tried. */
  private static final long LOOK_NANOS = 2_000_000;
  /** A look takes a quarter of the time at most: the interpreter needs milliseconds for a long kernel. */
  private static final int LOOK_REST = 3;
  /** Of so many looks the first few are preceded by calls for HotSpot to count. */
  private static final int LOOKS = 128;
  private static final int COUNTED_LOOKS = 24;
  /** Attempts on what was reported take a twentieth of this thread's time. */
  private static final int REST = 20;
  private static final long FIRST_CHECK_NANOS = 1_000_000_000L;
  private static final long LAST_CHECK_NANOS = 300_000_000_000L;
  /** Bytes of heap to a vector; those that HotSpot has not compiled are objects of 50 to 100. */
  private static final int COMPILED_BYTES = 8;

  private static final System.Logger LOGGER = System.getLogger("dev.gatun.simd");
  private static final Warmer RUNNING = new Warmer(PATIENCE_NANOS);

  static {
    RUNNING.start();
  }

  private final List<Watch> all = new ArrayList<>();
  private final List<Watch> waiting = new ArrayList<>();
  private final Queue<Watch> timed = new PriorityQueue<>(Comparator.comparingLong(watch -> watch.due));
  private final long patience;
  private int tried;
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

  /** Warms and watches a kernel. */
  synchronized void add(Warmable kernel) {
    var watch = new Watch(kernel);
    all.add(watch);
    waiting.add(watch);
    notifyAll();
  }

  /** Nanoseconds that the twins of all kernels have taken so far, about. */
  synchronized double cost() {
    return all.stream().mapToDouble(watch -> watch.kernel.cost()).sum();
  }

  /**
   * Takes the one whose twin has cost most since the last time, what it cost before counting half as much each time: a
   * program may be done with what it used first. Of several that have cost the same, the one that came first.
   */
  private Watch costliest() {
    var best = waiting.getFirst();
    for (var watch : waiting) {
      double cost = watch.kernel.cost();
      watch.urgency = watch.urgency / 2 + cost - watch.seen;
      watch.seen = cost;
      best = watch.urgency > best.urgency ? watch : best;
    }
    waiting.remove(best);
    return best;
  }

  private synchronized void later(Watch watch, long nanos) {
    watch.due = System.nanoTime() + nanos;
    timed.add(watch);
  }

  private synchronized Watch next() throws InterruptedException {
    while (true) {
      if (tried < TRIED && !waiting.isEmpty()) {
        return costliest();
      }
      long delay = timed.isEmpty() ? Long.MAX_VALUE : timed.peek().due - System.nanoTime();
      if (delay <= 0) {
        return timed.remove();
      }
      wait(delay / 1_000_000, (int) (delay % 1_000_000));
    }
  }

  @Override
  public void run() {
    while (true) {
      try {
        next().turn();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Judged by what the call leaves in the heap: its time depends on whatever else runs. */
  private static boolean isFast(Warmable.Rehearsal rehearsal) {
    long before = Heap.THREADS.getCurrentThreadAllocatedBytes();
    rehearsal.measured();
    long bytes = Heap.THREADS.getCurrentThreadAllocatedBytes() - before;
    return bytes <= rehearsal.vectors() * COMPILED_BYTES;
  }

  private static String slowly(Object what, String so) {
    return what + so + " and runs at a fraction of its speed: start the JVM with -XX:Tier3DelayOn=100000, with room "
        + "for code (-XX:ReservedCodeCacheSize) and without flags that switch the C2 compiler off";
  }

  private static void warn(String sentence) {
    LOGGER.log(Level.WARNING, sentence);
  }

  /** Takes some milliseconds to load, which the main path need not wait for. */
  private static final class Heap {
    static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  }

  /** One kernel's turns. */
  final class Watch {
    private final Warmable kernel;
    private long due;
    private double urgency;
    /** What its twin had cost when the next one was chosen last. */
    private double seen;
    private int attempts;
    private Attempt attempt;
    private boolean warm;
    private boolean reported;
    private long pause;

    private Watch(Warmable kernel) {
      this.kernel = kernel;
    }

    private void turn() {
      try {
        if (attempt != null) {
          look();
        } else if (warm && isFast()) {
          pause = Math.min(2 * pause, LAST_CHECK_NANOS);
          later(this, pause);
        } else {
          begin();
        }
      } catch (RuntimeException | Error e) {
        end();
        warn(slowly(kernel, " could not be tried (" + e + ")"));
      }
    }

    private void begin() {
      if (warm) {
        warm = false;
        kernel.serve(false);
        LOGGER.log(Level.DEBUG, () -> kernel + " has become slow");
      }
      if (kernel.renew()) {
        tried++;
        attempt = new Attempt(kernel, patience << Math.min(attempts, ATTEMPTS - 1));
        look();
      } else {
        warn(slowly(kernel, " is too large to be compiled"));
      }
    }

    private void look() {
      long before = System.nanoTime();
      if (attempt.succeeds()) {
        succeed();
      } else if (attempt.isOver()) {
        fail();
      } else {
        later(this, Math.max(LOOK_NANOS, LOOK_REST * (System.nanoTime() - before)));
      }
    }

    private void succeed() {
      long nanos = end();
      kernel.serve(true);
      slow -= attempts >= ATTEMPTS ? 1 : 0;
      warm = true;
      warmedAny = true;
      attempts = 0;
      pause = FIRST_CHECK_NANOS;
      later(this, pause);
      LOGGER.log(Level.DEBUG, () -> kernel + " is compiled after " + nanos / 1_000_000 + " ms");
    }

    private void fail() {
      long nanos = end();
      attempts++;
      slow += attempts == ATTEMPTS ? 1 : 0;
      vainNanos += nanos;
      LOGGER.log(Level.DEBUG, () -> kernel + " was not compiled within " + nanos / 1_000_000 + " ms");
      reportOnce();
      later(this, attempts < ATTEMPTS ? 0 : nanos * slow * REST);
    }

    /** Ends the present attempt, if there is one; nanoseconds that it took. */
    private long end() {
      if (attempt == null) {
        return 0;
      }
      tried--;
      long nanos = attempt.end();
      attempt = null;
      return nanos;
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

    private boolean isFast() {
      try (var arena = Arena.ofConfined()) {
        return Warmer.isFast(kernel.rehearse(arena));
      }
    }
  }

  /** The time that one generated class has to become fast. */
  private static final class Attempt {
    private final Arena arena = Arena.ofConfined();
    private final Warmable.Rehearsal rehearsal;
    private final long patience;
    private final long start = System.nanoTime();
    private int looks;

    Attempt(Warmable kernel, long patience) {
      this.rehearsal = kernel.rehearse(arena);
      this.patience = patience;
    }

    boolean succeeds() {
      if (looks++ % LOOKS < COUNTED_LOOKS) {
        rehearsal.count();
      }
      return isFast(rehearsal);
    }

    boolean isOver() {
      return System.nanoTime() - start > patience;
    }

    long end() {
      arena.close();
      return System.nanoTime() - start;
    }
  }
}
