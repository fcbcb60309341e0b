package dev.gatun.bench;

import dev.gatun.bench.Measure.Subject;
import dev.gatun.graph.Machines;
import dev.gatun.graph.language.LanguageException;
import dev.gatun.memory.BudgetException;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Profile;
import dev.gatun.simd.CpuBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** What the process does that {@link Workshop} starts: measures one suite on one number of threads. */
public final class Worker {
  /** With what the lines begin that hold a row. */
  static final String ROW = "row\t";
  /** With what the line begins that says why there is no row. */
  static final String FAILED = "failed\t";
  /** What the roofline has for each of its five loops, unless all windows of a side are shorter. */
  private static final double ROOFLINE_SECONDS = 0.4;
  private static final int CACHE = 16 << 10;
  private static final int MEMORY = 64 << 20;
  private static final double PROFILED_SECONDS = 1;

  private final Order order;
  private final List<Peer> peers;
  private final Map<Integer, Roofline> rooflines = new HashMap<>();

  private Worker(Order order) {
    this.order = order;
    peers = !order.peers() ? List.of() : Workshop.peers().stream()
        .filter(peer -> !order.keeping() || peer.allocates()).toList();
  }

  /** Prints a line for each row, or one that says why a case gives none; says on stderr how far it is. */
  public static void main(String[] arguments) {
    var worker = new Worker(Order.parse(arguments));
    for (var work : worker.order.works()) {
      System.err.println("measuring " + work.name());
      try {
        var row = worker.measure(work);
        if (row != null) {
          System.out.println(ROW + row.line());
        }
      } catch (BenchException | BudgetException | LanguageException | IllegalArgumentException | ArithmeticException
          | OutOfMemoryError e) {
        var reason = reason(e);
        System.out.println(FAILED + (reason.startsWith(work.name()) ? reason : work.name() + ": " + reason));
        System.exit(1);
      }
    }
  }

  /** Why sizes cannot be measured, in one line. */
  private static String reason(Throwable failure) {
    return switch (failure) {
      case ArithmeticException overflow -> "its tensors have more elements than can be counted";
      case OutOfMemoryError full -> "the Java heap holds no tensors so large";
      case LanguageException fault -> fault.diagnostics().getFirst().message();
      default -> failure.getMessage();
    };
  }

  /** The figure, or null if memory is kept for nobody's sake. */
  private Row measure(Work work) {
    var names = new ArrayList<String>();
    var runs = new ArrayList<Run>();
    try (var ours = work.open(machine(work), order.threads())) {
      for (var peer : peers) {
        var run = peer.open(work, order.threads());
        if (run != null) {
          names.add(peer.name() + (order.keeping() ? Row.KEEPING : ""));
          runs.add(run);
        }
      }
      if (order.keeping() && runs.isEmpty()) {
        return null;
      }
      double error = error(work, ours, names, runs);
      var subjects = new ArrayList<>(List.of(subject("ours", ours, CpuBackend::coldNanos)));
      for (int i = 0; i < runs.size(); i++) {
        subjects.add(subject(names.get(i), runs.get(i), () -> 0));
      }
      var timings = Measure.alternate(order.effort(work), subjects);
      var times = new LinkedHashMap<String, Double>();
      for (int i = 0; i < runs.size(); i++) {
        times.put(names.get(i), timings.get(i + 1).median());
      }
      return new Row(order.suite().label(), work.name(), order.threads(), timings.getFirst().median(), times,
          work.flops(), work.bytes(), work.peak(roofline(work)), error,
          timings.stream().allMatch(Measure.Timing::steady), Conditions.here().text());
    } finally {
      runs.forEach(Run::close);
    }
  }

  /**
   * When the kernels of our side run: after a warm-up as in a measurement, as often as fits into a second, in this
   * process and without peers. Empty if the work is done by processes of its own.
   */
  public static Profile profile(Order order, Work work) {
    var profile = new Profile();
    try (var ours = work.open(Machines.profiled(machine(work), profile), order.threads())) {
      var effort = order.effort(work);
      Measure.alternate(new Measure.Effort(effort.warmSeconds(), effort.limitSeconds(), effort.windowSeconds(), 1, 0),
          List.of(subject("ours", ours, CpuBackend::coldNanos)));
      profile.forget();
      long end = System.nanoTime() + (long) (1e9 * PROFILED_SECONDS);
      do {
        ours.run();
      } while (System.nanoTime() < end);
    }
    return profile;
  }

  private static Backend machine(Work work) {
    return work.isExact() ? Machines.exact(Machines.best()) : Machines.best();
  }

  private static Subject subject(String name, Run run, DoubleSupplier cold) {
    return new Subject(name, run.operations(), run.elsewhere(), cold, run::run);
  }

  /** Our error. Fails if it, or a peer's, is out of bound: then the two sides do not do the same. */
  private double error(Work work, Run ours, List<String> names, List<Run> runs) {
    List<double[]> exact;
    try (var run = work.exact(Machines.best(), order.threads())) {
      run.run();
      exact = run.results();
    }
    ours.run();
    double error = distance(work, work.name(), ours, exact);
    for (int i = 0; i < runs.size(); i++) {
      var what = work.name() + " by " + names.get(i);
      runs.get(i).run();
      double theirs = distance(work, what, runs.get(i), exact);
      if (work.isExact()) {
        Agreement.requireAsNear(work.name() + " beside " + names.get(i), error, theirs, work.terms());
      }
    }
    return error;
  }

  private static double distance(Work work, String what, Run run, List<double[]> exact) {
    return Agreement.require(what, work.error(what, run.results(), exact), work.bound());
  }

  /** In cache or in memory, as the work is. */
  private Roofline roofline(Work work) {
    int footprint = work.flops() > 0 || work.bytes() < 4 * CACHE + CACHE ? CACHE : MEMORY;
    return rooflines.computeIfAbsent(footprint, bytes -> {
      var roofline = Roofline.measure(order.threads(), bytes, Math.min(ROOFLINE_SECONDS,
          order.windows() * order.effort(work).windowSeconds()));
      System.err.println(roofline.text());
      return roofline;
    });
  }
}
