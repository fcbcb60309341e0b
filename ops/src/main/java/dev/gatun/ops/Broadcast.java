package dev.gatun.ops;

import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec.Axis;
import java.util.ArrayList;
import java.util.List;

/** x repeated to {@code shape} by NumPy's rule: missing axes on the left, and sizes of 1, stretch. */
public record Broadcast(Shape shape) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.require(shape.equals(Types.broadcast(in.getFirst().shape(), shape)), this, in,
        "the operand does not stretch to " + shape);
    return List.of(in.getFirst().withShape(shape));
  }

  private List<Axis> axes(Shape from) {
    int added = shape.rank() - from.rank();
    var axes = new ArrayList<Axis>();
    for (int i = 0; i < shape.rank(); i++) {
      boolean repeated = i < added || from.size(i - added) == 1;
      axes.add(repeated ? Axis.REPEAT : Axis.of(i - added));
    }
    return axes;
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Views.define(axes(in.getFirst().type().shape()), in.getFirst(), out.getFirst());
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return new KernelSpec.View(call.in(0).type(), call.out(0).type(), axes(call.in(0).shape()));
  }

  /** The gradient of a repetition is the sum over it. */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var from = call.in(0).shape();
    int added = shape.rank() - from.rank();
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < shape.rank(); i++) {
      if (i < added || from.size(i - added) == 1 && shape.size(i) != 1) {
        axes.add(i);
      }
    }
    return List.of(b.reshape(b.sum(dOut.getFirst(), axes, true), from));
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    var x = in.getFirst();
    if (x.shape().equals(shape)) {
      return x;
    }
    return x.node().op() instanceof Constant c && c.isUniform()
        ? b.constant(x.type().withShape(shape), c.value()) : null;
  }
}
