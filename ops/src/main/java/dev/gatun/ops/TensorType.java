package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.Objects;

/** What is known of a tensor before it holds numbers: {@code f32[64, 10]}. */
public record TensorType(DType dtype, Shape shape) {
  public TensorType {
    Objects.requireNonNull(dtype);
    Objects.requireNonNull(shape);
  }

  public static TensorType of(DType dtype, long... sizes) {
    return new TensorType(dtype, Shape.of(sizes));
  }

  public static TensorType scalar(DType dtype) {
    return new TensorType(dtype, Shape.SCALAR);
  }

  public TensorType withShape(Shape other) {
    return new TensorType(dtype, other);
  }

  public TensorType withDType(DType other) {
    return new TensorType(other, shape);
  }

  /** Bytes of a dense tensor of this type. */
  public long bytes() {
    return Math.multiplyExact(shape.elements(), (long) dtype.bytes());
  }

  @Override
  public String toString() {
    return dtype.label() + shape;
  }
}
