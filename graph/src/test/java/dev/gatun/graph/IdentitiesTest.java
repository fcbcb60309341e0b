package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.ops.Binary;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import dev.gatun.ops.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Quotients and powers with some constants are products. */
class IdentitiesTest {
  private static final double[] NUMBERS = numbers();

  /** Of all exponents and signs, with infinities, NaN, zeros and subnormals. */
  private static double[] numbers() {
    var random = new Random(5);
    var numbers = random.ints(4096).mapToDouble(Float::intBitsToFloat).toArray();
    double[] special = {0, -0.0, 1, -1, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
    System.arraycopy(special, 0, numbers, 0, special.length);
    return numbers;
  }

  private static Graph graph(String body) {
    return Model.of("model m(x: f32[4096], c: f32[]) { output y = " + body + " }").elaborate(Map.of(), false).graph();
  }

  private static boolean has(Graph graph, BinaryFn fn) {
    return graph.nodes().stream().anyMatch(node -> node.op().equals(new Binary(fn)));
  }

  private static double[] run(Graph graph, double c) {
    var sources = new HashMap<>(Map.of("x", Reference.of(TensorType.of(DType.F32, 4096), NUMBERS),
        "c", Reference.of(TensorType.scalar(DType.F32), c)));
    return GraphRunner.run(graph, Machines.named("cpu"), 1, sources).outputs().get("y").data();
  }

  /** The bits of the quotient, subnormal ones included. */
  @Test
  void quotientsByPowersOfTwoAreProducts() {
    for (double c : List.of(4.0, -0.5, 1.0, -1.0, 0x1p126, 0x1p-126, -0x1p100)) {
      assertFalse(has(quotient(c), BinaryFn.DIV), "x / " + c);
      assertArrayEquals(run(graph("x / c"), c), run(quotient(c), c), "x / " + c);
    }
    for (double c : List.of(3.0, 0x1p127, 0.0, 0x1p-127)) {
      assertTrue(has(quotient(c), BinaryFn.DIV), "x / " + c);
    }
  }

  private static Graph quotient(double c) {
    return graph("x / (" + Double.toString(c).toLowerCase(Locale.ROOT) + ")");
  }

  /** A square is rounded once, as a power is; a cube twice, which is half a unit in the last place more. */
  @Test
  void smallPowersAreProducts() {
    for (int power = 1; power <= 3; power++) {
      assertFalse(has(graph("x ^ " + power + ".0"), BinaryFn.POW));
      var found = run(graph("x ^ " + power + ".0"), 0);
      for (int i = 0; i < NUMBERS.length; i++) {
        double right = Math.pow(NUMBERS[i], power);
        double rounded = (float) right;
        boolean same = Double.compare(rounded, found[i]) == 0;
        assertTrue(same || power == 3 && Math.abs(right - found[i]) < 1.5 * Math.ulp((float) right),
            NUMBERS[i] + " ^ " + power + " = " + found[i]);
      }
    }
    assertTrue(has(graph("x ^ 0.5"), BinaryFn.POW) && has(graph("x ^ 4.0"), BinaryFn.POW));
  }

  /** Their slopes: 2x, and 3x². */
  @Test
  void slopesOfPowers() {
    var graph = Model.of("""
        model m(x: f64[3]) {
          loss = sum(x ^ 3.0 + x ^ 2.0)
          output dx = gradient(loss, x)
        }
        """).elaborate(Map.of(), false).graph();
    var x = Reference.of(TensorType.of(DType.F64, 3), -2, 0, 1.5);
    assertArrayEquals(new double[] {8, 0, 9.75},
        GraphRunner.run(graph, Machines.named("cpu"), 1, Map.of("x", x)).outputs().get("dx").data());
  }
}
