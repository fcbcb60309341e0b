package dev.gatun.graph;

import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Samples that lie in tensors, along the first axis. Copying allocates nothing. */
record TensorDataset(int size, Map<String, TensorType> fields, Map<String, Tensor> tensors) implements Dataset {

  static TensorDataset of(Map<String, Tensor> tensors) {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("a data set needs at least one field");
    }
    var fields = new LinkedHashMap<String, TensorType>();
    var first = tensors.entrySet().iterator().next();
    tensors.forEach((name, tensor) -> {
      var shape = tensor.shape();
      if (shape.rank() == 0 || !tensor.isContiguous()) {
        throw new IllegalArgumentException("field " + name + " wants a contiguous tensor with an axis of samples, got "
            + new TensorType(tensor.dtype(), shape));
      }
      if (shape.size(0) != first.getValue().shape().size(0) || shape.size(0) != (int) shape.size(0)) {
        throw new IllegalArgumentException("field " + name + " has " + shape.size(0) + " samples, " + first.getKey()
            + " has " + first.getValue().shape().size(0));
      }
      fields.put(name, new TensorType(tensor.dtype(), Shape.of(Arrays.copyOfRange(shape.sizes(), 1, shape.rank()))));
    });
    return new TensorDataset((int) first.getValue().shape().size(0), Collections.unmodifiableMap(fields),
        Map.copyOf(tensors));
  }

  /**
   * As the interface says.
   *
   * @throws IllegalArgumentException if there is no such field
   * @throws IndexOutOfBoundsException if there is no such sample, or the batch is too small
   */
  @Override
  public void copy(String field, int[] rows, int from, int count, Tensor into) {
    var tensor = tensors.get(field);
    if (tensor == null) {
      throw new IllegalArgumentException("no field is called " + field + ": there are " + fields.keySet());
    }
    long bytes = fields.get(field).bytes();
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(tensor.segment(), rows[from + i] * bytes, into.segment(), i * bytes, bytes);
    }
  }
}
