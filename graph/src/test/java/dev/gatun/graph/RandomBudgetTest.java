package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.function.Supplier;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/** Random graphs with their gradients and updates, in plans of every size between the least and the whole. */
class RandomBudgetTest {
  private static int recomputed;
  private static int drawn;

  /** What fits is what was asked for, and gives the bits of the plan that computes nothing again. */
  @Property(tries = 60)
  void budgetsKeepBits(@ForAll long seed, @ForAll boolean contrary) {
    Supplier<Backend> machine = () -> contrary ? new ContraryMachine() : Machines.named("cpu");
    var graph = RandomGraphs.draw(seed, DType.F32);
    var whole = training(graph);
    var free = GraphRunner.run(whole, machine.get(), 2, graph.sources());
    assertEquals(0, free.again());
    long most = free.plan().planBytes();
    long least = least(whole, machine, graph);
    drawn++;
    for (long budget = most - 64; budget >= least;
        budget = budget > least ? Math.max(least, budget - (most - least) / 3) : 0) {
      var outcome = run(whole, machine, graph, budget);
      if (outcome == null) {
        assertTrue(budget != least, "the least that was named was not reached");
        continue;
      }
      assertTrue(outcome.plan().planBytes() <= budget, outcome.plan().planBytes() + " bytes of " + budget);
      recomputed += outcome.again() > 0 ? 1 : 0;
      free.requireSame(outcome);
    }
  }

  /** A value that cannot be computed again, since a state it hangs on is updated by then, but is kept for others. */
  @Example
  void whatHangsOnAnUpdatedStateIsKept() {
    budgetsKeepBits(6270723, true);
  }

  @AfterContainer
  static void someRanAgain() {
    assertTrue(recomputed > drawn / 4, recomputed + " plans of " + drawn + " graphs computed something again");
  }

  private static Graph training(RandomGraphs.Drawn drawn) {
    var outputs = new LinkedHashMap<String, Value>(drawn.graph().outputs());
    var gradients = drawn.builder().gradients(drawn.loss(), drawn.inputs());
    for (int i = 0; i < gradients.size(); i++) {
      outputs.put("gradient" + i, gradients.get(i));
    }
    return Graph.of(outputs, new HashMap<>(drawn.graph().updates()));
  }

  private static GraphRunner.Outcome run(Graph graph, Supplier<Backend> machine, RandomGraphs.Drawn drawn,
      long budget) {
    try {
      return GraphRunner.run(graph, machine.get(), 1, drawn.sources(), budget);
    } catch (BudgetException none) {
      return null;
    }
  }

  private static long least(Graph graph, Supplier<Backend> machine, RandomGraphs.Drawn drawn) {
    try {
      GraphRunner.run(graph, machine.get(), 1, drawn.sources(), 0);
      throw new AssertionError("a plan of no bytes");
    } catch (BudgetException refused) {
      assertEquals(0, refused.limit());
      return refused.requested();
    }
  }
}
