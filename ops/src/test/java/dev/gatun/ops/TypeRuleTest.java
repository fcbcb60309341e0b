package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Refused operands are named with op, attributes, rule and all types. */
class TypeRuleTest {
  private static void refused(String message, Op.Primitive op, TensorType... in) {
    assertEquals(message, assertThrows(ShapeException.class, () -> op.infer(List.of(in))).getMessage());
  }

  private static TensorType f32(long... sizes) {
    return TensorType.of(DType.F32, sizes);
  }

  @Test
  void elementwiseOpsWantOneType() {
    refused("binary(fn=ADD): wants operands of one dtype, got f32[2], i32[2]", new Binary(BinaryFn.ADD), f32(2),
        TensorType.of(DType.I32, 2));
    refused("binary(fn=ADD): wants operands of one shape, got f32[2], f32[3]", new Binary(BinaryFn.ADD), f32(2), f32(3));
    refused("unary(fn=EXP): wants f32 or f64, got i32[2]", new Unary(UnaryFn.EXP), TensorType.of(DType.I32, 2));
    refused("unary(fn=EXP): f16 only stores: cast it first, got f16[2]", new Unary(UnaryFn.EXP),
        TensorType.of(DType.F16, 2));
  }

  @Test
  void productsNameTheAxisThatClashes() {
    refused("mat_mul: the columns of the first, 3, must be the rows of the second, 4, got f32[2, 3], f32[4, 5]",
        new MatMul(), f32(2, 3), f32(4, 5));
  }

  @Test
  void convolutionsCountChannels() {
    var op = new Convolve(Convolve.Role.OUTPUT, Shape.of(1, 3, 8, 8), Shape.of(4, 16, 3, 3), Geometry.square(2, 3, 1, 0), 1);
    refused("convolve(role=OUTPUT, data=[1, 3, 8, 8], weight=[4, 16, 3, 3], geometry=kernel=[3, 3] stride=[1, 1] "
        + "pad=[0, 0][0, 0] dilation=[1, 1], groups=1): input has 3 channels, weight expects 16, got f32[1, 3, 8, 8], "
        + "f32[4, 16, 3, 3]", op, f32(1, 3, 8, 8), f32(4, 16, 3, 3));
  }

  /** A window that touches nothing has no largest number, and no place where it stood. */
  @Test
  void windowsTouchTheirOperand() {
    padded(window(2, 1, 1, 3), 2);
    padded(window(2, 1, 1, 2), 1);
    padded(window(2, 1, 1, 1), 0);
    assertEquals(List.of(f32(0, 1, 5)), new MaxPool(window(3, 2, 2, 2), false).infer(List.of(f32(0, 1, 5))));
    assertEquals(List.of(f32(1, 1, 2)), new MaxPool(window(2, 1, 1, 2), false).infer(List.of(f32(1, 1, 2))));
  }

  private static void padded(Geometry geometry, long size) {
    refused("max_pool(geometry=" + geometry + ", positions=true): a window along axis 2 lies in the padding alone, got "
        + f32(1, 1, size), new MaxPool(geometry, true), f32(1, 1, size));
  }

  private static Geometry window(int kernel, int padLow, int padHigh, int dilation) {
    return new Geometry(List.of(kernel), List.of(1), List.of(padLow), List.of(padHigh), List.of(dilation));
  }

  @Test
  void movesStayInside() {
    refused("reshape(shape=[5]): has 5 elements, the operand 6, got f32[2, 3]", new Reshape(Shape.of(5)), f32(2, 3));
    refused("transpose(order=[0, 0]): the order must name each axis once, got f32[2, 3]", new Transpose(List.of(0, 0)),
        f32(2, 3));
    refused("slice(start=[1], size=[3], step=[1]): axis 0 must lie inside the operand, got f32[3]",
        new Slice(List.of(1L), List.of(3L), List.of(1L)), f32(3));
    refused("concat(axis=0): axis 1 must agree, got f32[2, 3], f32[2, 4]", new Concat(0), f32(2, 3), f32(2, 4));
  }

  @Test
  void indicesAreChecked() {
    var x = Reference.of(f32(3), 1, 2, 3);
    var index = Reference.of(TensorType.of(DType.I32, 1), 3);
    var fault = assertThrows(IndexException.class,
        () -> Evaluator.apply(new Gather(0, 0), List.of(x, index), List.of(f32(1))));
    assertEquals("gather(axis=0, batch=0): index 3 is not in 0..2", fault.getMessage());
    assertEquals("gather(axis=0, batch=0): index 3 is not in 0..2 · at m.gat:3:7", fault.at("m.gat:3:7").getMessage());
  }
}
