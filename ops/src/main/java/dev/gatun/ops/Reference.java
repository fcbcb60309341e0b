package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;

/**
 * A dense row-major tensor of doubles: the values on which {@link Op.Primitive#define} works. Integers are exact up to
 * 2⁵³; booleans are 0 and 1.
 */
public record Reference(TensorType type, double[] data) {
  public Reference {
    if (data.length != type.shape().elements()) {
      throw new IllegalArgumentException(type + " does not hold " + data.length + " elements");
    }
  }

  public static Reference zeros(TensorType type) {
    return new Reference(type, new double[Math.toIntExact(type.shape().elements())]);
  }

  public static Reference of(TensorType type, double... data) {
    return new Reference(type, data);
  }

  /** The element at a row-major position. */
  public double at(long position) {
    return data[(int) position];
  }

  public void set(long position, double value) {
    data[(int) position] = value;
  }

  /** The values as the dtype stores them: floats rounded to f32 where the dtype is f32. */
  public Reference rounded() {
    if (type.dtype() != DType.F32) {
      return this;
    }
    return new Reference(type, Arrays.stream(data).map(v -> (float) v).toArray());
  }
}
