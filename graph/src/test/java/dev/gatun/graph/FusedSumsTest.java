package dev.gatun.graph;


import dev.gatun.graph.plan.UnfusedMachine;
import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** On an exact machine a plan whose kernels were joined gives the bits of one that runs op by op. */
class FusedSumsTest {
  static final Backend EXACT = Machines.exact(Machines.named("cpu"));

  @Property(tries = 400)
  void ofSums(@ForAll long seed) {
    var graph = SumGraphs.draw(seed);
    requireSame(graph, GraphRunner.sources(graph, (dtype, x) -> 2 * x - 1));
  }

  @Property(tries = 300)
  void ofGraphs(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    requireSame(drawn.graph(), drawn.sources());
  }

  @Property(tries = 200)
  void ofGradients(@ForAll long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    requireSame(drawn.gradients(), drawn.sources());
  }

  @Property(tries = 150)
  void ofLoops(@ForAll long seed) {
    var drawn = RandomGraphs.drawLoop(seed, DType.F32);
    requireSame(drawn.gradients(), drawn.sources());
  }

  /** Kernels that run again to save memory give the same bits, too. */
  @Property(tries = 60)
  void ofSmallBudgets(@ForAll long seed) {
    requireSameForBudgets(seed);
  }

  /** Of a row one result was needed for another and one for itself. */
  @Example
  void ofOneKernelForTwoReaders() {
    requireSameForBudgets(9941);
  }

  /** What is prepared where memory allows it is row-major; where it is computed in each run, it lies so, too. */
  @Example
  void ofWhatIsNotPrepared() {
    requireSameForBudgets(100_238);
  }

  private static void requireSameForBudgets(long seed) {
    var drawn = RandomGraphs.draw(seed, DType.F32);
    var graph = drawn.gradients();
    var apart = GraphRunner.run(graph, new UnfusedMachine(graph, EXACT), 2, drawn.sources());
    long whole = GraphRunner.run(graph, EXACT, 2, drawn.sources()).plan().planBytes();
    for (long budget : new long[] {whole - 64, whole * 2 / 3, whole / 2}) {
      try {
        apart.requireSame(GraphRunner.run(graph, EXACT, 2, drawn.sources(), budget));
      } catch (BudgetException none) {
        return;
      }
    }
  }

  /** Fails unless a graph gives the same bits whether its kernels are joined or not. */
  static void requireSame(Graph graph, Map<String, Reference> sources) {
    GraphRunner.run(graph, new UnfusedMachine(graph, EXACT), 2, sources)
        .requireSame(GraphRunner.run(graph, EXACT, 2, sources));
  }
}
