package dev.gatun.bench.peers;

import dev.gatun.bench.Agreement;
import dev.gatun.bench.GraphRun;
import dev.gatun.bench.LeNet;
import dev.gatun.bench.Measure;
import dev.gatun.bench.Measure.Effort;
import dev.gatun.bench.Measure.Subject;
import dev.gatun.bench.Measure.Timing;
import dev.gatun.bench.RandomImages;
import dev.gatun.bench.Roofline;
import dev.gatun.bench.Row;
import dev.gatun.bench.Works;
import dev.gatun.graph.Machines;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The comparisons: each checks that both sides agree, then times them in turn. */
final class Suites {
  private static final int[] PRODUCTS = {64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};
  private static final int[] MAPS = {4096, 16 << 20};
  /** What the roofline has for each of its five loops. */
  private static final double ROOFLINE_SECONDS = 0.6;
  /** Ulps grow with the root of the terms: 2048 terms of either sign give about 1e-6 of the largest result. */
  private static final double PRODUCT_BOUND = 1e-5;
  private static final double MAP_BOUND = 1e-6;

  private Suites() {}

  static List<Row> gemm(int threads) {
    var roofline = roofline(threads, 16 << 10);
    var machine = Machines.best();
    var libraries = List.of(Blas.mkl(threads), Blas.openBlas(threads));
    var rows = new ArrayList<Row>();
    for (int size : PRODUCTS) {
      var a = Works.numbers(size * size, 1);
      var b = Works.numbers(size * size, 2);
      try (var ours = new GraphRun(machine, threads, Works.product(size));
          var mkl = new BlasProduct(libraries.get(0), size, a, b);
          var openBlas = new BlasProduct(libraries.get(1), size, a, b)) {
        ours.set("a", a);
        ours.set("b", b);
        ours.run();
        var rivals = List.of(mkl, openBlas);
        var errors = new double[rivals.size()];
        for (int i = 0; i < errors.length; i++) {
          rivals.get(i).run();
          var what = size + "³ against " + libraries.get(i).name();
          errors[i] = Agreement.require(what, Agreement.relativeError(what, ours.result(), rivals.get(i).result()),
              PRODUCT_BOUND);
        }
        var timings = Measure.alternate(Effort.kernel(threads), List.of(Subject.of("ours", ours::run),
            Subject.of("MKL", mkl::run), Subject.of("OpenBLAS", openBlas::run)));
        for (int i = 0; i < errors.length; i++) {
          rows.add(row("SGEMM", size + "³", threads, timings.get(0), timings.get(i + 1), Works.productFlops(size),
              Row.Unit.FLOPS, roofline.flops(), errors[i]));
        }
        System.err.println("SGEMM " + size + "³ done");
      }
    }
    return Compare.besideBestPeak(rows);
  }

  static List<Row> map(int threads) {
    var machine = Machines.best();
    var rows = new ArrayList<Row>();
    for (int size : MAPS) {
      var roofline = roofline(threads, (long) size * Float.BYTES);
      var x = Works.numbers(size, 1);
      var y = Works.numbers(size, 2);
      var z = Works.numbers(size, 3);
      try (var ours = new GraphRun(machine, threads, Works.fusedMap(size)); var torch = new Torch.FusedMap(x, y, z)) {
        ours.set("x", x);
        ours.set("y", y);
        ours.set("z", z);
        ours.run();
        var what = "map of " + size;
        double error = Agreement.require(what, Agreement.relativeError(what, ours.result(), torch.result()), MAP_BOUND);
        var timings = Measure.alternate(Effort.kernel(threads), List.of(Subject.of("ours", ours::run),
            Subject.of(Torch.name(), torch::run)));
        rows.addAll(Compare.besideBestPeak(List.of(row("relu(x·y+z)+x", (size >> 8) + " KiB arrays", threads,
            timings.get(0), timings.get(1), Works.fusedMapBytes(size), Row.Unit.BYTES, roofline.triad(), error))));
      }
    }
    return rows;
  }

  static List<Row> lenet(int threads, int batch, String label) {
    var roofline = roofline(threads, 16 << 10);
    var data = LeNet.data(batch);
    try (var ours = new LeNet(Machines.best(), threads, batch, data)) {
      var initial = ours.parameters();
      try (var torch = new TorchLeNet(initial, batch, data)) {
        ours.epoch();
        torch.epoch();
        double error = agreement(threads, batch, data, initial, ours, torch);
        var timings = Measure.alternate(Effort.model(threads), List.of(
            new Subject("ours", LeNet.BATCHES, ours::epoch),
            new Subject(Torch.name() + label, LeNet.BATCHES, torch::epoch)));
        return List.of(row("LeNet-5 SGD step", "batch " + batch, threads, timings.get(0), timings.get(1),
            LeNet.flops(batch), Row.Unit.FLOPS, roofline.flops(), error));
      }
    }
  }

  /** The error of our movement in one epoch, which must be as near to that of f64 as libtorch's is. */
  private static double agreement(int threads, int batch, RandomImages data, List<double[]> initial, LeNet ours,
      TorchLeNet torch) {
    try (var exact = LeNet.exact(Machines.best(), threads, batch, data, initial)) {
      exact.epoch();
      double error = LeNet.movementError(initial, ours.parameters(), ours.losses(), exact);
      double rivals = LeNet.movementError(initial, torch.parameters(), torch.losses(), exact);
      System.err.printf(Locale.ROOT, "LeNet, batch %d: relative error of a step beside f64 %.1e, libtorch's %.1e%n",
          batch, error, rivals);
      return Agreement.requireAsNear("LeNet, batch " + batch, error, rivals);
    }
  }

  private static Roofline roofline(int threads, long footprint) {
    var roofline = Roofline.measure(threads, footprint, ROOFLINE_SECONDS);
    System.err.println(roofline.text());
    return roofline;
  }

  private static Row row(String work, String size, int threads, Timing ours, Timing rival, double amount, Row.Unit unit,
      double peak, double error) {
    return new Row(work, size, threads, ours.median(), rival.name(), rival.median(), amount, unit, peak, error,
        ours.steady() && rival.steady());
  }
}
