package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;

/** One typed result of a {@link Node}; identity counts, two values are equal only if they are the same. */
public final class Value {
  private final Node node;
  private final int index;
  private final TensorType type;

  Value(Node node, int index, TensorType type) {
    this.node = node;
    this.index = index;
    this.type = type;
  }

  public Node node() {
    return node;
  }

  /** Which result of its node this is. */
  public int index() {
    return index;
  }

  public TensorType type() {
    return type;
  }

  public DType dtype() {
    return type.dtype();
  }

  public Shape shape() {
    return type.shape();
  }

  public int rank() {
    return type.shape().rank();
  }

  @Override
  public String toString() {
    return node.op().label() + (node.outputs().size() > 1 ? "." + index : "") + ": " + type;
  }
}
