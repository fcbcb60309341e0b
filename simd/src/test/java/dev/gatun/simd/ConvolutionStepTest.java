package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Geometry;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A convolution as a plan runs it, its epilogue included, against the interpreter. */
class ConvolutionStepTest {
  /** Sums of at most 9 · 12 products of numbers around 4, in f32: what they lose to cancellation included. */
  private static final double TOLERANCE = 1e-3;

  @Test
  void theEpilogueOfALargeResultFollowsItBandByBand() {
    var sizes = Shape.of(16, 3, 41, 40);
    var weight = Shape.of(12, 3, 3, 3);
    for (int stride = 1; stride <= 2; stride++) {
      var output = new Convolve(Convolve.Role.OUTPUT, sizes, weight, Geometry.square(2, 3, 1, 1), 1);
      var data = new Convolve(Convolve.Role.DATA, Shape.of(16, 12, 41, 40), Shape.of(3, 12, 3, 3),
          Geometry.square(2, 3, stride, 1), 1);
      for (var op : List.of(output, data)) {
        var spec = withEpilogue(op);
        assertTrue(spec.out().getFirst().bytes() >= 4 * ConvolutionStep.BAND_BYTES, "too small to be cut into bands");
        for (int threads = 1; threads <= 2; threads++) {
          check(spec, new Random(10L * stride + threads), threads);
        }
      }
    }
  }

  @Property(tries = 40)
  void smallConvolutionsWithEpiloguesMeetTheInterpreter(@ForAll long seed) {
    var random = new Random(seed);
    int rank = 1 + random.nextInt(2);
    int groups = 1 + random.nextInt(2);
    var geometry = Geometry.square(rank, 1 + random.nextInt(3), 1 + random.nextInt(2), random.nextInt(2));
    var sizes = new long[rank + 2];
    var kernel = new long[rank + 2];
    java.util.Arrays.fill(sizes, 3 + random.nextInt(5));
    java.util.Arrays.fill(kernel, geometry.kernel().getFirst());
    sizes[0] = List.of(1, 3, 16, 32).get(random.nextInt(4));
    kernel[1] = 1 + random.nextInt(5);
    sizes[1] = groups * kernel[1];
    kernel[0] = groups * (1 + random.nextInt(7));
    var role = Convolve.Role.values()[random.nextInt(3)];
    check(withEpilogue(new Convolve(role, Shape.of(sizes), Shape.of(kernel), geometry, groups)), random, 2);
  }

  private static void check(KernelSpec spec, Random random, int threads) {
    try (var trial = new Trial(spec, random, false)) {
      trial.runCpu(threads).runInterpreter().compare(TOLERANCE);
    }
  }

  /** max(result, other) + position, the position counted differently along each axis. */
  private static KernelSpec.Direct withEpilogue(Convolve op) {
    var types = (op.role() == Convolve.Role.DATA ? List.of(op.output(), op.weight())
        : op.role() == Convolve.Role.OUTPUT ? List.of(op.data(), op.weight()) : List.of(op.data(), op.output()))
        .stream().map(shape -> new TensorType(DType.F32, shape)).toList();
    var result = op.infer(types).getFirst();
    var coefficients = List.of(1L, -2L, 3L, -5L).subList(0, result.shape().rank());
    var larger = new Expr.Apply2(BinaryFn.MAX, new Expr.Input(0, DType.F32), new Expr.Input(1, DType.F32));
    var position = new Expr.Convert(new Expr.Position(7, coefficients), DType.F32);
    var epilogue = new KernelSpec.Map(result.shape(), List.of(result, result),
        List.of(new Expr.Apply2(BinaryFn.ADD, larger, position)));
    return new KernelSpec.Direct(op, List.of(types.get(0), types.get(1), result), List.of(result), epilogue);
  }
}
