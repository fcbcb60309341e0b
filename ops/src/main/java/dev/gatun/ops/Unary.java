package dev.gatun.ops;

import java.util.Arrays;
import java.util.List;

/** out = fn(x), elementwise. */
public record Unary(UnaryFn fn) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.computes(this, in);
    Types.require(fn.accepts(in.getFirst().dtype()), this, in, switch (fn.domain()) {
      case NUMBER -> "wants signed numbers";
      case FLOAT -> "wants f32 or f64";
      case BOOL -> "wants bool";
    });
    return List.of(in.getFirst());
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Arrays.setAll(out.getFirst().data(), i -> fn.apply(in.getFirst().at(i)));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var type = call.in(0).type();
    return new KernelSpec.Map(type.shape(), List.of(type),
        List.of(new Expr.Apply1(fn, new Expr.Input(0, type.dtype()))));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    if (!call.out(0).dtype().isFloat()) {
      return Arrays.asList((Value) null);
    }
    return Arrays.asList(fn.derivative().emit(b, call.in(0), call.out(0), dOut.getFirst()));
  }
}
