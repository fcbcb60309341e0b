package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;

/** A tensor known when the graph is built: one scalar repeated, or a small table; row-major. */
public record Constant(TensorType type, List<Double> values) implements Op.Primitive {
  public Constant {
    values = List.copyOf(values);
    if (values.size() != 1 && values.size() != type.shape().elements()) {
      throw new IllegalArgumentException(values.size() + " values for " + type);
    }
  }

  /** One number everywhere. */
  public static Constant of(TensorType type, double value) {
    return new Constant(type, List.of(value));
  }

  public boolean isUniform() {
    return values.size() == 1;
  }

  /** The number that stands everywhere; only of a uniform constant. */
  public double value() {
    return values.getFirst();
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 0);
    return List.of(type);
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    if (isUniform()) {
      Arrays.fill(out.getFirst().data(), value());
    } else {
      Arrays.setAll(out.getFirst().data(), values::get);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    if (isUniform()) {
      return new KernelSpec.Map(type.shape(), List.of(), List.of(new Expr.Literal(value(), type.dtype())));
    }
    throw new IllegalStateException("a table constant is model memory, not a kernel");
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return List.of();
  }

  @Override
  public Op.Primitive withFloat(DType dtype) {
    return type.dtype().isFloat() ? new Constant(type.withDType(dtype), values) : this;
  }

  @Override
  public String toString() {
    return "Constant[" + type + ", " + (values.size() > 4 ? values.subList(0, 4) + "…" : values) + "]";
  }
}
