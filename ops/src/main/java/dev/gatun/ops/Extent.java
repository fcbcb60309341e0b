package dev.gatun.ops;

import java.util.List;

/**
 * The bytes of a buffer between the first and the last that an operand touches, at all turns of the loops around it.
 *
 * @param low first byte, from the buffer's start
 * @param high byte after the last; equal to {@code low} if nothing is touched
 */
public record Extent(long low, long high) {
  /** @param counts turns of the loops around the step, the outermost first */
  public static Extent of(Plan.Operand operand, List<Long> counts) {
    var shape = operand.type().shape();
    int width = operand.type().dtype().bytes();
    if (shape.elements() == 0 || counts.contains(0L)) {
      return new Extent(operand.offset(), operand.offset());
    }
    long low = operand.offset();
    long high = operand.offset() + width;
    for (int axis = 0; axis < shape.rank(); axis++) {
      long reach = (shape.size(axis) - 1) * operand.strides().get(axis) * width;
      low += Math.min(0, reach);
      high += Math.max(0, reach);
    }
    for (int loop = 0; loop < operand.advance().size(); loop++) {
      long reach = (counts.get(loop) - 1) * operand.advance().get(loop);
      low += Math.min(0, reach);
      high += Math.max(0, reach);
    }
    return new Extent(low, high);
  }
}
