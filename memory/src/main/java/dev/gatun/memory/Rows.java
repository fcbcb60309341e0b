package dev.gatun.memory;

/**
 * Walks a strided tensor row by row in row-major order; a row is the last axis. A scalar is one row of one element.
 * Usage: {@code for (var rows = new Rows(…); rows.hasRow(); rows.advance())}.
 */
final class Rows {
  private final Shape shape;
  private final long[] strides;
  private final int outerAxes;
  private final long[] index;
  private long left;
  private long offset;

  Rows(Shape shape, long[] strides) {
    this.shape = shape;
    this.strides = strides;
    this.outerAxes = Math.max(shape.rank() - 1, 0);
    this.index = new long[outerAxes];
    this.left = length() == 0 ? 0 : shape.elements() / length();
  }

  /** Elements in every row. */
  long length() {
    return shape.rank() == 0 ? 1 : shape.size(-1);
  }

  /** Distance in elements between neighbours in a row. */
  long stride() {
    return shape.rank() == 0 ? 1 : strides[outerAxes];
  }

  boolean hasRow() {
    return left > 0;
  }

  /** Elements from the tensor's element 0 to this row's. */
  long offset() {
    return offset;
  }

  void advance() {
    left--;
    for (int axis = outerAxes - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape.size(axis)) {
        return;
      }
      offset -= strides[axis] * shape.size(axis);
      index[axis] = 0;
    }
  }
}
