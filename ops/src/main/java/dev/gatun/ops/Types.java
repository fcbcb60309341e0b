package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;

/** The checks that type rules share. */
final class Types {
  private Types() {}

  static void count(Op op, List<TensorType> in, int expected) {
    require(in.size() == expected, op, in, "takes " + expected + (expected == 1 ? " operand" : " operands"));
  }

  static void require(boolean condition, Op op, List<TensorType> in, String rule) {
    if (!condition) {
      throw new ShapeException(op, in, rule);
    }
  }

  static void isFloat(Op op, List<TensorType> in) {
    for (var type : in) {
      require(type.dtype() == DType.F32 || type.dtype() == DType.F64, op, in, "wants f32 or f64");
    }
  }

  /** Refuses dtypes that only store (f16, bf16, i8): they must be cast before anything is computed with them. */
  static void computes(Op op, List<TensorType> in) {
    for (var type : in) {
      require(!type.dtype().isStorageOnly(), op, in, type.dtype().label() + " only stores: cast it first");
    }
  }

  static void sameDType(Op op, List<TensorType> in) {
    for (var type : in) {
      require(type.dtype() == in.getFirst().dtype(), op, in, "wants operands of one dtype");
    }
  }

  static void sameShape(Op op, List<TensorType> in) {
    for (var type : in) {
      require(type.shape().equals(in.getFirst().shape()), op, in, "wants operands of one shape");
    }
  }

  static void axis(Op op, List<TensorType> in, int axis, int rank) {
    require(axis >= 0 && axis < rank, op, in, "axis " + axis + " is not in 0.." + (rank - 1));
  }

  /** The shape that two shapes broadcast to by NumPy's rule, or null. */
  static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    var sizes = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long x = i <= a.rank() ? a.size(-i) : 1;
      long y = i <= b.rank() ? b.size(-i) : 1;
      if (x != y && x != 1 && y != 1) {
        return null;
      }
      sizes[rank - i] = x == 1 ? y : x;
    }
    return Shape.of(sizes);
  }

  /** A shape as a modifiable array with one axis replaced. */
  static Shape with(Shape shape, int axis, long size) {
    var sizes = shape.sizes();
    sizes[axis] = size;
    return Shape.of(sizes);
  }
}
