package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Source;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Gradients against central differences in a random direction, in double by the definitions. */
class GradientTest {
  private static final double STEP = 1e-5;

  @Provide
  Arbitrary<String> primitives() {
    // A stopped gradient is declared to differ from the slope.
    return Arbitraries.of(OpCases.ALL.keySet()).filter(name -> !name.equals("StopGradient"));
  }

  @Property(tries = 600)
  void firstOrder(@ForAll("primitives") String name, @ForAll long seed) {
    first(name, seed);
  }

  private static void first(String name, long seed) {
    var loss = lossOf(name, seed);
    if (!hasSlope(loss)) {
      return;
    }
    check(name, loss.value, loss.inputs, loss.sources, loss.b, seed);
  }

  /** The gradient's own gradient, along a random direction of the operands. */
  @Property(tries = 400)
  void secondOrder(@ForAll("primitives") String name, @ForAll long seed) {
    second(name, seed);
  }

  private static void second(String name, long seed) {
    var loss = lossOf(name, seed);
    if (!hasSlope(loss)) {
      return;
    }
    var gradients = loss.b.gradients(loss.value, loss.inputs);
    Value total = loss.b.like(loss.value, 0);
    for (var gradient : gradients) {
      total = loss.b.add(total, loss.b.sum(loss.b.mul(gradient, weights(loss.b, gradient)), Builder.allAxes(gradient), false));
    }
    check(name, total, loss.inputs, loss.sources, loss.b, seed);
  }

  /** Scans have more forms than other ops: what is summed over turns, masks, loops in loops. */
  @Property(tries = 150)
  void scans(@ForAll long seed) {
    first("Scan", seed);
  }

  @Property(tries = 80)
  void scansSecondOrder(@ForAll long seed) {
    second("Scan", seed);
  }

  /** A sum whose third derivative is large beside its slope. */
  @Example
  void aScanThatBendsMuch() {
    second("Scan", -6_477_470_895_357L);
  }

  @Provide
  Arbitrary<String> factorisations() {
    return Arbitraries.of("Cholesky", "TriangularSolve", "Lu", "Qr", "Eigh", "Svd");
  }

  /** Factorisations have gradients that are seldom right by chance. */
  @Property(tries = 120)
  void factorisations(@ForAll("factorisations") String name, @ForAll long seed) {
    first(name, seed);
  }

  @Property(tries = 120)
  void factorisationsSecondOrder(@ForAll("factorisations") String name, @ForAll long seed) {
    second(name, seed);
  }

