package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.plan.Planner;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Reference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** 3 × 3 convolutions by minimal filtering: within their bound, equal on any threads, absent if arithmetic counts. */
class WinogradTest {
  /** The documented bounds, times the root of the channels. */
  private static final Map<String, Double> BOUNDS = Map.of("conv.winograd2", 1e-6, "conv.winograd4", 6e-6);

  private static Graph graph(int n, int channels, int height, int width, int filters, String pad) {
    return Model.of("model m(x: f32[" + n + ", " + channels + ", " + height + ", " + width + "], w: f32[" + filters
        + ", " + channels + ", 3, 3]) {\noutput y = convolve(x, w, pad = " + pad + ")\nloss = sum(y * y)\n"
        + "output dx = gradient(loss, x)\noutput z = relu(convolve(x, w, pad = " + pad + ") * 2 + 1)\n}\n")
        .elaborate(Map.of(), false).graph();
  }

  private static Map<String, Reference> sources(Graph graph) {
    return GraphRunner.sources(graph, (_, x) -> (float) (2 * x - 1));
  }

  private static List<String> kernels(Graph graph, Backend machine) {
    return Planner.plan(graph, machine, Map.of(), Map.of()).steps().stream()
        .map(step -> ((Plan.Run) step).choice().name()).filter(name -> name.startsWith("conv.")).toList();
  }

  private static void check(Graph graph, int channels, String kernel) {
    var cpu = Machines.named("cpu");
    var kernels = kernels(graph, cpu);
    assertTrue(kernels.contains(kernel), kernels.toString());
    assertTrue(kernels(graph, Machines.exact(cpu)).stream().noneMatch(name -> name.contains("winograd")));
    var sources = sources(graph);
    var exact = GraphRunner.run(graph, Machines.exact(cpu), 1, sources).outputs();
    var fast = GraphRunner.run(graph, cpu, 1, sources).outputs();
    var shared = GraphRunner.run(graph, cpu, 2, sources).outputs();
    exact.forEach((name, value) -> {
      assertArrayEquals(fast.get(name).data(), shared.get(name).data(), name);
      double square = 0;
      double worst = 0;
      for (int i = 0; i < value.data().length; i++) {
        square += value.at(i) * value.at(i) / value.data().length;
        worst = Math.max(worst, Math.abs(value.at(i) - fast.get(name).at(i)));
      }
      // The gradient is of a sum of squares, so its image carries the error of y besides its own.
      double allowed = BOUNDS.get(kernel) * Math.sqrt((name.equals("dx") ? 4 : 1) * channels * square);
      assertTrue(worst <= allowed, name + " is off by " + worst + ", allowed are " + allowed);
      assertTrue(worst > 0, name + " has the bits of plain sums: nothing was tested");
    });
  }

  @Test
  void tilesOfFour() {
    check(graph(3, 48, 16, 20, 40, "1"), 48, "conv.winograd4");
  }

  /** Neither side is a multiple of a tile; channels fill no panel; tasks end within an image. */
  @Test
  void lastTilesReachOut() {
    check(graph(5, 37, 14, 27, 61, "1"), 61, "conv.winograd4");
    check(graph(2, 70, 30, 17, 33, "0"), 70, "conv.winograd4");
    check(graph(2, 33, 26, 14, 35, "2"), 35, "conv.winograd4");
  }

  @Test
  void tilesOfTwo() {
    check(graph(32, 128, 6, 6, 128, "1"), 128, "conv.winograd2");
    check(graph(64, 72, 5, 6, 136, "1"), 136, "conv.winograd2");
  }

  /** Sums over many channels. */
  @Test
  void manyChannels() {
    check(graph(16, 512, 8, 8, 64, "1"), 512, "conv.winograd4");
  }

  @Test
  void otherConvolutionsAreAsTheyWere() {
    var cpu = Machines.named("cpu");
    for (var rest : List.of("stride = 2, pad = 1", "dilation = 2", "groups = 4, pad = 1")) {
      int channels = rest.startsWith("groups") ? 16 : 64;
      var graph = Model.of("model m(x: f32[8, 64, 16, 16], w: f32[64, " + channels
          + ", 3, 3]) {\noutput y = convolve(x, w, " + rest + ")\n}\n").elaborate(Map.of(), false).graph();
      assertEquals(List.of("conv.channels"), kernels(graph, cpu), rest);
    }
  }
}
