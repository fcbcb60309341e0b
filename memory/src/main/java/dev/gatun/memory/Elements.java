package dev.gatun.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * One element of any dtype, read and written as a {@code double} or a {@code long}.
 *
 * <p>Floating point rounds once, to the nearest value, ties to even. Whole numbers and truth values are never rounded:
 * what does not fit is refused.
 */
final class Elements {
  private Elements() {}

  /** The element as a double; an i64 beyond 2^53 is rounded. */
  static double read(MemorySegment segment, DType dtype, long offset) {
    return switch (dtype) {
      case F32 -> segment.get(JAVA_FLOAT, offset);
      case F64 -> segment.get(JAVA_DOUBLE, offset);
      case F16 -> Float.float16ToFloat(segment.get(JAVA_SHORT, offset));
      case BF16 -> Float.intBitsToFloat(segment.get(JAVA_SHORT, offset) << 16);
      case I64, I32, I8, U8, BOOL -> readLong(segment, dtype, offset);
    };
  }

  /**
   * The element as a long.
   *
   * @throws IllegalArgumentException if a floating-point element is no whole number of that range
   */
  static long readLong(MemorySegment segment, DType dtype, long offset) {
    return switch (dtype) {
      case I64 -> segment.get(JAVA_LONG, offset);
      case I32 -> segment.get(JAVA_INT, offset);
      case I8 -> segment.get(JAVA_BYTE, offset);
      case U8 -> Byte.toUnsignedLong(segment.get(JAVA_BYTE, offset));
      case BOOL -> segment.get(JAVA_BYTE, offset) == 0 ? 0 : 1;
      case F32, F64, F16, BF16 -> whole(read(segment, dtype, offset), DType.I64);
    };
  }

  /**
   * Stores a value, rounding as the class says.
   *
   * @throws IllegalArgumentException if the dtype holds whole numbers or truth values and this is none of them
   */
  static void write(MemorySegment segment, DType dtype, long offset, double value) {
    switch (dtype) {
      case F32 -> segment.set(JAVA_FLOAT, offset, (float) value);
      case F64 -> segment.set(JAVA_DOUBLE, offset, value);
      case F16 -> segment.set(JAVA_SHORT, offset, Float.floatToFloat16(toFloatOdd(value)));
      case BF16 -> segment.set(JAVA_SHORT, offset, toBfloat16(toFloatOdd(value)));
      case I64, I32, I8, U8, BOOL -> writeLong(segment, dtype, offset, whole(value, dtype));
    }
  }

  /**
   * Stores a whole number, rounding as the class says.
   *
   * @throws IllegalArgumentException if the dtype holds whole numbers or truth values and this is none of them
   */
  static void writeLong(MemorySegment segment, DType dtype, long offset, long value) {
    switch (dtype) {
      case I64 -> segment.set(JAVA_LONG, offset, value);
      case I32 -> segment.set(JAVA_INT, offset, (int) inRange(value, dtype, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case I8 -> segment.set(JAVA_BYTE, offset, (byte) inRange(value, dtype, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case U8 -> segment.set(JAVA_BYTE, offset, (byte) inRange(value, dtype, 0, 255));
      case BOOL -> segment.set(JAVA_BYTE, offset, (byte) inRange(value, dtype, 0, 1));
      case F32 -> segment.set(JAVA_FLOAT, offset, value);
      case F64 -> segment.set(JAVA_DOUBLE, offset, value);
      case F16, BF16 -> write(segment, dtype, offset, toDoubleOdd(value));
    }
  }

  private static long whole(double value, DType dtype) {
    long result = (long) value;
    // The cast saturates: 2^63 becomes 2^63 - 1, which converts back to 2^63.
    if (result != value || value == 0x1p63) {
      throw new IllegalArgumentException(dtype + " cannot hold " + value);
    }
    return result;
  }

  private static long inRange(long value, DType dtype, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(dtype + " cannot hold " + value);
    }
    return value;
  }

  /** Rounds to nearest even by adding just under half of the last place that stays, and the bit that breaks ties. */
  private static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /**
   * Rounds towards zero and sets the last bit if anything was lost. Rounding the result once more to a format of at
   * least two bits less gives what rounding the double to that format gives (Boldo and Melquiond, "When double rounding
   * is odd", 2005).
   */
  private static float toFloatOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value) || Float.isInfinite(nearest)) {
      return nearest;
    }
    int bits = Float.floatToRawIntBits(nearest);
    int towardsZero = Math.abs(nearest) > Math.abs(value) ? bits - 1 : bits;
    return Float.intBitsToFloat(towardsZero | 1);
  }

  /** As {@link #toFloatOdd}, for a long that may have more bits than a double. */
  private static double toDoubleOdd(long value) {
    int lost = Math.max(0, Long.SIZE - Double.PRECISION - Long.numberOfLeadingZeros(Math.abs(value)));
    long kept = value >> lost;
    return Math.scalb((double) (kept << lost == value ? kept : kept | 1), lost);
  }
}
