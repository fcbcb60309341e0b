package dev.gatun.simd;

/** The lines of an operand along one axis, by number, and where each lies in it and in a result. */
final class Lines {
  private final Axes across;

  /** @param result has the operand's sizes, but for any along the axis */
  Lines(Located x, Located result, int axis) {
    long[] sizes = x.type().shape().sizes();
    sizes[axis] = Math.min(1, sizes[axis]);
    across = Axes.of(sizes, new boolean[sizes.length], new long[][] {x.strides(), result.strides()});
  }

  long count() {
    return across.elements(false);
  }

  /** Bytes from the operand's first element to a line's. */
  long from(long line) {
    return across.offset(0, line);
  }

  /** Bytes from the result's first element to a line's. */
  long to(long line) {
    return across.offset(1, line);
  }
}
