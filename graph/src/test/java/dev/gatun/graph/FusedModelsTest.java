package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On an exact machine the zoo's models give the bits that they give op by op; and what keeps kernels apart for it. */
class FusedModelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"digits", "gpt-char", "lenet", "lstm", "mlp", "resnet-small"})
  void joinedKernelsKeepBits(String name) throws IOException {
    var text = Files.readString(Path.of("..", "tools", "zoo", name + ".gat"));
    var program = Program.of(new Source(name, text), Map.of());
    var sizes = new HashMap<String, Long>();
    program.freeSizes(program.models().getFirst()).forEach(size -> sizes.put(size, size.equals("T") ? 40L : 3L));
    var model = Model.of(program, program.models().getFirst());
    requireSame(model.elaborate(sizes, false).graph());
    var training = model.elaborate(sizes, true);
    requireSame(TrainingGraph.of(training, SettingsReader.read(training.recipe(), 3)).graph());
  }

  private static void requireSame(Graph graph) {
    var sources = GraphRunner.sources(graph, (dtype, x) -> dtype == DType.F32 ? 0.3 * x : (int) (3 * x));
    FusedSumsTest.requireSame(graph, sources);
  }

  /** Repeated rows keep two axes from being walked as one: lanes would start anew in each row. */
  @Test
  void sumsThatWouldChangeStayAlone() {
    var graph = graph("model m(x: f32[30, 5], y: f32[5]) { output s = sum(x * y) }");
    assertEquals(1, plan(graph, Machines.named("cpu")).plan().steps().size());
    var apart = plan(graph, FusedSumsTest.EXACT);
    assertEquals(2, apart.plan().steps().size());
    assertTrue(apart.reasons().stream().anyMatch(reason -> reason.text().contains("another order")));
    requireSame(graph);
  }

  /** The largest number is the same whatever the order. */
  @Test
  void whatHasNoOrderIsJoined() {
    var graph = graph("model m(x: f32[30, 5], y: f32[5]) { output s = max(x * y) }");
    var step = (Plan.Run) plan(graph, FusedSumsTest.EXACT).plan().steps().getFirst();
    assertTrue(step.spec() instanceof KernelSpec.Row);
  }

  private static Graph graph(String text) {
    return Model.of(text).elaborate(Map.of(), false).graph();
  }

  private static Planner.Explained plan(Graph graph, Backend machine) {
    return Planner.explain(graph, machine, Map.of(), Map.of(), Planner.UNLIMITED);
  }
}
