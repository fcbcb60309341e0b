package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;

/** out = fn(x, y), elementwise on operands of one type; {@link Builder#binary} broadcasts first. */
public record Binary(BinaryFn fn) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    Types.computes(this, in);
    Types.sameDType(this, in);
    Types.sameShape(this, in);
    Types.require(fn.accepts(in.getFirst().dtype()), this, in, switch (fn.kind()) {
      case ARITHMETIC -> "wants numbers";
      case FLOAT -> "wants f32 or f64";
      case COMPARISON, LOGIC -> "wants bool";
    });
    return List.of(in.getFirst().withDType(fn.result(in.getFirst().dtype())));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = in.get(0);
    var y = in.get(1);
    Arrays.setAll(out.getFirst().data(), i -> fn.apply(x.at(i), y.at(i), x.type().dtype()));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var type = call.in(0).type();
    return new KernelSpec.Map(type.shape(), List.of(type, type),
        List.of(new Expr.Apply2(fn, new Expr.Input(0, type.dtype()), new Expr.Input(1, type.dtype()))));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    if (fn.derivative() == null || !call.out(0).dtype().isFloat()) {
      return Arrays.asList(null, null);
    }
    return fn.derivative().emit(b, call.in(0), call.in(1), call.out(0), dOut.getFirst());
  }

  /**
   * x + 0, x − 0, x · 1, x / 1, x¹, their mirror images, and parts on zeros: all keep every bit but the sign of a zero.
   * A division by a power of two is a product, with the same bits. x² is x · x, which is what xʸ means, rounded once;
   * x³ is x · x · x.
   */
  @Override
  public Value simplify(Builder b, List<Value> in) {
    var x = in.get(0);
    var y = in.get(1);
    return switch (fn) {
      case ADD -> Builder.isUniform(y, 0) ? x : Builder.isUniform(x, 0) ? y : Pad.sum(b, x, y);
      case SUB -> Builder.isUniform(y, 0) ? x : null;
      case MUL -> Builder.isUniform(y, 1) ? x : Builder.isUniform(x, 1) ? y : null;
      case DIV -> y.node().op() instanceof Constant c && c.isUniform() && hasExactReciprocal(c.value(), y.dtype())
          ? b.mul(x, 1 / c.value()) : null;
      case POW -> Builder.isUniform(y, 1) ? x : Builder.isUniform(y, 2) ? b.mul(x, x)
          : Builder.isUniform(y, 3) ? b.mul(b.mul(x, x), x) : null;
      default -> null;
    };
  }

  /** Whether it is a power of two, or its negative, whose reciprocal is a normal number. */
  private static boolean hasExactReciprocal(double value, DType dtype) {
    int exponent = Math.getExponent(value);
    int most = dtype == DType.F32 ? -Float.MIN_EXPONENT : -Double.MIN_EXPONENT;
    return Math.abs(value) == Math.scalb(1.0, exponent) && Math.abs(exponent) <= most;
  }
}
