package dev.gatun.bench;

import dev.gatun.graph.Machines;
import dev.gatun.ops.Cost;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Profile;
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
    var profile = new Profile();
    try (var whole = step.open(Machines.best(), threads);
        var split = step.open(Machines.profiled(Machines.best(), profile), threads)) {
      var subjects = List.of(new Measure.Subject("whole", whole.operations(), whole::run),
          new Measure.Subject("split", split.operations(), split::run));
      var timings = Measure.alternate(Measure.Effort.model(1), subjects);
      profile.forget();
      for (long end = System.nanoTime() + (long) (1e9 * SECONDS); System.nanoTime() < end;) {
        split.run();
      }
      System.out.print(table(profile.kernels(), roofline.flops()));
      System.out.printf(Locale.ROOT, "%s takes %.4f ms, %.1f GFLOP/s, and %.4f ms where kernels tell their times, "
          + "whose sum is %.4f ms%n", step.name(), 1e3 * timings.get(0).median(),
          1e-9 * step.flops() / timings.get(0).median(), 1e3 * timings.get(1).median(),
          1e3 * total(profile.kernels()));
    }
  }

  /** Seconds of all calls, if each took the median. */
  private static double total(List<Profile.Kernel> kernels) {
    double calls = kernels.stream().mapToLong(Profile.Kernel::calls).min().orElse(1);
    return kernels.stream().mapToDouble(kernel -> kernel.seconds() * kernel.calls() / calls).sum();
  }

  private static String table(List<Profile.Kernel> kernels, double peak) {
    double total = kernels.stream().mapToDouble(kernel -> kernel.seconds() * kernel.calls()).sum();
    var out = new StringBuilder("| µs | part | GFLOP/s | of peak | GB/s | kernel | from |\n"
        + "|---:|---:|---:|---:|---:|---|---|\n");
    kernels.stream().sorted(Comparator.comparingDouble((Profile.Kernel kernel) -> kernel.seconds() * kernel.calls())
        .reversed()).forEach(kernel -> {
          double seconds = kernel.seconds();
          var cost = Cost.of(kernel.run());
          boolean counted = cost.flops() > 0;
          out.append(String.format(Locale.ROOT, "| %.2f | %.1f %% | %s | %s | %.1f | %s %s | %s |%n", 1e6 * seconds,
              100 * seconds * kernel.calls() / total,
              counted ? String.format(Locale.ROOT, "%.1f", 1e-9 * cost.flops() / seconds) : "",
              counted ? String.format(Locale.ROOT, "%.0f %%", 100 * cost.flops() / seconds / peak) : "",
              1e-9 * cost.bytes() / seconds, kernel.run().choice().name(), types(kernel.run()), kernel.run().origin()));
        });
    return out.toString();
  }

  private static String types(Plan.Run run) {
    return String.join(" ", run.in().stream().map(operand -> operand.type().toString()).toList()) + " → "
        + String.join(" ", run.out().stream().map(operand -> operand.type().toString()).toList());
  }
}
