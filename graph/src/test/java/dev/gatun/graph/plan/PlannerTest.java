package dev.gatun.graph.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.GraphRunner;
import dev.gatun.graph.RandomGraphs;
import dev.gatun.memory.DType;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.Reference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A plan computes what the graph's definitions say: fusion, views, layouts, aliases and shared memory change nothing. */
class PlannerTest {
  @Property(tries = 400)
  void plansKeepTheMeaning(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F64);
    var expected = GraphRunner.define(drawn.graph(), drawn.sources());
    var outcome = GraphRunner.run(drawn.graph(), new Interpreter(), 1, drawn.sources());
    drawn.graph().outputs().forEach((name, value) -> close(name, expected.get(value), outcome.outputs().get(name)));
    drawn.graph().updates().forEach((state, next) -> {
      var name = ((dev.gatun.ops.Source) state.node().op()).name();
      close(name, expected.get(next), outcome.variables().get(name));
    });
  }

  private static void close(String name, Reference expected, Reference found) {
    for (int i = 0; i < expected.data().length; i++) {
      assertEquals(expected.at(i), found.at(i), 1e-9 * (1 + Math.abs(expected.at(i))), name + "[" + i + "]");
    }
  }
}