  /** What flows back is linear in what arrives: twice one gradient and another one give as much together. */
  @Property(tries = 300)
  void gradientsAreLinearInWhatArrives(@ForAll("primitives") String name, @ForAll long seed) {
    var drawn = OpCases.draw(name, seed, DType.F64);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = OpCases.sources(b, drawn, sources);
    var inputs = operands.stream().filter(v -> v.dtype() == DType.F64).toList();
    var random = new Random(seed);
    Value[] losses = new Value[3];
    Arrays.setAll(losses, _ -> b.constant(dev.gatun.ops.TensorType.scalar(DType.F64), 0));
    for (var result : b.apply(drawn.op(), operands)) {
      if (result.dtype() == DType.F64) {
        var arriving = new Value[2];
        for (int i = 0; i < 2; i++) {
          var dy = "dy" + sources.size();
          sources.put(dy, Reference.of(result.type(), random.doubles(result.shape().elements(), -1, 1).toArray()));
          arriving[i] = b.source(dy, Source.Role.INPUT, result.type());
          losses[i] = b.add(losses[i], b.sum(b.mul(result, arriving[i]), Builder.allAxes(result), false));
        }
        var both = b.add(b.mul(arriving[0], 2), arriving[1]);
        losses[2] = b.add(losses[2], b.sum(b.mul(result, both), Builder.allAxes(result), false));
      }
    }
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < 3; i++) {
      for (var gradient : b.gradients(losses[i], inputs)) {
        outputs.put(i + "." + outputs.size() % Math.max(1, inputs.size()), gradient);
      }
    }
    var graph = Graph.of(outputs, Map.of());
    var values = GraphRunner.define(graph, sources);
    for (int i = 0; i < inputs.size(); i++) {
      var one = values.get(outputs.get("0." + i));
      var other = values.get(outputs.get("1." + i));
      var expected = new double[one.data().length];
      Arrays.setAll(expected, j -> 2 * one.data()[j] + other.data()[j]);
      Closeness.check(name, Reference.of(one.type(), expected), values.get(outputs.get("2." + i)), 1e-9, 1e-9);
    }
  }

  @Property(tries = 200)
  void wholeGraphs(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F64);
    check("graph", drawn.loss(), drawn.inputs(), drawn.sources(), drawn.builder(), seed);
  }

  /** Whether there is anything to differentiate: an operand, and not the infinite maximum of nothing. */
  private static boolean hasSlope(Loss loss) {
    return !loss.inputs.isEmpty() && loss.inputs.stream().allMatch(v -> v.shape().elements() > 0);
  }

  /** A number made of an op's results, so that every element counts differently. */
  private record Loss(Value value, List<Value> inputs, Map<String, Reference> sources, Builder b) {}

  private static Loss lossOf(String name, long seed) {
    var drawn = OpCases.draw(name, seed, DType.F64);
    var b = new Builder();
    var sources = new LinkedHashMap<String, Reference>();
    var operands = OpCases.sources(b, drawn, sources);
    Value loss = b.constant(dev.gatun.ops.TensorType.scalar(DType.F64), 0);
    for (var result : b.apply(drawn.op(), operands)) {
      if (result.dtype() == DType.F64) {
        var weighted = b.mul(b.mul(result, result), weights(b, result));
        loss = b.add(loss, b.sum(weighted, Builder.allAxes(weighted), false));
      }
    }
    return new Loss(loss, operands.stream().filter(v -> v.dtype() == DType.F64).toList(), sources, b);
  }

  private static Value weights(Builder b, Value like) {
    var flat = dev.gatun.memory.Shape.of(like.shape().elements());
    var ramp = b.unary(dev.gatun.ops.UnaryFn.SIN, b.add(b.cast(b.index(flat, 0), DType.F64), 0.7));
    return b.reshape(ramp, like.shape());
  }

  private static void check(String name, Value loss, List<Value> inputs, Map<String, Reference> sources, Builder b,
      long seed) {
    var gradients = b.gradients(loss, inputs);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", loss);
    for (int i = 0; i < gradients.size(); i++) {
      outputs.put("g" + i, gradients.get(i));
    }
    var graph = Graph.of(outputs, Map.of());
    var values = GraphRunner.define(graph, sources);
    var random = new Random(seed);
    var directions = new HashMap<String, double[]>();
    double slope = 0;
    for (int i = 0; i < inputs.size(); i++) {
      var source = ((Source) inputs.get(i).node().op()).name();
      var direction = random.doubles(sources.get(source).data().length, -1, 1).toArray();
      directions.put(source, direction);
      for (int j = 0; j < direction.length; j++) {
        slope += direction[j] * values.get(gradients.get(i)).at(j);
      }
    }
    double size = 1e-2 * (1 + Math.abs(values.get(loss).at(0)));
    double measured = difference(graph, loss, sources, directions, STEP);
    if (!isNear(measured, slope, size)) {
      // What a difference leaves out falls with the square of its step (Richardson 1911).
      measured = (4 * difference(graph, loss, sources, directions, STEP / 2) - measured) / 3;
    }
    if (!isNear(measured, slope, size)) {
      throw new AssertionError(name + ": differences say " + measured + ", the gradient " + slope + ", seed " + seed);
    }
  }

  private static boolean isNear(double measured, double slope, double size) {
    return Math.abs(measured - slope) <= 1e-6 * (Math.abs(measured) + Math.abs(slope) + size);
  }

  /** By how much the loss grows along the directions, measured by a step to either side. */
  private static double difference(Graph graph, Value loss, Map<String, Reference> sources,
      Map<String, double[]> directions, double step) {
    var up = new HashMap<>(sources);
    var down = new HashMap<>(sources);
    directions.forEach((source, direction) -> {
      up.put(source, moved(sources.get(source), direction, step));
      down.put(source, moved(sources.get(source), direction, -step));
    });
    var above = GraphRunner.define(graph, up);
    var below = GraphRunner.define(graph, down);
    // Where a comparison or a winner changes in between there is a kink, and no slope to compare.
    Assume.that(graph.nodes().stream().flatMap(node -> node.outputs().stream()).filter(v -> !v.dtype().isFloat())
        .allMatch(v -> Arrays.equals(above.get(v).data(), below.get(v).data())));
    return (above.get(loss).at(0) - below.get(loss).at(0)) / (2 * step);
  }

  private static Reference moved(Reference x, double[] direction, double step) {
    var data = x.data().clone();
    for (int i = 0; i < data.length; i++) {
      data[i] += step * direction[i];
    }
    return Reference.of(x.type(), data);
  }
}
