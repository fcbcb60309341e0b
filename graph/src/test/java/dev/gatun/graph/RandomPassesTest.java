package dev.gatun.graph;

import dev.gatun.graph.plan.VerifiedPasses;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Interpreter;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What each pass of the planner leaves is sound, whatever the machine offers: over graphs that are drawn. */
class RandomPassesTest {
  private static final List<Backend> MACHINES =
      List.of(Machines.named("cpu"), new Interpreter(), new ContraryMachine());

  private static void verify(Graph graph) {
    MACHINES.forEach(machine -> VerifiedPasses.run(graph, machine));
  }

  @Property(tries = 300)
  void ofGraphs(@ForAll long seed) {
    verify(RandomGraphs.draw(seed, DType.F32).graph());
  }

  @Property(tries = 150)
  void ofGradients(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    verify(drawn.gradients());
  }

  @Property(tries = 150)
  void ofLoops(@ForAll long seed) {
    var drawn = RandomGraphs.drawLoop(seed, DType.F32);
    verify(drawn.graph());
    verify(drawn.gradients());
  }
}
