package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;

/** out = condition ? x : y, elementwise. */
public record Select() implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 3);
    Types.sameShape(this, in);
    Types.require(in.get(0).dtype() == DType.BOOL, this, in, "wants a bool condition");
    Types.require(in.get(1).dtype() == in.get(2).dtype(), this, in, "wants one dtype to choose from");
    Types.computes(this, in);
    return List.of(in.get(1));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Arrays.setAll(out.getFirst().data(), i -> in.get(in.get(0).at(i) != 0 ? 1 : 2).at(i));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var dtype = call.in(1).dtype();
    return new KernelSpec.Map(call.in(0).shape(), call.inTypes(), List.of(new Expr.Choose(
        new Expr.Input(0, DType.BOOL), new Expr.Input(1, dtype), new Expr.Input(2, dtype))));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var dz = dOut.getFirst();
    if (!dz.dtype().isFloat()) {
      return Arrays.asList(null, null, null);
    }
    var zero = b.like(dz, 0);
    return Arrays.asList(null, b.select(call.in(0), dz, zero), b.select(call.in(0), zero, dz));
  }
}
