package dev.gatun.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Times calls: warms each subject until its windows agree, then measures all of them in turn, A B A B, so that a
 * machine whose clock drifts treats them alike. Windows in which other processes took the processor are taken again.
 */
public final class Measure {
  /** How far apart the last windows of a warm subject may be, as a part of the shortest. */
  private static final double AGREEMENT = 0.05;
  /** How many windows must agree. */
  private static final int AGREEING = 4;
  /** Least time between two looks at the clock, which costs about 25 ns. */
  private static final double BATCH_SECONDS = 20e-6;
  /**
   * A window counts if other processes used less than this part of a processor, or if of some attempts none was better:
   * a neighbour takes its share even of a core that it does not run on, where two processors are threads of one core.
   */
  private static final double QUIET = 0.08;
  /** A subject is cold as long as more than this part of a window is spent on code that is not compiled yet. */
  private static final double COLD = 0.01;
  /** Most time that is given to one that stays cold. */
  private static final double COLD_LIMIT = 60;
  private static final int ATTEMPTS = 4;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Measure() {}

  /**
   * What is timed.
   *
   * @param operations how many operations a call of {@code work} does
   * @param elsewhere whether other processes do the work, so that it proves nothing if they are busy
   * @param cold nanoseconds spent so far on code that is not compiled yet
   */
  public record Subject(String name, int operations, boolean elsewhere, DoubleSupplier cold, Runnable work) {
    /** Work of this process. */
    public Subject(String name, int operations, Runnable work) {
      this(name, operations, false, () -> 0, work);
    }

    /** A subject whose call is one operation. */
    public static Subject of(String name, Runnable work) {
      return new Subject(name, 1, work);
    }
  }

  /**
   * How long to measure.
   *
   * @param warmSeconds least wall time that a subject is run before it is measured
   * @param limitSeconds most time given to a subject whose windows do not agree
   * @param windowSeconds length of a window; a longer call is a window of its own
   * @param windows how many windows of each subject count
   * @param restSeconds idle time before each window, for other libraries' threads that spin
   */
  public record Effort(double warmSeconds, double limitSeconds, double windowSeconds, int windows, double restSeconds) {
    /** For one kernel. */
    public static Effort kernel(int threads) {
      return new Effort(0.8, 2.5, 0.1, 7, rest(threads));
    }

    /** For one pass through a model. */
    public static Effort inference(int threads) {
      return new Effort(6, 15, 0.2, 7, rest(threads));
    }

    /** For a training step of a model, whose many kernels C2 compiles one after the other. */
    public static Effort model(int threads) {
      return new Effort(25, 45, 0.25, 7, rest(threads));
    }

    /** Intel's OpenMP spins for 200 ms. */
    private static double rest(int threads) {
      return threads > 1 ? 0.25 : 0;
    }
  }

  /**
   * The times of one subject.
   *
   * @param median seconds of an operation in the median window
   * @param best seconds of an operation in the fastest window
   * @param worst seconds of an operation in the slowest window
   * @param steady whether the windows agreed before measuring began, and other processes left the processor alone
   */
  public record Timing(String name, double median, double best, double worst, boolean steady) {
    static Timing of(Subject subject, double[] windows, boolean steady) {
      var sorted = windows.clone();
      Arrays.sort(sorted);
      return new Timing(subject.name, Measure.median(windows), sorted[0], sorted[sorted.length - 1], steady);
    }
  }

  /** The middle value, or the mean of the two in the middle. */
  public static double median(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no value has no median");
    }
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Measures subjects in turn; the results stand in their order. */
  public static List<Timing> alternate(Effort effort, List<Subject> subjects) {
    var clocks = new ArrayList<Clock>();
    for (var subject : subjects) {
      rest(effort);
      var clock = new Clock(subject, effort);
      clock.warm();
      clocks.add(clock);
    }
    for (int round = 0; round < effort.windows; round++) {
      for (var clock : clocks) {
        rest(effort);
        clock.times[round] = clock.quietWindow();
      }
    }
    return clocks.stream().map(c -> Timing.of(c.subject, c.times, c.steady)).toList();
  }

  private static void rest(Effort effort) {
    if (effort.restSeconds > 0) {
      try {
        Thread.sleep((long) (1e3 * effort.restSeconds));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while measuring", e);
      }
    }
  }

  /** Processors that others kept busy since the last call; 0 where the system does not say. */
  private static double othersSince() {
    double all = SYSTEM.getCpuLoad();
    double own = SYSTEM.getProcessCpuLoad();
    return all < 0 || own < 0 ? 0 : Math.max(0, all - own) * SYSTEM.getAvailableProcessors();
  }

  /** Whether times differ by no more than a part of the least of them. */
  static boolean agree(double[] times) {
    double least = Arrays.stream(times).min().orElseThrow();
    return Arrays.stream(times).max().orElseThrow() <= least * (1 + AGREEMENT);
  }

  private static final class Clock {
    private final Subject subject;
    private final Effort effort;
    private final double[] times;
    private int batch = 1;
    private boolean steady;

    private Clock(Subject subject, Effort effort) {
      this.subject = subject;
      this.effort = effort;
      this.times = new double[effort.windows];
    }

    private void warm() {
      var last = new double[AGREEING];
      long start = System.nanoTime();
      int done = 0;
      double spent = 0;
      boolean cold = false;
      while (spent < (cold ? COLD_LIMIT : effort.limitSeconds) && !(steady && spent >= effort.warmSeconds)) {
        double before = subject.cold.getAsDouble();
        double began = spent;
        last[done++ % AGREEING] = window();
        spent = 1e-9 * (System.nanoTime() - start);
        cold = 1e-9 * (subject.cold.getAsDouble() - before) > COLD * (spent - began);
        steady = !cold && done >= AGREEING && agree(last);
      }
    }

    /** A window that other processes left alone, if there is one, after a call that fills caches and wakes threads. */
    private double quietWindow() {
      if (subject.elsewhere) {
        return window();
      }
      double quietest = Double.POSITIVE_INFINITY;
      double kept = Double.NaN;
      for (int attempt = 0; attempt < ATTEMPTS && quietest > QUIET; attempt++) {
        subject.work.run();
        othersSince();
        double time = window();
        double others = othersSince();
        if (others < quietest) {
          quietest = others;
          kept = time;
        }
      }
      steady &= quietest <= QUIET;
      return kept;
    }

    /** Seconds of an operation. */
    private double window() {
      long start = System.nanoTime();
      long end = start + (long) (1e9 * effort.windowSeconds);
      long calls = 0;
      long now;
      do {
        for (int i = 0; i < batch; i++) {
          subject.work.run();
        }
        calls += batch;
        now = System.nanoTime();
      } while (now < end);
      double call = 1e-9 * (now - start) / calls;
      batch = (int) Math.clamp(BATCH_SECONDS / call, 1, 1 << 20);
      return call / subject.operations;
    }
  }
}
