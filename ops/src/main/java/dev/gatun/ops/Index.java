package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;

/** out[i] = i[axis], an i32. */
public record Index(Shape shape, int axis) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 0);
    Types.axis(this, in, axis, shape.rank());
    return List.of(new TensorType(DType.I32, shape));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Grid.forEach(shape, (position, number) -> out.getFirst().set(number, position[axis]));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var coefficients = new Long[shape.rank()];
    java.util.Arrays.fill(coefficients, 0L);
    coefficients[axis] = 1L;
    return new KernelSpec.Map(shape, List.of(), List.of(new Expr.Position(0, List.of(coefficients))));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return List.of();
  }
}
