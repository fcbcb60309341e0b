package dev.gatun.ops;

import dev.gatun.memory.Shape;

/** Walks the positions of a shape in row-major order; serves the definitions, not speed. */
public final class Grid {
  private Grid() {}

  /** Receives a position and its row-major number. The array is reused. */
  public interface Visitor {
    void visit(long[] position, int number);
  }

  public static void forEach(Shape shape, Visitor visitor) {
    long count = shape.elements();
    var position = new long[shape.rank()];
    for (int number = 0; number < count; number++) {
      visitor.visit(position, number);
      for (int axis = shape.rank() - 1; axis >= 0 && ++position[axis] == shape.size(axis); axis--) {
        position[axis] = 0;
      }
    }
  }

  /** Σ position · stride. */
  public static int offset(long[] position, long[] strides) {
    long offset = 0;
    for (int axis = 0; axis < position.length; axis++) {
      offset += position[axis] * strides[axis];
    }
    return Math.toIntExact(offset);
  }
}
