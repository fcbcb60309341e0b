package dev.gatun.graph;

import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;

/** The check that everything which crosses into a machine passes. */
final class Tensors {
  private Tensors() {}

  static void check(String name, TensorType type, Tensor tensor) {
    if (tensor.dtype() != type.dtype() || !tensor.shape().equals(type.shape())) {
      throw new IllegalArgumentException(
          name + " is " + type + ", got " + new TensorType(tensor.dtype(), tensor.shape()));
    }
    if (!tensor.isContiguous()) {
      throw new IllegalArgumentException(name + " wants a contiguous tensor: copy the view first");
    }
  }
}
