package dev.gatun.bench;

import dev.gatun.graph.Machines;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of a LeNet training step goes, kernel by kernel: arguments are the batch size and the number of
 * threads. For tuning; figures that are reported come from whole steps.
 */
public final class StepTimes {
  private static final int EPOCHS = 40;

  private StepTimes() {}

  /** Prints a table, the costliest step first. */
  public static void main(String[] arguments) {
    int batch = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
    int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    var roofline = Roofline.measure(threads, 16 << 10, 0.5);
    System.out.println(Conditions.here().text());
    System.out.println(roofline.text());
    var data = LeNet.data(batch);
    var clocked = new StepMachine(Machines.best());
    try (var whole = new LeNet(Machines.best(), threads, batch, data);
        var split = new LeNet(clocked, threads, batch, data)) {
      var subjects = List.of(new Measure.Subject("whole", LeNet.BATCHES, whole::run),
          new Measure.Subject("split", LeNet.BATCHES, split::run));
      var timings = Measure.alternate(Measure.Effort.model(1), subjects);
      clocked.forget();
      for (int i = 0; i < EPOCHS; i++) {
        split.run();
      }
      System.out.print(table(clocked.clocks(), roofline.flops()));
      System.out.printf(Locale.ROOT, "batch %d: a step takes %.4f ms, %.1f GFLOP/s, and %.4f ms with clocks between "
          + "its kernels, whose sum is %.4f ms%n", batch, 1e3 * timings.get(0).median(),
          1e-9 * LeNet.flops(batch) / timings.get(0).median(), 1e3 * timings.get(1).median(),
          1e3 * clocked.clocks().stream().mapToDouble(StepClock::seconds).sum());
    }
  }

  static String table(List<StepClock> clocks, double peak) {
    double total = clocks.stream().mapToDouble(StepClock::seconds).sum();
    var out = new StringBuilder("| µs | part | GFLOP/s | of peak | GB/s | kernel | from |\n"
        + "|---:|---:|---:|---:|---:|---|---|\n");
    clocks.stream().sorted(Comparator.comparingDouble(StepClock::seconds).reversed()).forEach(clock -> {
      double seconds = clock.seconds();
      boolean counted = clock.flops() > 0;
      out.append(String.format(Locale.ROOT, "| %.2f | %.1f %% | %s | %s | %.1f | %s | %s |%n", 1e6 * seconds,
          100 * seconds / total, counted ? String.format(Locale.ROOT, "%.1f", 1e-9 * clock.flops() / seconds) : "",
          counted ? String.format(Locale.ROOT, "%.0f %%", 100 * clock.flops() / seconds / peak) : "",
          1e-9 * clock.bytes() / seconds, clock.name(), clock.origin()));
    });
    return out.toString();
  }
}
