package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The position of the largest (or smallest) element along {@code axis}, the first of equals, NaN first of all; i32, the
 * axis keeps size 1.
 */
public record ArgReduce(boolean largest, int axis) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.computes(this, in);
    var type = in.getFirst();
    Types.require(type.dtype() != DType.BOOL, this, in, "wants numbers");
    Types.axis(this, in, axis, type.shape().rank());
    Types.require(type.shape().size(axis) > 0, this, in, "wants at least one element along the axis");
    return List.of(new TensorType(DType.I32, Types.with(type.shape(), axis, 1)));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = in.getFirst();
    var shape = x.type().shape();
    long step = shape.rowMajorStrides()[axis];
    var strides = shape.rowMajorStrides();
    Grid.forEach(out.getFirst().type().shape(), (position, number) -> {
      long base = Grid.offset(position, strides);
      int best = 0;
      for (int i = 1; i < shape.size(axis); i++) {
        if (beats(x.at(base + i * step), x.at(base + best * step))) {
          best = i;
        }
      }
      out.getFirst().set(number, best);
    });
  }

  private boolean beats(double candidate, double best) {
    if (Double.isNaN(best)) {
      return false;
    }
    return Double.isNaN(candidate) || (largest ? candidate > best : candidate < best);
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return Arrays.asList((Value) null);
  }

  /** The result's shape without the reduced axis. */
  static Shape dropped(Shape shape, int axis) {
    return Shape.of(java.util.stream.IntStream.range(0, shape.rank()).filter(i -> i != axis)
        .mapToLong(shape::size).toArray());
  }
}
