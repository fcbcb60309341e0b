package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Evaluator;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of a whole model, in double by the ops' definitions, against central differences of the loss along
 * random directions of all parameters at once. A direction along which a kink is crossed (a comparison or a winner of a
 * pooling changes between the two ends) is drawn again.
 */
class ZooGradientTest {
  /** How far the parameters move together: far above rounding, short enough to cross few kinks. */
  private static final double DISTANCE = 1e-4;
  private static final int DIRECTIONS = 20;

  /** A zoo model made small: constants, free sizes, and for each integer input the values that it may have. */
  record Small(String name, Map<String, String> constants, Map<String, Long> sizes, Map<String, Integer> ranges) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Small> models() {
    var labels = Map.of("label", 10);
    return List.of(
        new Small("mlp", Map.of("hidden", "8"), Map.of("N", 3L), labels),
        new Small("digits", Map.of(), Map.of("N", 2L), labels),
        new Small("lenet", Map.of(), Map.of("N", 1L), labels),
        new Small("resnet-small", Map.of("width", "2", "side", "8"), Map.of("N", 2L), labels),
        new Small("lstm", Map.of("width", "5"), Map.of("N", 3L, "T", 4L), Map.of("token", 5, "length", 5, "label", 2)),
        new Small("gpt-char", Map.of("width", "8", "heads", "2", "depth", "2", "vocabulary", "7", "context", "6"),
            Map.of("N", 2L, "T", 6L), Map.of("token", 7)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientMeetsDifferences(Small small) {
    var source = new Source(small.name(), Zoo.find(small.name()).text());
    var program = Program.of(source, small.constants());
    var elaborated = program.elaborate(program.models().getFirst(), small.sizes(), true);
    var b = new Builder();
    var objective = elaborated.recipe().common().objective();
    var parameters = elaborated.parameters();
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", objective);
    var gradients = b.gradients(objective, parameters.stream().map(p -> p.value()).toList());
    for (int i = 0; i < gradients.size(); i++) {
      outputs.put("d " + parameters.get(i).name(), gradients.get(i));
    }
    var graph = Graph.of(outputs, Map.of()).withFloat(DType.F64);
    var values = values(graph, small);
    int redrawn = check(graph, values, parameters.stream().map(p -> p.name()).toList());
    assertTrue(redrawn <= Math.max(1, DIRECTIONS / 20), redrawn + " of " + DIRECTIONS + " directions cross a kink");
  }

  private static Map<String, Reference> values(Graph graph, Small small) {
    var random = new Random(7);
    var values = new LinkedHashMap<String, Reference>();
    for (var input : graph.inputs()) {
      var op = (dev.gatun.ops.Source) input.node().op();
      int count = Math.toIntExact(op.type().shape().elements());
      boolean variance = op.name().endsWith("running_var");
      values.put(op.name(), Reference.of(op.type(), op.type().dtype().isFloat()
          ? random.doubles(count, variance ? 0.5 : -0.4, variance ? 1.5 : 0.4).toArray()
          : random.ints(count, 0, small.ranges().getOrDefault(op.name(), 1000)).asDoubleStream().toArray()));
    }
    return values;
  }

  private static int check(Graph graph, Map<String, Reference> values, List<String> parameters) {
    var centre = evaluate(graph, values);
    var random = new Random(11);
    var loss = graph.outputs().get("loss");
    int redrawn = 0;
    for (int done = 0; done < DIRECTIONS; done++) {
      var up = new HashMap<>(values);
      var down = new HashMap<>(values);
      double slope = 0;
      double step = DISTANCE / Math.sqrt(parameters.stream().mapToInt(n -> values.get(n).data().length).sum() / 3.0);
      for (var name : parameters) {
        var at = values.get(name);
        var direction = random.doubles(at.data().length, -1, 1).toArray();
        var gradient = centre.get(graph.outputs().get("d " + name));
        for (int i = 0; i < direction.length; i++) {
          slope += direction[i] * gradient.at(i);
        }
        up.put(name, moved(at, direction, step));
        down.put(name, moved(at, direction, -step));
      }
      var above = evaluate(graph, up);
      var below = evaluate(graph, down);
      if (crossesKink(graph, above, below)) {
        redrawn++;
        continue;
      }
      double measured = (above.get(loss).at(0) - below.get(loss).at(0)) / (2 * step);
      double error = Math.abs(measured - slope) / Math.max(Math.abs(measured), 1e-3);
      assertTrue(error <= 1e-6, "differences say " + measured + ", the gradient " + slope + ", error " + error);
    }
    return redrawn;
  }

  private static Map<Value, Reference> evaluate(Graph graph, Map<String, Reference> values) {
    var given = new HashMap<Value, Reference>();
    graph.inputs().forEach(v -> given.put(v, values.get(((dev.gatun.ops.Source) v.node().op()).name())));
    return Evaluator.evaluate(graph, given);
  }

  private static Reference moved(Reference at, double[] direction, double step) {
    var data = at.data().clone();
    for (int i = 0; i < data.length; i++) {
      data[i] += step * direction[i];
    }
    return Reference.of(at.type(), data);
  }

  /** Whether any truth value or position of the two evaluations differs. */
  private static boolean crossesKink(Graph graph, Map<Value, Reference> above, Map<Value, Reference> below) {
    return graph.nodes().stream().flatMap(node -> node.outputs().stream())
        .filter(v -> !v.dtype().isFloat()).anyMatch(v -> !java.util.Arrays.equals(above.get(v).data(), below.get(v).data()));
  }
}
