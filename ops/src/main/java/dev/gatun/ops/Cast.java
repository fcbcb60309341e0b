package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;

/**
 * A conversion to {@code dtype}, as Java's casts: floats to integers truncate, NaN to 0, and saturate at the ends of
 * i64 for i64 and of i32 for the others; what i8 or u8 cannot hold of that wraps, as do integers to smaller ones.
 * Numbers to bool are x ≠ 0; floats to smaller ones round to the nearest, halves to even.
 */
public record Cast(DType dtype) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    return List.of(in.getFirst().withDType(dtype));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = in.getFirst();
    Arrays.setAll(out.getFirst().data(), i -> Expr.convert(x.at(i), x.type().dtype(), dtype));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var type = call.in(0).type();
    return new KernelSpec.Map(type.shape(), List.of(type),
        List.of(new Expr.Convert(new Expr.Input(0, type.dtype()), dtype)));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var from = call.in(0).type();
    return Arrays.asList(from.dtype().isFloat() && dtype.isFloat()
        ? b.cast(dOut.getFirst(), Differentiate.typeOf(from).dtype()) : null);
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    return in.getFirst().dtype() == dtype ? in.getFirst() : null;
  }

  @Override
  public Op.Primitive withFloat(DType other) {
    return dtype.isFloat() ? new Cast(other) : this;
  }
}
