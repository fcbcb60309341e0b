package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Cast;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Eigh;
import dev.gatun.ops.Gather;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec.Fold;
import dev.gatun.ops.Lu;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Node;
import dev.gatun.ops.Op;
import dev.gatun.ops.Qr;
import dev.gatun.ops.Reduce;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Scan;
import dev.gatun.ops.ScatterAdd;
import dev.gatun.ops.Source;
import dev.gatun.ops.SumPool;
import dev.gatun.ops.Svd;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.TriangularSolve;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;

/** What every machine must do; a machine's test says which machine it is. */
abstract class MachineContract {
  abstract Backend machine();

  @Provide
  Arbitrary<String> primitives() {
    return Arbitraries.of(OpCases.ALL.keySet());
  }

  /** Every op on every machine gives what its definition says, on dense, transposed and sliced operands. */
  @Property(tries = 600)
  void opsMeanTheirDefinitions(@ForAll("primitives") String name, @ForAll long seed, @ForAll boolean f64) {
    var drawn = OpCases.draw(name, seed, f64 ? DType.F64 : DType.F32);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = new ArrayList<Value>();
    for (int i = 0; i < drawn.types().size(); i++) {
      operands.add(operand(b, "x" + i, drawn.types().get(i), drawn.values().get(i), (seed >>> 2 * i & 3), sources));
    }
    var results = b.apply(drawn.op(), operands);
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < results.size(); i++) {
      outputs.put("y" + i, results.get(i));
    }
    compare(Graph.of(outputs, Map.of()), sources, drawn.op());
  }

  @Provide
  Arbitrary<String> pointwise() {
    // Factorisations and loops take what is well conditioned.
    var others = Set.of("Cholesky", "TriangularSolve", "Lu", "Qr", "Eigh", "Svd", "Scan");
    return Arbitraries.of(OpCases.ALL.keySet().stream().filter(name -> !others.contains(name)).toList());
  }

  /** What is not a number, infinite, a zero with a sign, subnormal or far off is no exception. */
  @Property(tries = 600)
  void specialNumbersMeanTheirDefinitions(@ForAll("pointwise") String name, @ForAll long seed) {
    var drawn = OpCases.withSpecials(OpCases.draw(name, seed, DType.F32), seed);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = new ArrayList<Value>();
    for (int i = 0; i < drawn.types().size(); i++) {
      operands.add(operand(b, "x" + i, drawn.types().get(i), drawn.values().get(i), (seed >>> 2 * i & 3), sources));
    }
    var outputs = new LinkedHashMap<String, Value>();
    b.apply(drawn.op(), operands).forEach(result -> outputs.put("y" + outputs.size(), result));
    double largest = 1;
    for (var values : drawn.values()) {
      largest *= Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(1);
    }
    compare(Graph.of(outputs, Map.of()), sources, drawn.op(), Math.max(1, largest));
  }

  /** So do integers, which know no error at all. */
  @Property(tries = 300)
  void integersMeanTheirDefinitions(@ForAll long seed) {
    exactly(IntegerCases.draw(seed), seed);
  }

  /** And dtypes that store: casts from and to them, and every move. */
  @Property(tries = 600)
  void storageMeansItsDefinitions(@ForAll long seed) {
    exactly(StorageCases.draw(seed), seed);
  }

  private void exactly(OpCases.Case drawn, long seed) {
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = new ArrayList<Value>();
    for (int i = 0; i < drawn.types().size(); i++) {
      operands.add(operand(b, "x" + i, drawn.types().get(i), drawn.values().get(i), (seed >>> 2 * i & 3), sources));
    }
    var graph = Graph.of(Map.of("y", b.apply(drawn.op(), operands).getFirst()), Map.of());
    var expected = GraphRunner.define(graph, sources);
    var outcome = GraphRunner.run(graph, machine(), 2, sources);
    Closeness.check(machine().name() + " " + drawn.op().label(), expected.get(graph.outputs().get("y")),
        outcome.outputs().get("y"), 0, 0);
  }

  /** An operand of given values: dense, the transpose of a transposed tensor, or a slice of a larger one. */
  private static Value operand(Builder b, String name, TensorType type, double[] values, long form,
      Map<String, Reference> sources) {
    int rank = type.shape().rank();
    if (form == 1 && rank >= 2) {
      var order = new ArrayList<Integer>();
      for (int i = rank - 1; i >= 0; i--) {
        order.add(i);
      }
      var stored = dev.gatun.ops.Evaluator.apply(new dev.gatun.ops.Transpose(order), List.of(Reference.of(type, values)),
          new dev.gatun.ops.Transpose(order).infer(List.of(type))).getFirst();
      sources.put(name, stored);
      return b.transpose(b.source(name, Source.Role.INPUT, stored.type()), order);
    }
    if (form == 2 && rank >= 1) {
      var zeros = Reference.zeros(type);
      var concat = new dev.gatun.ops.Concat(rank - 1);
      var stored = dev.gatun.ops.Evaluator.apply(concat, List.of(zeros, Reference.of(type, values)),
          concat.infer(List.of(type, type))).getFirst();
      sources.put(name, stored);
      long size = type.shape().size(rank - 1);
      return b.slice(b.source(name, Source.Role.INPUT, stored.type()), rank - 1, size, size);
    }
    sources.put(name, Reference.of(type, values));
    return b.source(name, Source.Role.INPUT, type);
  }

  /** Gradients in f32 are those of the definitions, but for what the rounding of their steps adds up to. */
  @Property(tries = 300)
  void gradientsInF32MeanTheirDefinitions(@ForAll("primitives") String name, @ForAll long seed) {
    var drawn = OpCases.draw(name, seed, DType.F32);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = OpCases.sources(b, drawn, sources);
    Value loss = b.constant(TensorType.scalar(DType.F32), 0);
    for (var result : b.apply(drawn.op(), operands)) {
      if (result.dtype() == DType.F32) {
        loss = b.add(loss, b.sum(b.mul(result, 0.5), Builder.allAxes(result), false));
      }
    }
    var outputs = new LinkedHashMap<String, Value>();
    b.gradients(loss, operands.stream().filter(v -> v.dtype() == DType.F32).toList())
        .forEach(g -> outputs.put("g" + outputs.size(), g));
    var graph = Graph.of(outputs, Map.of());
    var expected = GraphRunner.define(graph, sources);
    var found = GraphRunner.run(graph, machine(), 2, sources).outputs();
    outputs.forEach((output, value) -> {
      double scale = Arrays.stream(expected.get(value).data()).map(Math::abs).max().orElse(0);
      Closeness.check(machine().name() + " " + drawn.op().label(), expected.get(value), found.get(output), 0,
          1e-4 * (1e-2 + scale));
    });
  }

  /** Whole graphs, updates included, mean their definitions: fusion, layouts and shared memory change nothing. */
  @Property(tries = 200)
  void graphsMeanTheirDefinitions(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F64);
    var expected = GraphRunner.define(drawn.graph(), drawn.sources());
    var outcome = GraphRunner.run(drawn.graph(), machine(), 2, drawn.sources());
    drawn.graph().outputs().forEach((name, value) ->
        Closeness.check(machine().name() + " " + name, expected.get(value), outcome.outputs().get(name), 1e-9, 1e-9));
    drawn.graph().updates().forEach((state, next) -> {
      var name = ((Source) state.node().op()).name();
      Closeness.check(machine().name() + " " + name, expected.get(next), outcome.variables().get(name), 1e-9, 1e-9);
    });
  }

  /** So do their gradients: loops back, what is summed after them, parts of a split. */
  @Property(tries = 100)
  void gradientsMeanTheirDefinitions(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F64);
    check(drawn.gradients(), drawn.sources());
  }

  /** Whatever of a graph hangs on parameters and states alone, and is not computed in each run, comes out the same. */
  @Property(tries = 200)
  void whatIsPreparedIsWhatARunWouldCompute(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F64);
    check(Graph.of(drawn.graph().outputs(), Map.of()).rewrite(node -> role(node, seed)), drawn.sources());
  }

  /** A source as a parameter, a state or an input, as the seed wills. */
  private static Op.Primitive role(Node node, long seed) {
    if (!(node.op() instanceof Source source)) {
      return node.op();
    }
    var roles = List.of(Source.Role.PARAMETER, Source.Role.STATE, Source.Role.INPUT);
    return new Source(source.name(), roles.get(Math.floorMod(source.name().hashCode() * 31 + seed, 3)), source.type());
  }

  @Property(tries = 100)
  void gradientsOfScansMeanTheirDefinitions(@ForAll long seed) {
    var drawn = OpCases.draw("Scan", seed, DType.F64);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = new ArrayList<Value>();
    for (int i = 0; i < drawn.types().size(); i++) {
      operands.add(operand(b, "x" + i, drawn.types().get(i), drawn.values().get(i), (seed >>> 2 * i & 3), sources));
    }
    Value loss = b.constant(TensorType.scalar(DType.F64), 0);
    for (var result : b.scan((Scan) drawn.op(), operands)) {
      loss = b.add(loss, b.sum(b.mul(result, result), Builder.allAxes(result), false));
    }
    var outputs = new LinkedHashMap<String, Value>();
    for (var gradient : b.gradients(loss, operands.stream().filter(v -> v.dtype().isFloat()).toList())) {
      outputs.put("g" + outputs.size(), gradient);
    }
    check(Graph.of(outputs, Map.of()), sources);
  }

  /** The fold of a row that holds nothing but the identity of its fold, or nothing at all. */
  @Example
  void extremesOfIntegersAreNotLost() {
    for (var dtype : List.of(DType.I32, DType.I64)) {
      double least = dtype == DType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
      // Numbers pass through double: the largest that fits i64 again, and what nothing at all leaves as the smallest.
      double most = dtype == DType.I32 ? Integer.MAX_VALUE : Math.nextDown(0x1p63);
      double none = dtype == DType.I32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
      for (int columns : new int[] {3, 40, 0}) {
        var b = new Builder();
        var outputs = new LinkedHashMap<String, Value>();
        var sources = new LinkedHashMap<String, Reference>();
        for (var fold : List.of(Fold.MAX, Fold.MIN)) {
          var operand = Reference.zeros(TensorType.of(dtype, 2, columns));
          Arrays.fill(operand.data(), fold == Fold.MAX ? least : most);
          sources.put("x" + fold, operand);
          var x = b.source("x" + fold, Source.Role.INPUT, operand.type());
          outputs.put("y" + fold, b.reduce(fold, x, List.of(1), false));
        }
        var found = GraphRunner.run(Graph.of(outputs, Map.of()), machine(), 2, sources).outputs();
        Assertions.assertArrayEquals(new double[] {least, least}, found.get("yMAX").data(), "max of " + columns);
        double smallest = columns == 0 ? none : most;
        Assertions.assertArrayEquals(new double[] {smallest, smallest}, found.get("yMIN").data(), "min of " + columns);
      }
    }
  }

  /** What an integer cannot hold: see {@link Cast}. */
  @Example
  void castsSaturateAndWrap() {
    var operand = Reference.of(TensorType.of(DType.F32, 5), 300.7f, -129, Double.NaN, 1e10f, -1e10f);
    var expected = Map.of(
        DType.I8, new double[] {44, 127, 0, -1, 0},
        DType.U8, new double[] {44, 127, 0, 255, 0},
        DType.I32, new double[] {300, -129, 0, Integer.MAX_VALUE, Integer.MIN_VALUE},
        DType.I64, new double[] {300, -129, 0, 1e10, -1e10});
    expected.forEach((dtype, numbers) -> {
      var b = new Builder();
      var y = b.cast(b.source("x", Source.Role.INPUT, operand.type()), dtype);
      var found = GraphRunner.run(Graph.of(Map.of("y", y), Map.of()), machine(), 2, Map.of("x", operand)).outputs();
      Assertions.assertArrayEquals(numbers, found.get("y").data(), dtype.label());
    });
  }

  /** What only stores has its gradients added up in f32: 1.0001 is a number there, and 1 in f16. */
  @Property(tries = 10)
  void gradientsOfWhatIsStoredAreAddedUpInF32(@ForAll boolean brain) {
    var stored = brain ? DType.BF16 : DType.F16;
    var b = new Builder();
    var single = TensorType.of(DType.F32, 2);
    var index = TensorType.of(DType.I32, 3);
    var table = b.source("table", Source.Role.INPUT, single.withDType(stored));
    var rows = b.cast(b.apply(new Gather(0, 0), table, b.source("index", Source.Role.INPUT, index)), DType.F32);
    var loss = b.add(b.sum(b.mul(rows, 1.0001), List.of(0), false),
        b.sum(b.mul(b.cast(b.broadcast(table, Shape.of(3, 2)), DType.F32), 2), List.of(0, 1), false));
    var gradient = b.gradients(loss, List.of(table)).getFirst();
    Assertions.assertEquals(single, gradient.type());
    var outcome = GraphRunner.run(Graph.of(Map.of("g", gradient), Map.of()), machine(), 2,
        Map.of("table", Reference.of(table.type(), 3, 4), "index", Reference.of(index, 1, 1, 0)));
    Assertions.assertEquals(6 + 1.0001, outcome.outputs().get("g").at(0), 1e-6);
    Assertions.assertEquals(6 + 2.0002, outcome.outputs().get("g").at(1), 1e-6);
  }

  /** So has what a loop carries. */
  @Property(tries = 10)
  void gradientsOfWhatIsCarriedInStorageAreF32(@ForAll boolean brain, @ForAll boolean reverse) {
    var stored = brain ? DType.BF16 : DType.F16;
    var b = new Builder();
    var x = b.source("scan.x", Source.Role.INPUT, TensorType.of(DType.F32, 2));
    var h = b.source("scan.h", Source.Role.INPUT, TensorType.of(stored, 2));
    var w = b.source("scan.w", Source.Role.INPUT, TensorType.of(DType.F32, 2));
    var next = b.cast(b.add(b.mul(b.cast(h, DType.F32), w), x), stored);
    var scan = new Scan(new Scan.Body(List.of(x), List.of(h), List.of(w), List.of(next), List.of(next)), 3, reverse);
    var operands = List.of(b.source("x", Source.Role.INPUT, TensorType.of(DType.F32, 3, 2)),
        b.source("h", Source.Role.INPUT, h.type()), b.source("w", Source.Role.INPUT, w.type()));
    var results = b.scan(scan, operands);
    Value loss = b.sum(b.cast(results.get(0), DType.F32), List.of(0, 1), false);
    var outputs = new LinkedHashMap<String, Value>();
    b.gradients(loss, operands).forEach(g -> outputs.put("g" + outputs.size(), g));
    Assertions.assertEquals(TensorType.of(DType.F32, 2), outputs.get("g1").type());
    check(Graph.of(outputs, Map.of()), Map.of("x", Reference.of(operands.get(0).type(), 1, 2, 0.5, 1, 2, 0.25),
        "h", Reference.of(h.type(), 1, -2), "w", Reference.of(w.type(), 0.5, 1.5)));
  }

  private void check(Graph graph, Map<String, Reference> sources) {
    var expected = GraphRunner.define(graph, sources);
    var outcome = GraphRunner.run(graph, machine(), 2, sources);
    graph.outputs().forEach((name, value) ->
        Closeness.check(machine().name() + " " + name, expected.get(value), outcome.outputs().get(name), 1e-9, 1e-9));
  }

  private void compare(Graph graph, Map<String, Reference> sources, Op.Primitive op) {
    compare(graph, sources, op, 1);
  }

  /** @param largest most that a term of a sum may be: sums in another order differ by parts of that */
  private void compare(Graph graph, Map<String, Reference> sources, Op.Primitive op, double largest) {
    var expected = GraphRunner.define(graph, sources);
    // Zeros are what memory holds before anything is computed: a result of hardly anything else shows little.
    Assume.that(graph.outputs().values().stream().allMatch(value -> isTelling(expected.get(value))));
    var outcome = GraphRunner.run(graph, machine(), 2, sources);
    graph.outputs().forEach((name, value) -> {
      var type = value.dtype();
      double terms = terms(op, graph);
      double unit = type == DType.F32 ? 0x1p-24 : type == DType.F64 ? 0x1p-50 : 0;
      Closeness.check(machine().name() + " " + op.label(), expected.get(value).rounded(), outcome.outputs().get(name),
          8 * unit * terms, 16 * unit * terms * (terms > 1 ? largest : 1));
    });
  }

  private static boolean isTelling(Reference result) {
    long others = Arrays.stream(result.data()).filter(x -> x != 0).count();
    return result.data().length == 0 || others * 20 >= result.data().length;
  }

  /** How many numbers meet in one result: what the error of a sum grows with. */
  private static double terms(Op.Primitive op, Graph graph) {
    return switch (op) {
      case MatMul m -> 2 + 4 * Math.sqrt(graph.inputs().getFirst().shape().elements());
      case Convolve c -> 2 + 4 * Math.sqrt(c.data().elements());
      case Reduce r -> 2 + 4 * Math.sqrt(graph.inputs().getFirst().shape().elements());
      case ScatterAdd s -> 64;
      case SumPool s -> 16;
      case Scan s -> 64;
      case Cholesky c -> 64;
      case TriangularSolve t -> 64;
      case Lu l -> 64;
      case Qr q -> 64;
      case Eigh e -> 64;
      case Svd s -> 64;
      default -> 1;
    };
  }
}
