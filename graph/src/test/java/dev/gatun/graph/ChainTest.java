package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.plan.Planner;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Reference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Attention as a chain, without its matrix of scores, gives the bits that the kernels give one after the other. */
class ChainTest {
  private static final String GRADIENTS = """
      loss = sum(y * dy)
      output dq = gradient(loss, q)
      output dk = gradient(loss, k)
      output dv = gradient(loss, v)
      """;

  /** The processor without chains. */
  private static final class Unchained extends ForwardingBackend {
    Unchained(Backend cpu) {
      super(cpu);
    }

    @Override
    public List<Choice> choices(KernelSpec spec) {
      return spec instanceof KernelSpec.Chain ? List.of() : super.choices(spec);
    }
  }

  private static Graph attention(String shapes, String body, String rest) {
    return Model.of("model m(" + shapes + ") {\n" + body + rest + "}\n").elaborate(Map.of(), false).graph();
  }

  private static String shapes(String batch, int queries, int keys, int size, String more) {
    var ends = ", " + size + "]";
    return "q: f32[" + batch + queries + ends + ", k: f32[" + batch + keys + ends + ", v: f32[" + batch + keys + ends
        + ", dy: f32[" + batch + queries + ends + more;
  }

  private static Map<String, Reference> sources(Graph graph) {
    return GraphRunner.sources(graph, (dtype, x) -> dtype.isFloat() ? (float) (2 * x - 1) : x < 0.7 ? 1 : 0);
  }

  private static long chains(Graph graph, Backend machine) {
    return Planner.plan(graph, machine, Map.of(), Map.of()).steps().stream()
        .filter(step -> step instanceof Plan.Run run && run.spec() instanceof KernelSpec.Chain).count();
  }

  /** To the bit, on one thread and two; and close to what the definitions say, through the interpreted chain. */
  private static void requireSame(Graph graph, int chains) {
    var cpu = Machines.named("cpu");
    assertEquals(chains, chains(graph, cpu));
    var sources = sources(graph);
    var expected = GraphRunner.run(graph, new Unchained(cpu), 1, sources).outputs();
    for (int threads = 1; threads <= 2; threads++) {
      var found = GraphRunner.run(graph, cpu, threads, sources).outputs();
      expected.forEach((name, value) -> assertArrayEquals(value.data(), found.get(name).data(), name));
    }
    var interpreted = GraphRunner.run(graph, new Interpreter(), 1, sources).outputs();
    expected.forEach((name, value) -> {
      for (int i = 0; i < value.data().length; i++) {
        assertEquals(interpreted.get(name).at(i), value.at(i), 1e-4, name);
      }
    });
  }

  @Test
  void attentionAndItsGradients() {
    requireSame(attention(shapes("3, 1, ", 40, 48, 16, ""), "output y = attend(q, k, v)\n", GRADIENTS), 1);
  }

  /** What comes after the result is a chain of its own, which computes the weights again. */
  @Test
  void gradientsThatFollowTheResult() {
    requireSame(attention(shapes("3, 1, ", 40, 48, 16, ""), "output y = attend(q, k, v) ^ 2\n", GRADIENTS), 2);
  }

  /** The scores of 70 rows take several blocks, the last one smaller; the gradients of k and v add up over these. */
  @Test
  void severalBlocksOfRows() {
    requireSame(attention(shapes("1, 2, ", 70, 3000, 8, ""), "output y = attend(q, k, v)\n", GRADIENTS), 1);
  }

  /** A block is as high as there are rows, if these are few. */
  @Test
  void fewerRowsThanABlockHas() {
    requireSame(attention(shapes("2, 1, ", 17, 100, 16, ""), "output y = attend(q, k, v)\n", GRADIENTS), 1);
  }

  @Test
  void oneHeadIsSharedOutByRows() {
    requireSame(attention(shapes("1, 1, ", 300, 3000, 8, ""), "output y = attend(q, k, v)\n", ""), 1);
  }

  /** Positions count from the start of the whole space, whatever block a worker computes. */
  @Test
  void masksThatFollowFromPositions() {
    requireSame(attention(shapes("2, 3, ", 64, 64, 16, ""),
        "output y = attend(q, k, v, mask = arange(64)[:, none] >= arange(64))\n", GRADIENTS), 1);
    requireSame(attention(shapes("1, 2, ", 150, 2000, 8, ""),
        "output y = attend(q, k, v, mask = arange(150)[:, none] * 13 >= arange(2000))\n", GRADIENTS), 1);
  }

  @Test
  void masksThatAreGiven() {
    requireSame(attention(shapes("2, 3, ", 64, 40, 16, ", allowed: bool[2, 1, 1, 40]"),
        "output y = attend(q, k, v, mask = allowed)\n", GRADIENTS), 1);
  }

  @Test
  void dropoutDrawsTheSameNumbers() {
    for (var y : List.of("attend(q, k, v, dropout = 0.3)", "attend(q, k, v, dropout = 0.3) ^ 2")) {
      requireSame(Model.of("model m(" + shapes("2, 3, ", 64, 64, 16, "") + ") {\noutput y = " + y + "\n" + GRADIENTS
          + "}\n").elaborate(Map.of(), true).graph(), y.endsWith("2") ? 2 : 1);
    }
  }

  /** Heads as attention blocks make them: views of one matrix, to and from which nothing is copied. */
  @Test
  void headsLieInTheirMatrix() {
    var graph = attention("x: f32[2, 64, 48], dy: f32[2, 64, 48]", """
        q = x * 2 |> reshape([2, 64, 3, 16]) |> transpose([0, 2, 1, 3])
        output y = attend(q, q, q) |> transpose([0, 2, 1, 3]) |> reshape([2, 64, 48])
        loss = sum(y * dy)
        output dx = gradient(loss, x)
        """, "");
    requireSame(graph, 1);
    assertTrue(Planner.plan(graph, Machines.named("cpu"), Map.of(), Map.of()).steps().size() <= 5);
  }

  /** Scores that are a result, or summed up otherwise, exist as a whole. */
  @Test
  void scoresThatAreNeededAreKept() {
    requireSame(attention(shapes("2, ", 40, 48, 16, ""),
        "output weights = softmax(q @ transpose(k, [0, 2, 1]))\noutput y = weights @ v\n", ""), 0);
    requireSame(attention(shapes("2, ", 40, 48, 16, ""),
        "s = q @ transpose(k, [0, 2, 1])\noutput y = softmax(s) @ v\noutput top = max(s)\n", ""), 0);
  }
}
