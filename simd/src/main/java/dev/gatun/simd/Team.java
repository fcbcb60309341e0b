package dev.gatun.simd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that run the tasks of a kernel. There is one team for the process, sized by the processors it may use; the
 * caller takes part as worker 0. Which worker runs which task is left to chance, so no result may depend on it.
 *
 * <p>A call from inside a task, or while another thread's call is under way, runs all its tasks on the calling thread:
 * nobody waits for the team. Calls allocate nothing.
 */
final class Team {
  /** One piece of work. */
  @FunctionalInterface
  interface Task {
    /**
     * Runs a task.
     *
     * @param task from 0 to the number of tasks, exclusive
     * @param worker from 0 to the number of threads, exclusive; no two tasks of a call run at once with the same one
     */
    void run(int task, int worker);
  }

  /** How long a worker that has nothing to do spins without a break: a wake-up costs about as much. */
  private static final long SPIN_NANOS = 30_000;
  /**
   * How long it then goes on, offering its processor to others, before it parks: longer than the gap between any two
   * kernels of a step. Workers that parked several times a step made a step of LeNet take 0.85 ms in some seconds and
   * 1.6 in others, all kernels alike: a virtual processor that idles may be put beside its sibling on one core.
   */
  private static final long YIELD_NANOS = 300_000;
  /** Turns of the spin between two looks at the clock, which costs about 25 ns. */
  private static final int SPIN_TURNS = 32;
  /** Ints of a cache line. */
  private static final int LINE = 16;
  // The gate: call number in the upper half, then one bit that is set while the call admits workers, then their number.
  private static final long CALL = 1L << 32;
  private static final long OPEN = 1L << 31;
  private static final long INSIDE = OPEN - 1;
  private static final VarHandle GATE;
  private static final VarHandle NEXT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle BUSY;

  static {
    try {
      var lookup = MethodHandles.lookup();
      GATE = lookup.findVarHandle(Team.class, "gate", long.class);
      BUSY = lookup.findVarHandle(Team.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final class Shared {
    static final Team TEAM = new Team(Runtime.getRuntime().availableProcessors());
  }

  private final Worker[] workers;
  private volatile long gate;
  private volatile boolean busy;
  private volatile Throwable failure;
  private Task task;
  private int threads;
  /** Of each worker's share, the next task and the one after the last; a cache line apart. */
  private final int[] next;
  private final int[] end;

  /** A team of its own, for tests; everything else takes {@link #shared()}. */
  Team(int size) {
    workers = new Worker[Math.max(0, size - 1)];
    next = new int[(workers.length + 2) * LINE];
    end = new int[(workers.length + 2) * LINE];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /** The team of this process. */
  static Team shared() {
    return Shared.TEAM;
  }

  /** How many threads can work at once, the caller among them. */
  int size() {
    return workers.length + 1;
  }

  /** Runs tasks {@code 0 … count - 1} on all threads and returns when all are done. */
  void run(int count, Task what) {
    run(count, size(), what);
  }

  /**
   * Runs tasks {@code 0 … count - 1} on at most so many threads and returns when all are done. What a task throws
   * reaches the caller, one of them if several do; tasks that have not begun by then are dropped.
   */
  void run(int count, int atMost, Task what) {
    int wanted = Math.min(Math.min(atMost, size()), count);
    boolean nested = Thread.currentThread() instanceof Worker;
    if (wanted <= 1 || nested || !BUSY.compareAndSet(this, false, true)) {
      int self = Thread.currentThread() instanceof Worker worker ? worker.index : 0;
      for (int i = 0; i < count; i++) {
        what.run(i, self);
      }
      return;
    }
    try {
      task = what;
      threads = wanted;
      failure = null;
      for (int i = 0; i < wanted; i++) {
        next[(i + 1) * LINE] = (int) ((long) count * i / wanted);
        end[(i + 1) * LINE] = (int) ((long) count * (i + 1) / wanted);
      }
      gate = (gate & -CALL) + CALL | OPEN;
      for (int i = 0; i < wanted - 1; i++) {
        if (workers[i].parked) {
          LockSupport.unpark(workers[i]);
        }
      }
      work(0);
      close();
      var thrown = failure;
      if (thrown != null) {
        throw Team.<RuntimeException>unchecked(thrown);
      }
    } finally {
      task = null;
      failure = null;
      busy = false;
    }
  }

  /** Tasks throw nothing checked, so this names the type that the compiler asks for and changes nothing. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
    throw (T) thrown;
  }

  /**
   * Takes the tasks of the worker's share, then those left of others'. Shares are ranges, so that a kernel finds what
   * the one before left in the same core's cache, if their tasks are cut alike.
   */
  private void work(int worker) {
    int shares = threads;
    var what = task;
    try {
      for (int i = 0; i < shares; i++) {
        int share = ((worker + i) % shares + 1) * LINE;
        for (int t; (t = (int) NEXT.getAndAdd(next, share, 1)) < end[share];) {
          what.run(t, worker);
        }
      }
    } catch (Throwable thrown) {
      failure = thrown;
      for (int i = 0; i < shares; i++) {
        NEXT.setVolatile(next, (i + 1) * LINE, end[(i + 1) * LINE]);
      }
    }
  }

  /** Admits no more workers and waits for those inside. */
  private void close() {
    long seen;
    do {
      seen = gate;
    } while (!GATE.compareAndSet(this, seen, seen & ~OPEN));
    for (int turn = 0; (gate & INSIDE) != 0; turn++) {
      if (turn < 1 << 14) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  private final class Worker extends Thread {
    private final int index;
    private volatile boolean parked;

    Worker(int index) {
      super("gatun-worker-" + index);
      this.index = index;
      setDaemon(true);
    }

    @Override
    public void run() {
      long done = 0;
      while (true) {
        long call = awaitCall(done);
        done = call & -CALL;
        if ((call & OPEN) != 0 && index < threads && GATE.compareAndSet(Team.this, call, call + 1)) {
          work(index);
          long inside;
          do {
            inside = gate;
          } while (!GATE.compareAndSet(Team.this, inside, inside - 1));
        } else if (gate != call) {
          done -= CALL;
        }
      }
    }

    /** The gate, once its call is another than the given one. */
    private long awaitCall(long done) {
      long start = System.nanoTime();
      for (int turn = 1;; turn++) {
        long now = gate;
        if ((now & -CALL) != done) {
          return now;
        }
        long idle = turn % SPIN_TURNS == 0 ? System.nanoTime() - start : 0;
        if (idle < SPIN_NANOS) {
          Thread.onSpinWait();
        } else if (idle < YIELD_NANOS) {
          Thread.yield();
        } else {
          park(done);
          start = System.nanoTime();
        }
      }
    }

    private void park(long done) {
      parked = true;
      if ((gate & -CALL) == done) {
        LockSupport.park(Team.this);
      }
      parked = false;
    }
  }
}
