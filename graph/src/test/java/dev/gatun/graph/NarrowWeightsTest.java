package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.LanguageException;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Expr;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Reference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Weights in f16, bf16 and 8 bits, in models. */
class NarrowWeightsTest {
  private static final Backend CPU = Machines.named("cpu");

  /** The processor with products of one dtype only. */
  private static final Backend WIDE = new ForwardingBackend(CPU) {
    @Override
    public List<Choice> choices(KernelSpec spec) {
      return spec instanceof KernelSpec.Direct direct && direct.op() instanceof MatMul
          && direct.in().get(0).dtype() != direct.in().get(1).dtype() ? List.of() : super.choices(spec);
    }
  };

  private static Graph graph(String text) {
    return Model.of(text).elaborate(Map.of(), false).graph();
  }

  private static Map<String, Reference> sources(Graph graph) {
    return GraphRunner.sources(graph, (dtype, x) ->
        Expr.convert(dtype.isFloat() ? (float) (2 * x - 1) : 200 * x - 100, DType.F64, dtype));
  }

  private static int steps(Graph graph, Backend machine) {
    return Planner.plan(graph, machine, Map.of("w", 0L), Map.of()).steps().size();
  }

  /** As a parameter and as an input, of one row and of many, lying either way: bits as if cast before. */
  @Test
  void halfWeightsAreNeverCastAsAWhole() {
    for (var dtype : List.of("f16", "bf16")) {
      for (int rows : new int[] {1, 5, 70}) {
        for (var weight : List.of("[700, 90]", "[90, 700]")) {
          var use = weight.startsWith("[7") ? "cast(w, f32)" : "transpose(cast(w, f32))";
          var param = graph("model m(x: f32[" + rows + ", 700]) {\n state w: " + dtype + weight
              + " = 0\n output y = relu(x @ " + use + ")\n}");
          requireSame(param);
          requireSame(graph("model m(x: f32[" + rows + ", 700], w: " + dtype + weight + ") {\n output y = relu(x @ "
              + use + ")\n}"));
        }
      }
    }
  }

  /** A cast that something else reads stays for that, and one before a loop is read through it. */
  @Test
  void castsThatServeSeveralReaders() {
    var graph = graph("""
        model m(x: f32[3, 8]) {
          state w: bf16[10, 8] = 0
          wide = cast(w, f32)
          output a = x @ transpose(wide)
          output b = gather(wide, arange(3))
        }
        """);
    requireBits(graph);
    var loop = graph("""
        model m(x: f32[4, 6, 8]) {
          state w: bf16[8, 8] = 0
          wide = cast(w, f32)
          y, h = scan step in x, h = zeros([4, 8]) {
            h = tanh(step + h @ wide)
            h
          }
          output states = y
          output last = h
        }
        """);
    requireBits(loop);
  }

  @Test
  void productsOfBytesAreExact() {
    for (var weight : List.of("[700, 90]", "[90, 700]")) {
      var use = weight.startsWith("[7") ? "w" : "transpose(w)";
      var graph = graph("model m(x: u8[40, 700]) {\n state w: i8" + weight + " = 0\n output y = x @ " + use + "\n}");
      var sources = sources(graph);
      var expected = GraphRunner.define(graph, sources).get(graph.outputs().get("y"));
      for (int threads = 1; threads <= 2; threads++) {
        var found = GraphRunner.run(graph, CPU, threads, sources).outputs().get("y");
        assertEquals("i32", found.type().dtype().label());
        assertArrayEquals(expected.data(), found.data());
      }
    }
  }

  @Test
  void otherNarrowOperandsAreRefused() {
    for (var types : new String[][] {{"bf16", "bf16"}, {"f32", "bf16"}, {"i8", "i32"}, {"i32", "i32"}}) {
      var text = "model m(x: " + types[0] + "[2, 3], w: " + types[1] + "[3, 2]) {\n output y = x @ w\n}";
      var message = assertThrows(LanguageException.class, () -> graph(text)).getMessage();
      assertTrue(message.contains("`@` wants floats of one dtype, or i8 and u8"), message);
    }
    var long32 = "model m(x: u8[1, 33026], w: u8[33026, 1]) {\n output y = x @ w\n}";
    var message = assertThrows(LanguageException.class, () -> graph(long32)).getMessage();
    assertTrue(message.contains("sums of more than 33025 such products can leave i32"), message);
  }

  private static void requireSame(Graph graph) {
    assertEquals(1, steps(graph, CPU));
    requireBits(graph);
  }

  private static void requireBits(Graph graph) {
    assertTrue(steps(graph, CPU) <= steps(graph, WIDE));
    var sources = sources(graph);
    var expected = GraphRunner.run(graph, WIDE, 1, sources).outputs();
    for (int threads = 1; threads <= 2; threads++) {
      var found = GraphRunner.run(graph, CPU, threads, sources).outputs();
      expected.forEach((name, value) -> assertArrayEquals(value.data(), found.get(name).data(), name));
    }
  }
}
