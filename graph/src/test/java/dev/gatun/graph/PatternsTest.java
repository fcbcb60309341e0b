package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Layers written out in plain operators, as PyTorch's exporter writes them to ONNX files, become the kernels of our own
 * layers, for a run and for gradients: fusion is algebra on what kernels compute and knows no names. Results of both
 * are as close to our layer in f64.
 */
class PatternsTest {
  private static final Backend CPU = Machines.named("cpu");
  private static final List<Backend> MACHINES = List.of(CPU, new Interpreter());
  /** Most that a number may be off, beside the largest of its tensor. */
  private static final double BOUND = 1e-6;

  private static final String ROWS = "x: f32[8, 16, 64]";
  private static final String NORMED = ROWS + ", weight: f32[64], bias: f32[64]";
  private static final String HEADS = "q: f32[2, 3, 48, 16], k: f32[2, 3, 40, 16], v: f32[2, 3, 40, 24]";
  private static final String LAYER_NORM = """
      mean, variance = moments(x, axis = -1, keepdims = true)
      y = (x - mean) * rsqrt(variance + 1e-5) * weight + bias
      """;

  private static Graph graph(String inputs, String body, boolean gradients) {
    var text = new StringBuilder("model m(" + inputs + ") {\n" + body + "output result = y\n");
    if (gradients) {
      // Weights along the last axis: of equal ones a softmax's gradient is 0.
      text.append("loss = sum(y * sin(cast(arange(shape(y)[rank(y) - 1]), f32)))\n");
      for (var input : inputs.split(", (?=[a-z]+:)")) {
        if (!input.startsWith("mask")) {
          text.append("output d%1$s = gradient(loss, %1$s)\n".formatted(input.split(":")[0]));
        }
      }
    }
    return Model.of(text + "}\n").elaborate(Map.of(), false).graph();
  }

  private static List<String> kinds(Graph graph, Backend machine) {
    var steps = Planner.plan(graph, machine, Map.of(), Map.of()).steps();
    return steps.stream().map(step -> switch (((Plan.Run) step).spec()) {
      case KernelSpec.Map map -> "map";
      case KernelSpec.Row row -> "row";
      case KernelSpec.Chain chain -> "chain";
      case KernelSpec.Direct direct -> direct.op().label();
      case KernelSpec spec -> throw new AssertionError(spec + " is no kernel");
    }).sorted().toList();
  }

  /** Requires that what is written out becomes as many kernels as the layer, of the same kinds and results. */
  private static void requireSame(String inputs, String layer, String writtenOut) {
    requireSame(inputs, layer, writtenOut, 0);
  }

  /** The same but for a map of each operand that is scaled, and of its gradient. */
  private static void requireSame(String inputs, String layer, String writtenOut, int scaled) {
    for (boolean gradients : new boolean[] {false, true}) {
      for (var machine : MACHINES) {
        var expected = new ArrayList<>(kinds(graph(inputs, layer, gradients), machine));
        expected.addAll(Collections.nCopies(gradients ? 2 * scaled : scaled, "map"));
        assertEquals(expected.stream().sorted().toList(), kinds(graph(inputs, writtenOut, gradients), machine),
            machine.name() + " for " + writtenOut);
      }
      requireClose(inputs, layer, writtenOut, gradients);
    }
  }

  private static void requireClose(String inputs, String layer, String writtenOut, boolean gradients) {
    var graph = graph(inputs, layer, gradients);
    var sources = GraphRunner.sources(graph, (_, x) -> (float) (4 * x - 2));
    var exact = graph.withFloat(DType.F64);
    var right = GraphRunner.define(exact, wide(exact, sources));
    var ours = GraphRunner.run(graph, CPU, 1, sources).outputs();
    var theirs = graph(inputs, writtenOut, gradients);
    for (var machine : MACHINES) {
      var found = GraphRunner.run(theirs, machine, 2, sources).outputs();
      exact.outputs().forEach((name, value) -> {
        double most = BOUND * Arrays.stream(right.get(value).data()).map(Math::abs).max().orElseThrow();
        requireWithin(layer + name, right.get(value), ours.get(name), most);
        requireWithin(machine.name() + " " + writtenOut + name, right.get(value), found.get(name), most);
      });
    }
  }

  private static Map<String, Reference> wide(Graph exact, Map<String, Reference> sources) {
    var wide = new HashMap<String, Reference>();
    exact.inputs().forEach(input -> wide.put(((Source) input.node().op()).name(),
        Reference.of(input.type(), sources.get(((Source) input.node().op()).name()).data())));
    return wide;
  }

  private static void requireWithin(String what, Reference right, Reference found, double most) {
    for (int i = 0; i < right.data().length; i++) {
      assertEquals(right.at(i), found.at(i), most, what + " [" + i + "]");
    }
  }

  /** ReduceMean, Sub, Pow, ReduceMean, Add, Sqrt, Div, Mul, Add; the squares as a product, too. */
  @Test
  void layerNorm() {
    for (var squares : List.of("d ^ 2.0", "d * d")) {
      var writtenOut = """
          d = x - mean(x, axis = -1, keepdims = true)
          variance = mean(%s, axis = -1, keepdims = true)
          y = d / sqrt(variance + 1e-5) * weight + bias
          """.formatted(squares);
      for (var machine : MACHINES) {
        for (boolean gradients : List.of(false, true)) {
          assertEquals(kinds(graph(NORMED, LAYER_NORM, gradients), machine),
              kinds(graph(NORMED, writtenOut, gradients), machine));
        }
      }
      requireClose(NORMED, LAYER_NORM, writtenOut, false);
      requireClose(NORMED, LAYER_NORM, writtenOut, true);
    }
  }

