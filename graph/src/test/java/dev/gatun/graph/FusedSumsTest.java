package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.plan.UnfusedMachine;
import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
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

/** On an exact machine a plan whose kernels were joined gives the bits of one that runs op by op. */
class FusedSumsTest {
  private static final Backend EXACT = Machines.exact(Machines.named("cpu"));

  @Property(tries = 400)
  void ofSums(@ForAll long seed) {
    var graph = SumGraphs.draw(seed);
    same(graph, GraphRunner.sources(graph, (dtype, x) -> 2 * x - 1));
  }

  @Property(tries = 300)
  void ofGraphs(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    same(drawn.graph(), drawn.sources());
  }

  @Property(tries = 200)
  void ofGradients(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    same(gradients(drawn.builder(), drawn.loss(), drawn.inputs()), drawn.sources());
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
    for (var result : b.scan((Scan) drawn.op(), operands)) {
      loss = b.add(loss, b.sum(b.mul(result, result), Builder.allAxes(result), false));
    }
    var sources = new LinkedHashMap<String, Reference>();
    for (int i = 0; i < operands.size(); i++) {
      sources.put("x" + i, Reference.of(drawn.types().get(i), drawn.values().get(i)));
    }
    same(gradients(b, loss, operands.stream().filter(x -> x.dtype().isFloat()).toList()), sources);
  }

  /** Kernels that run again to save memory give the same bits, too. */
  @Property(tries = 60)
  void ofSmallBudgets(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    var graph = gradients(drawn.builder(), drawn.loss(), drawn.inputs());
    var apart = GraphRunner.run(graph, new UnfusedMachine(graph, EXACT), 2, drawn.sources());
    long whole = GraphRunner.run(graph, EXACT, 2, drawn.sources()).plan().planBytes();
    for (long budget : new long[] {whole - 64, whole * 2 / 3, whole / 2}) {
      try {
        same(apart.outputs(), GraphRunner.run(graph, EXACT, 2, drawn.sources(), budget).outputs());
      } catch (BudgetException none) {
        return;
      }
    }
  }

  private static Graph gradients(Builder b, Value loss, List<Value> by) {
    var outputs = new LinkedHashMap<String, Value>();
    for (var gradient : b.gradients(loss, by)) {
      outputs.put("g" + outputs.size(), gradient);
    }
    return Graph.of(outputs, Map.of());
  }

  private static void same(Graph graph, Map<String, Reference> sources) {
    var apart = GraphRunner.run(graph, new UnfusedMachine(graph, EXACT), 2, sources);
    var joined = GraphRunner.run(graph, EXACT, 2, sources);
    same(apart.outputs(), joined.outputs());
    same(apart.variables(), joined.variables());
  }

  private static void same(Map<String, Reference> expected, Map<String, Reference> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values.data(), found.get(name).data(), name));
  }
}
