package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The positions of the elements along {@code axis} in ascending (or descending) order of the elements, the first
 * {@code most} of them or all if there are fewer; i32, else of the operand's shape. Equals stay in their order, −0
 * equals 0, and NaN counts as larger than all others.
 */
public record ArgSort(boolean descending, int axis, int most) implements Op.Primitive {
  /** All positions. */
  public ArgSort(boolean descending, int axis) {
    this(descending, axis, Integer.MAX_VALUE);
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.computes(this, in);
    var type = in.getFirst();
    Types.axis(this, in, axis, type.shape().rank());
    Types.require(type.shape().size(axis) <= Integer.MAX_VALUE, this, in, "wants fewer elements along the axis");
    Types.require(most >= 0, this, in, "wants no fewer than 0 positions");
    return List.of(type.withDType(DType.I32).withShape(Types.with(type.shape(), axis,
        Math.min(most, type.shape().size(axis)))));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = in.getFirst();
    var shape = x.type().shape();
    int size = (int) shape.size(axis);
    long step = shape.rowMajorStrides()[axis];
    var given = out.getFirst().type().shape();
    long outStep = given.rowMajorStrides()[axis];
    var order = descending ? ASCENDING.reversed() : ASCENDING;
    Grid.forEach(Types.with(shape, axis, Math.min(1, size)), (position, number) -> {
      long base = Grid.offset(position, shape.rowMajorStrides());
      var sorted = IntStream.range(0, size).boxed()
          .sorted(Comparator.comparing(i -> x.at(base + i * step), order)).toList();
      long to = Grid.offset(position, given.rowMajorStrides());
      for (int i = 0; i < given.size(axis); i++) {
        out.getFirst().set(to + i * outStep, sorted.get(i));
      }
    });
  }

  private static final Comparator<Double> ASCENDING =
      (a, b) -> a < b ? -1 : a > b ? 1 : Boolean.compare(a.isNaN(), b.isNaN());

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return Arrays.asList((Value) null);
  }
}