  /** Pow, ReduceMean, Add, Sqrt, Div, Mul, Mul. */
  @Test
  void rmsNorm() {
    var inputs = ROWS + ", weight: f32[64]";
    requireSame(inputs, "y = x * rsqrt(mean(x * x, axis = -1, keepdims = true) + 1e-6) * weight\n",
        "y = x * (1.0 / sqrt(mean(x ^ 2.0, axis = -1, keepdims = true) + 1e-6)) * weight\n");
  }

  /** Div, Erf, Add, Mul, Mul. */
  @Test
  void gelu() {
    requireSame(ROWS, "y = gelu(x)\n", "y = x * (erf(x / 1.4142135381698608) + 1.0) * 0.5\n");
    requireSame(ROWS, "y = gelu(x)\n", "y = x * 0.5 * (1.0 + erf(x / 1.4142135381698608))\n");
  }

  /** Mul, Mul, Mul, Add, Mul, Tanh, Add, Mul, Mul; or Pow in the place of two products. */
  @Test
  void geluByTanh() {
    requireSame(ROWS, "y = gelu(x, approximate = true)\n",
        "y = 0.5 * (x * (1.0 + tanh(0.7978845608028654 * (x + 0.044714998453855515 * (x * (x * x))))))\n");
    requireSame(ROWS, "y = gelu(x, approximate = true)\n",
        "y = x * 0.5 * (1.0 + tanh(0.7978845834732056 * (x + 0.044714998453855515 * x ^ 3.0)))\n");
  }

  /** Sigmoid, Mul. */
  @Test
  void silu() {
    requireSame(ROWS, "y = silu(x)\n", "y = x * sigmoid(x)\n");
  }

  /** ReduceMax, Sub, Exp, ReduceSum, Div. Through our maximum no gradient flows; here one does, which adds up to 0. */
  @Test
  void softmax() {
    var writtenOut = """
        e = exp(x - max(x, axis = -1, keepdims = true))
        y = e / sum(e, axis = -1, keepdims = true)
        """;
    requireSame(ROWS, "y = softmax(x)\n", writtenOut);
    requireSame(ROWS, "y = log_softmax(x)\n", """
        d = x - max(x, axis = -1, keepdims = true)
        y = d - log(sum(exp(d), axis = -1, keepdims = true))
        """);
  }

  /** Transpose, MatMul, Div or Mul, Softmax, MatMul. */
  @Test
  void attention() {
    requireSame(HEADS, "y = attend(q, k, v)\n", "y = softmax(q @ transpose(k) / 4.0) @ v\n");
    requireSame(HEADS, "y = attend(q, k, v)\n", "y = softmax(q @ transpose(k) * 0.25) @ v\n");
    requireSame(HEADS, "y = attend(q, k, v, scale = 0.3)\n", """
        s = q @ transpose(k) / 3.3333333333333335
        e = exp(s - max(s, axis = -1, keepdims = true))
        y = e / sum(e, axis = -1, keepdims = true) @ v
        """);
  }

  /**
   * With the scale on an operand, or its root on both, as scaled_dot_product_attention is written: the same chain, and
   * a map for each operand that is scaled. A scale of the scores instead would be other bits, and is no faster.
   */
  @Test
  void attentionOfScaledOperands() {
    for (var scores : List.of("(q * 0.25) @ transpose(k)", "(q / 4.0) @ transpose(k)", "q @ (transpose(k) * 0.25)",
        "q @ transpose(k / 4.0)")) {
      requireSame(HEADS, "y = attend(q, k, v)\n", "y = softmax(" + scores + ") @ v\n", 1);
    }
    requireSame(HEADS, "y = attend(q, k, v)\n", "y = softmax((q * 0.5) @ (transpose(k) * 0.5)) @ v\n", 2);
    requireSame(HEADS, "y = attend(q, k, v, scale = 0.3)\n",
        "y = softmax((q * 0.5477225575051661) @ transpose(k * 0.5477225575051661)) @ v\n", 2);
  }

  /** A mask of numbers that are added, one for each key, in the place of one of bools. */
  @Test
  void attentionWithAMaskThatIsAdded() {
    var inputs = HEADS + ", mask: f32[2, 1, 1, 40]";
    for (var machine : MACHINES) {
      var masked = graph(HEADS + ", mask: bool[2, 1, 1, 40]", "y = attend(q, k, v, mask = mask)\n", true);
      var added = graph(inputs, "y = softmax(q @ transpose(k) / 4.0 + mask) @ v\n", true);
      assertEquals(kinds(masked, machine), kinds(added, machine));
    }
    var layer = "y = softmax(q @ transpose(k) * 0.25 + mask) @ v\n";
    requireSame(inputs, layer, "y = softmax(q @ transpose(k) / 4.0 + mask) @ v\n");
    requireSame(inputs, layer, "y = softmax((q * 0.5) @ (transpose(k) * 0.5) + mask) @ v\n", 2);
  }
}
