package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The error of every f32 function against double, in units of the last place of the right result. */
class FunctionTest {
  private static final int BLOCK = 1 << 16;
  /** A prime: some 900 000 inputs of all exponents and signs. */
  private static final long STRIDE = 4_771;

  @ParameterizedTest
  @CsvSource({"EXP, 1", "EXPM1, 1", "LOG, 1", "LOG1P, 1", "TANH, 2", "ERF, 2", "ERFC, 4",
      "SIGMOID, 3", "SIN, 2", "COS, 2", "NEG, 0", "ABS, 0", "SIGN, 0", "FLOOR, 0", "CEIL, 0", "ROUND, 0", "SQRT, 0"})
  void strideOfAllInputs(UnaryFn fn, double bound) {
    sweep(fn, bound, STRIDE);
  }

  @Tag("nightly")
  @ParameterizedTest
  @CsvSource({"EXP, 1", "EXPM1, 1", "LOG, 1", "LOG1P, 1", "TANH, 2", "ERF, 2", "ERFC, 4",
      "SIGMOID, 3", "SIN, 2", "COS, 2", "NEG, 0", "ABS, 0", "SIGN, 0", "FLOOR, 0", "CEIL, 0", "ROUND, 0", "SQRT, 0"})
  void allInputs(UnaryFn fn, double bound) {
    sweep(fn, bound, 1);
  }

  private static void sweep(UnaryFn fn, double bound, long stride) {
    double[] worst = worst(fn, stride);
    System.out.printf("%s: worst error %.3f ulp at %s (every %d. input)%n", fn, worst[0], (float) worst[1], stride);
    assertTrue(worst[0] <= bound, () -> fn + ": " + worst[0] + " ulp at " + (float) worst[1] + ", allowed " + bound);
  }

  /** The largest error and where; absolute errors of a sigmoid or of erfc below 2^−24 do not count. */
  static double[] worst(UnaryFn fn, long stride) {
    var type = TensorType.of(DType.F32, BLOCK);
    var map = new KernelSpec.Map(Shape.of(BLOCK), List.of(type),
        List.of(new Expr.Apply1(fn, new Expr.Input(0, DType.F32))));
    var operands = List.of(operand(0, type), operand(1, type));
    var backend = new CpuBackend();
    var plan = new Plan("cpu", List.of(new Plan.Buffer("x", Plan.Place.PLAN, 0, type.bytes()),
        new Plan.Buffer("y", Plan.Place.PLAN, type.bytes(), type.bytes())),
        List.of(new Plan.Run(map, backend.choices(map).getFirst(), operands.subList(0, 1), operands.subList(1, 2), -1,
            "")), Map.of(), Map.of(), List.of(), 2 * type.bytes());
    var worst = new double[2];
    try (var arena = TensorArena.root("sweep", 1 << 24)) {
      var slab = backend.allocate(arena, plan.planBytes());
      try (var loaded = backend.load(plan, new Backend.Memory(slab, null, null), arena, 1)) {
        for (long next = 0; next < 1L << 32; next += BLOCK * stride) {
          for (int i = 0; i < BLOCK; i++) {
            slab.host().setAtIndex(ValueLayout.JAVA_INT, i, (int) (next + i * stride));
          }
          loaded.run();
          for (int i = 0; i < BLOCK; i++) {
            measure(fn, slab.host().getAtIndex(ValueLayout.JAVA_FLOAT, i),
                slab.host().getAtIndex(ValueLayout.JAVA_FLOAT, BLOCK + i), worst);
          }
        }
      }
    }
    return worst;
  }

  private static Plan.Operand operand(int buffer, TensorType type) {
    return new Plan.Operand(buffer, 0, type, List.of(1L), List.of());
  }

  private static void measure(UnaryFn fn, float x, float y, double[] worst) {
    double right = fn.apply(x);
    float rounded = (float) right;
    if (Float.compare(rounded, y) == 0 || Float.isNaN(rounded) && Float.isNaN(y)) {
      return;
    }
    double error = Float.isInfinite(rounded) || Float.isNaN(rounded) || Float.isNaN(y) ? 1e9
        : Math.abs(y - right) / Math.ulp(rounded);
    boolean small = (fn == UnaryFn.SIGMOID || fn == UnaryFn.ERFC) && Math.abs(y - right) <= 0x1p-24;
    if (error > worst[0] && !small) {
      worst[0] = error;
      worst[1] = x;
    }
  }
}
