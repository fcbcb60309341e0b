package dev.gatun.graph;

import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.util.Map;

/**
 * Samples by number. Its fields meet a model's inputs by name. Safe for use by several threads once made.
 */
public interface Dataset {
  /**
   * The samples that lie in tensors, one for each field: sample i is element i of the first axis. Nothing is copied:
   * the tensors stay the caller's, who keeps them open and unchanged while the data set is in use.
   *
   * @throws IllegalArgumentException if there is no field, a tensor is a single number or not contiguous, or the
   *     tensors differ in their number of samples
   */
  static Dataset of(Map<String, Tensor> fields) {
    return TensorDataset.of(fields);
  }

  /** How many samples there are. */
  int size();

  /** The type of each field of one sample: {@code image: f32[1, 28, 28]}. */
  Map<String, TensorType> fields();

  /**
   * Copies a field of some samples into a batch.
   *
   * @param rows numbers of samples; those from {@code from} to {@code from + count − 1} are copied
   * @param into a contiguous tensor [count, …] of the field's type; sample i goes to row i
   */
  void copy(String field, int[] rows, int from, int count, Tensor into);
}
