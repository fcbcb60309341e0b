package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.UnaryFn;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The error of f32 activations that are made of several functions, against double: at most three units in the last
 * place, or 2^−24.
 */
class ActivationAccuracyTest {
  private static final int BLOCK = 1 << 16;
  /** A prime: some 900 000 inputs of all exponents and signs. */
  private static final long STRIDE = 4_771;
  private static final Map<String, DoubleUnaryOperator> RIGHT = Map.of(
      "gelu(x)", x -> 0.5 * x * UnaryFn.ERFC.apply(-x / Math.sqrt(2)),
      "silu(x)", x -> x / (1 + StrictMath.exp(-x)),
      "softplus(x)", x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))));

  @ParameterizedTest
  @ValueSource(strings = {"gelu(x)", "silu(x)", "softplus(x)"})
  void strideOfAllInputs(String activation) {
    sweep(activation, STRIDE);
  }

  @Tag("nightly")
  @ParameterizedTest
  @ValueSource(strings = {"gelu(x)", "silu(x)", "softplus(x)"})
  void allInputs(String activation) {
    sweep(activation, 1);
  }

  private static void sweep(String activation, long stride) {
    var model = Model.of("model m(x: f32[" + BLOCK + "]) { output y = " + activation + " }");
    var machine = Machines.named("cpu");
    double worst = 0;
    float where = 0;
    double far = 0;
    try (var arena = TensorArena.root("sweep", 1 << 26);
        var session = new Session(machine, arena, new Variables(machine, arena, Map.of()), Map.of(), 2)) {
      var graph = model.elaborate(Map.of(), false).graph(List.of("y"));
      var loaded = session.load(Planner.plan(graph, machine, Map.of(), Map.of()));
      var x = arena.allocate(DType.F32, Shape.of(BLOCK));
      var y = arena.allocate(DType.F32, Shape.of(BLOCK));
      for (long next = 0; next < 1L << 32; next += BLOCK * stride) {
        for (int i = 0; i < BLOCK; i++) {
          x.segment().setAtIndex(ValueLayout.JAVA_INT, i, (int) (next + i * stride));
        }
        loaded.set("x", x);
        loaded.run();
        loaded.get("y", y);
        for (int i = 0; i < BLOCK; i++) {
          float in = x.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
          float out = y.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
          double right = RIGHT.get(activation).applyAsDouble(in);
          float rounded = (float) right;
          if (out != rounded && !(Float.isNaN(out) && Float.isNaN(rounded))) {
            double distance = Math.abs(out - right);
            double error = Double.isFinite(distance) ? distance / Math.ulp(rounded) : Double.POSITIVE_INFINITY;
            if (distance > 0x1p-24 || !Double.isFinite(distance)) {
              where = error > worst ? in : where;
              worst = Math.max(worst, error);
            } else {
              far = Math.max(far, distance);
            }
          }
        }
      }
    }
    System.out.printf("%s: worst error %.3f ulp at %s, or %.3g (every %d. input)%n", activation, worst, where, far, stride);
    double most = worst;
    float at = where;
    assertTrue(worst <= 3, () -> activation + ": " + most + " ulp at " + at);
  }
}
