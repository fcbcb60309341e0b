package dev.gatun.graph;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.memory.Tensor;

/** Looks for what is no finite number. */
final class Finite {
  private Finite() {}

  /** NaN or else an infinity that a contiguous tensor holds; 0 if all its elements are finite. */
  static double fault(Tensor tensor) {
    var values = tensor.segment();
    int count = Math.toIntExact(tensor.shape().elements());
    double fault = 0;
    switch (tensor.dtype()) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          fault = worse(fault, values.getAtIndex(JAVA_FLOAT, i));
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          fault = worse(fault, values.getAtIndex(JAVA_DOUBLE, i));
        }
      }
      case F16, BF16 -> {
        for (double value : tensor.toDoubles()) {
          fault = worse(fault, value);
        }
      }
      case I64, I32, I8, U8, BOOL -> { }
    }
    return fault;
  }

  private static double worse(double fault, double value) {
    return Double.isFinite(value) || Double.isNaN(fault) ? fault : value;
  }
}
