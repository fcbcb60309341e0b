package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Flops and bytes as they are counted by hand. */
class CostTest {
  private static Plan.Operand operand(TensorType type, long... strides) {
    return new Plan.Operand(0, 0, type, java.util.Arrays.stream(strides).boxed().toList(), List.of());
  }

  private static Plan.Run run(KernelSpec spec, List<Plan.Operand> in, List<Plan.Operand> out) {
    return new Plan.Run(spec, Choice.anyLayout("test", spec, 0, 0), in, out, -1, "");
  }

  /** relu(x + b) + relu(x + b), b repeated along the rows: three operations an element, for the sum is shared. */
  @Test
  void mapsCountEachOperationOnceAndRepeatedElementsOnce() {
    var type = TensorType.of(DType.F32, 10, 7);
    var sum = new Expr.Apply2(BinaryFn.ADD, new Expr.Input(0, DType.F32), new Expr.Input(1, DType.F32));
    var relu = new Expr.Apply2(BinaryFn.MAX, sum, new Expr.Literal(0, DType.F32));
    var map = new KernelSpec.Map(type.shape(), List.of(type, type), List.of(new Expr.Apply2(BinaryFn.ADD, relu, relu)));
    var cost = Cost.of(run(map, List.of(operand(type, 7, 1), operand(type, 0, 1)), List.of(operand(type, 7, 1))));
    assertEquals(3 * 70, cost.flops());
    assertEquals(4 * (70 + 7 + 70), cost.bytes());
    assertEquals(210.0 / 588, cost.intensity(), 1e-12);
  }

  /** Softmax: a maximum, a difference, its exponential, a sum, a quotient. */
  @Test
  void rowsCountFoldsToo() {
    var type = TensorType.of(DType.F32, 3, 5);
    var x = new Expr.Input(0, DType.F32);
    var e = new Expr.Apply1(UnaryFn.EXP, new Expr.Apply2(BinaryFn.SUB, x, new Expr.Fold(0, DType.F32)));
    var row = new KernelSpec.Row(type.shape(), List.of(1), List.of(type),
        List.of(new KernelSpec.Reduction(KernelSpec.Fold.MAX, x), new KernelSpec.Reduction(KernelSpec.Fold.SUM, e)),
        List.of(), List.of(new Expr.Apply2(BinaryFn.DIV, e, new Expr.Fold(1, DType.F32))));
    assertEquals(5 * 15, Cost.flops(row));
  }

  @Test
  void productsAndConvolutionsLeavePaddingOut() {
    var product = new MatMul();
    var in = List.of(TensorType.of(DType.F32, 2, 3, 4), TensorType.of(DType.F32, 2, 4, 5));
    assertEquals(2 * 2 * 3 * 5 * 4, Cost.flops(new KernelSpec.Direct(product, in, product.infer(in), null)));
    // 3 taps along each axis of 4 positions, of which the first and the last have 2.
    var convolve = new Convolve(Convolve.Role.OUTPUT, Shape.of(2, 3, 4, 4), Shape.of(5, 3, 3, 3),
        Geometry.square(2, 3, 1, 1), 1);
    assertEquals(2 * 3 * 5 * 10 * 10, convolve.multiplyAdds());
    var strided = new Convolve(Convolve.Role.WEIGHT, Shape.of(1, 1, 7, 1), Shape.of(1, 1, 3, 1),
        new Geometry(List.of(3, 1), List.of(3, 1), List.of(2, 0), List.of(0, 0), List.of(2, 1)), 1);
    // Windows at −2 and 1 with taps 2 apart: 0, 2 and 1, 3, 5.
    assertEquals(5, strided.multiplyAdds());
  }

  @Test
  void loopsCountAllTurns() {
    var type = TensorType.of(DType.F32, 4);
    var map = new KernelSpec.Map(type.shape(), List.of(type),
        List.of(new Expr.Apply1(UnaryFn.EXP, new Expr.Input(0, DType.F32))));
    var step = run(map, List.of(operand(type, 1)), List.of(operand(type, 1)));
    var cost = Cost.of(new Plan.Repeat(10, List.of(step, step)));
    assertEquals(80, cost.flops());
    assertEquals(640, cost.bytes());
  }
}
