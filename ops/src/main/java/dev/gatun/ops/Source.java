package dev.gatun.ops;

import java.util.List;

/**
 * A value that comes from outside the graph.
 *
 * @param name unique in its graph: the input's name, or the path of a parameter or state
 * @param role who gives it and how long it lives
 */
public record Source(String name, Role role, TensorType type) implements Op.Primitive {
  /** Who gives a source its value, and how long that lives. */
  public enum Role {
    /** Given at each run. */
    INPUT,
    /** Trained; lives with the model. */
    PARAMETER,
    /** Replaced by updates; lives with the model and is saved. */
    STATE,
    /** Replaced by updates; lives with a session and is never saved. */
    CACHE,
    /** Computed of parameters and states alone, when these change; lives with the model and is never saved. */
    PREPARED
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 0);
    return List.of(type);
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    throw new IllegalStateException("the value of " + name + " comes from outside");
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    throw new IllegalStateException("the value of " + name + " comes from outside");
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return List.of();
  }

  @Override
  public Op.Primitive withFloat(dev.gatun.memory.DType dtype) {
    return type.dtype().isFloat() ? new Source(name, role, type.withDType(dtype)) : this;
  }
}
