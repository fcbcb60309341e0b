package dev.gatun.bench;

import dev.gatun.graph.Machines;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of a training step goes, kernel by kernel: arguments are the network, the batch size and the number of
 * threads. For tuning; figures that are reported come from whole steps.
 */
public final class StepTimes {
  private static final double SECONDS = 4;

  private StepTimes() {}

  /** Prints a table, the costliest step first. */
  public static void main(String[] arguments) {
    var network = Network.valueOf(arguments.length > 0 ? arguments[0].toUpperCase(Locale.ROOT) : "LENET");
    int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
    int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
    var roofline = Roofline.measure(threads, 16 << 10, 0.5);
    System.out.println(Conditions.here().text());
    System.out.println(roofline.text());
    var step = new TrainingStep(network, batch);
    var clocked = new StepMachine(Machines.best());
    try (var whole = step.open(Machines.best(), threads); var split = step.open(clocked, threads)) {
      var subjects = List.of(new Measure.Subject("whole", whole.operations(), whole::run),
          new Measure.Subject("split", split.operations(), split::run));
      var timings = Measure.alternate(Measure.Effort.model(1), subjects);
      clocked.forget();
      for (long end = System.nanoTime() + (long) (1e9 * SECONDS); System.nanoTime() < end;) {
        split.run();
      }
      System.out.print(table(clocked.clocks(), roofline.flops()));
      System.out.printf(Locale.ROOT, "%s takes %.4f ms, %.1f GFLOP/s, and %.4f ms with clocks between its kernels, "
          + "whose sum is %.4f ms%n", step.name(), 1e3 * timings.get(0).median(),
          1e-9 * step.flops() / timings.get(0).median(), 1e3 * timings.get(1).median(),
          1e3 * clocked.clocks().stream().mapToDouble(StepClock::seconds).sum());
    }
  }

  static String table(List<StepClock> clocks, double peak) {
    double total = clocks.stream().mapToDouble(StepClock::seconds).sum();
    var out = new StringBuilder("| µs | part | GFLOP/s | of peak | GB/s | kernel | from |\n"
        + "|---:|---:|---:|---:|---:|---|---|\n");
    clocks.stream().sorted(Comparator.comparingDouble(StepClock::seconds).reversed()).forEach(clock -> {
      double seconds = clock.seconds();
      var cost = clock.cost();
      boolean counted = cost.flops() > 0;
      out.append(String.format(Locale.ROOT, "| %.2f | %.1f %% | %s | %s | %.1f | %s | %s |%n", 1e6 * seconds,
          100 * seconds / total, counted ? String.format(Locale.ROOT, "%.1f", 1e-9 * cost.flops() / seconds) : "",
          counted ? String.format(Locale.ROOT, "%.0f %%", 100 * cost.flops() / seconds / peak) : "",
          1e-9 * cost.bytes() / seconds, clock.name(), clock.origin()));
    });
    return out.toString();
  }
}
