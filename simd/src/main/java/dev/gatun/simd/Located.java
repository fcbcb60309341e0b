package dev.gatun.simd;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;

/**
 * An operand whose address is known.
 *
 * @param address of its first element at the first turn of all loops
 * @param strides bytes between neighbours along each axis
 * @param advance bytes that it moves at each turn of the loops around it, the outermost first
 */
record Located(long address, TensorType type, long[] strides, long[] advance) {
  static Located of(Plan.Operand operand, long bufferAddress) {
    int width = operand.type().dtype().bytes();
    return new Located(bufferAddress + operand.offset(), operand.type(),
        operand.strides().stream().mapToLong(stride -> stride * width).toArray(),
        operand.advance().stream().mapToLong(Long::longValue).toArray());
  }

  /** The part of {@code count} positions from {@code first} on along an axis. */
  Located slice(int axis, long first, long count) {
    long[] sizes = type.shape().sizes();
    sizes[axis] = count;
    var part = new TensorType(type.dtype(), Shape.of(sizes));
    return new Located(address + first * strides[axis], part, strides, advance);
  }

  /** Address of the first byte, and behind the last, of any element. */
  long begin() {
    return address + reach(false);
  }

  long end() {
    return address + reach(true) + (type.shape().elements() == 0 ? 0 : type.dtype().bytes());
  }

  /** How far elements lie behind the first at most, or before it. */
  private long reach(boolean behind) {
    long reach = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      long distance = Math.max(0, size(axis) - 1) * strides[axis];
      reach += behind == distance > 0 ? distance : 0;
    }
    return reach;
  }

  long stride(int axis) {
    return strides[axis];
  }

  long size(int axis) {
    return type.shape().size(axis);
  }
}
