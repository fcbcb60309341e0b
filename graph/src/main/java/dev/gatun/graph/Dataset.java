package dev.gatun.graph;

import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.util.Map;

/**
 * Samples by number. Its fields meet a model's inputs by name. Safe for use by several threads once made.
 */
public interface Dataset {
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
