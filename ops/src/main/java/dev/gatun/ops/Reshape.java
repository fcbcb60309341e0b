package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/** x's elements in row-major order under another shape. */
public record Reshape(Shape shape) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.require(in.getFirst().shape().elements() == shape.elements(), this, in,
        "has " + shape.elements() + " elements, the operand " + in.getFirst().shape().elements());
    return List.of(in.getFirst().withShape(shape));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    System.arraycopy(in.getFirst().data(), 0, out.getFirst().data(), 0, out.getFirst().data().length);
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return new KernelSpec.Regroup(call.in(0).type(), call.out(0).type());
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return List.of(b.reshape(dOut.getFirst(), call.in(0).shape()));
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    var x = in.getFirst();
    if (x.shape().equals(shape)) {
      return x;
    }
    if (x.node().op() instanceof Constant c && c.isUniform()) {
      return b.constant(x.type().withShape(shape), c.value());
    }
    return x.node().op() instanceof Reshape ? b.reshape(x.node().inputs().getFirst(), shape) : null;
  }
}
