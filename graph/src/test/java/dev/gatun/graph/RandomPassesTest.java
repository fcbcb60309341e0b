package dev.gatun.graph;

import dev.gatun.graph.plan.VerifiedPasses;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What each pass of the planner leaves is sound, whatever the machine offers: over graphs that are drawn. */
class RandomPassesTest {
  private static final List<Backend> MACHINES =
      List.of(Machines.named("cpu"), new Interpreter(), new ContraryMachine());

  private static void verify(Graph graph) {
    MACHINES.forEach(machine -> VerifiedPasses.run(graph, machine));
  }

  private static Graph gradients(Builder b, Value loss, List<Value> by) {
    var outputs = new LinkedHashMap<String, Value>();
    for (var gradient : b.gradients(loss, by)) {
      outputs.put("g" + outputs.size(), gradient);
    }
    return Graph.of(outputs, Map.of());
  }

  @Property(tries = 300)
  void ofGraphs(@ForAll long seed) {
    verify(RandomGraphs.draw(seed, DType.F32).graph());
  }

  @Property(tries = 150)
  void ofGradients(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    verify(gradients(drawn.builder(), drawn.loss(), drawn.inputs()));
  }

  @Property(tries = 150)
  void ofLoops(@ForAll long seed) {
    var drawn = OpCases.draw("Scan", seed, DType.F32);
    var b = new Builder();
    var operands = new ArrayList<Value>();
    for (var type : drawn.types()) {
      operands.add(b.source("x" + operands.size(), Source.Role.INPUT, type));
    }
    var loss = b.constant(TensorType.scalar(DType.F32), 0);
    var outputs = new LinkedHashMap<String, Value>();
    for (var result : b.scan((Scan) drawn.op(), operands)) {
      outputs.put("y" + outputs.size(), result);
      loss = b.add(loss, b.sum(b.mul(result, result), Builder.allAxes(result), false));
    }
    verify(Graph.of(outputs, Map.of()));
    verify(gradients(b, loss, operands.stream().filter(x -> x.dtype().isFloat()).toList()));
  }
}
