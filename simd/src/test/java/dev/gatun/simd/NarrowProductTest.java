package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.TensorType;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Products of operands that are stored in fewer bits than they are multiplied in, in every layout. */
class NarrowProductTest {
  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void wholeNumbersAreExact(@ForAll long seed) {
    var random = new Random(seed);
    try (var trial = wholeNumbers(random, 1 + random.nextInt(40), 1 + random.nextInt(60), random.nextInt(90))) {
      trial.runCpu(2).runInterpreter().compare(0);
    }
  }

  /** Of the largest numbers, over more steps than f32 can add exactly, for more columns and rows than one task has. */
  @Test
  void sumsBeyondWhatFloatsHoldAreExact() {
    for (var left : List.of(DType.I8, DType.U8)) {
      for (var right : List.of(DType.I8, DType.U8)) {
        var random = new Random(5);
        try (var trial = new Trial(product(left, right, 70, 300, 1500), random, false)) {
          trial.setInput(0, i -> left == DType.U8 ? 255 : -128);
          trial.setInput(1, i -> right == DType.U8 ? 255 - i % 3 : -128 + i % 3);
          trial.runCpu(2).runInterpreter().compare(0);
        }
      }
    }
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void halfWeightsAreMultipliedAsTheNumbersThatTheyAre(@ForAll long seed) {
    var random = new Random(seed);
    int k = random.nextInt(90);
    try (var trial = halfWeights(random, 1 + random.nextInt(60), 1 + random.nextInt(60), k)) {
      trial.runCpu(2).runInterpreter().compare(1e-5 * Math.max(1, k));
    }
  }

  static Trial wholeNumbers(Random random, int m, int n, int k) {
    var types = List.of(DType.I8, DType.U8);
    return new Trial(product(types.get(random.nextInt(2)), types.get(random.nextInt(2)), m, n, k), random, false);
  }

  static Trial halfWeights(Random random, int m, int n, int k) {
    var right = random.nextBoolean() ? DType.F16 : DType.BF16;
    return new Trial(product(DType.F32, right, m, n, k), random, false);
  }

  private static KernelSpec.Direct product(DType left, DType right, int m, int n, int k) {
    var in = List.of(new TensorType(left, Shape.of(2, m, k)), new TensorType(right, Shape.of(2, k, n)));
    var result = new TensorType(left == DType.F32 ? left : DType.I32, Shape.of(2, m, n));
    return new KernelSpec.Direct(new MatMul(), in, List.of(result), null);
  }
}
