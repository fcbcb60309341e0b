package dev.gatun.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Where the time of plans goes. A machine that is given one when it loads a plan says when each kernel ran, and which
 * worker had a part in it. The latest times are kept; saying them allocates nothing. Read it while no plan runs.
 */
public final class Profile {
  /** Times of a kernel, and spans of a worker, that are kept. */
  private static final int TIMES = 1 << 10;
  private static final int SPANS = 1 << 16;

  private final List<Recorder> recorders = new ArrayList<>();

  /** A profile of nothing yet. */
  public Profile() {}

  /**
   * One kernel of a plan.
   *
   * @param number in the order in which the plan's kernels run, those of a loop once
   * @param calls since the profile began, or was told to forget
   * @param seconds the median of the latest calls
   */
  public record Kernel(Plan plan, int number, Plan.Run run, long calls, double seconds) {}

  /** A time in which a worker was at a kernel; nanoseconds of {@link System#nanoTime}. */
  public record Span(Plan plan, int number, Plan.Run run, int worker, long start, long end) {}

  /** The times of one loaded plan, which runs for one caller at a time. */
  public static final class Recorder {
    private final Plan plan;
    private final List<Plan.Run> runs = new ArrayList<>();
    private final long[][] times;
    private final long[] calls;
    /** Of each worker, one after the other: kernel, start, end. */
    private final long[][] spans;
    private final long[] written;

    private Recorder(Plan plan, int workers) {
      this.plan = plan;
      collect(plan.steps());
      times = new long[runs.size()][TIMES];
      calls = new long[runs.size()];
      spans = new long[workers][3 * SPANS];
      written = new long[workers];
    }

    private void collect(List<Plan.Step> steps) {
      for (var step : steps) {
        switch (step) {
          case Plan.Run run -> runs.add(run);
          case Plan.Repeat repeat -> collect(repeat.body());
        }
      }
    }

    /** A kernel ran from {@code start} to {@code end}, by {@link System#nanoTime}; said by the caller. */
    public void ran(int number, long start, long end) {
      times[number][(int) (calls[number]++ % TIMES)] = end - start;
      took(number, 0, start, end);
    }

    /** A worker had a part in it, worker 0 being the caller; said by that worker, which is at one kernel at a time. */
    public void took(int number, int worker, long start, long end) {
      int at = (int) (written[worker]++ % SPANS) * 3;
      spans[worker][at] = number;
      spans[worker][at + 1] = start;
      spans[worker][at + 2] = end;
    }

    private void forget() {
      Arrays.fill(calls, 0);
      Arrays.fill(written, 0);
    }

    private Kernel kernel(int number) {
      var latest = Arrays.copyOf(times[number], (int) Math.min(TIMES, calls[number]));
      Arrays.sort(latest);
      double median = latest.length == 0 ? 0
          : 0.5e-9 * (latest[(latest.length - 1) / 2] + latest[latest.length / 2]);
      return new Kernel(plan, number, runs.get(number), calls[number], median);
    }

    private void spans(int worker, List<Span> into) {
      for (int i = 0; i < Math.min(SPANS, written[worker]); i++) {
        int number = (int) spans[worker][3 * i];
        into.add(new Span(plan, number, runs.get(number), worker, spans[worker][3 * i + 1], spans[worker][3 * i + 2]));
      }
    }
  }

  /** What a machine tells of a plan that it loads for so many workers. */
  public synchronized Recorder recorder(Plan plan, int workers) {
    var recorder = new Recorder(plan, workers);
    recorders.add(recorder);
    return recorder;
  }

  /** Begins anew, once kernels are warm. */
  public synchronized void forget() {
    recorders.forEach(Recorder::forget);
  }

  /** All kernels that ran, plan by plan in the order in which they run. */
  public synchronized List<Kernel> kernels() {
    var kernels = new ArrayList<Kernel>();
    for (var recorder : recorders) {
      for (int i = 0; i < recorder.runs.size(); i++) {
        if (recorder.calls[i] > 0) {
          kernels.add(recorder.kernel(i));
        }
      }
    }
    return kernels;
  }

  /** The latest spans of all workers, by their start. */
  public synchronized List<Span> spans() {
    var spans = new ArrayList<Span>();
    for (var recorder : recorders) {
      for (int worker = 0; worker < recorder.spans.length; worker++) {
        recorder.spans(worker, spans);
      }
    }
    spans.sort(Comparator.comparingLong(Span::start));
    return spans;
  }
}
