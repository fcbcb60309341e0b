package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads and writes one element of any dtype as a double; for tests. */
final class Numbers {
  private Numbers() {
  }

  static double get(MemorySegment from, DType dtype, long at) {
    return switch (dtype) {
      case F32 -> from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
      case F64 -> from.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, at);
      case I32 -> from.get(ValueLayout.JAVA_INT_UNALIGNED, at);
      case I64 -> from.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      case U8 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      case I8, BOOL -> from.get(ValueLayout.JAVA_BYTE, at);
      case F16 -> Float.float16ToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
      case BF16 -> Float.intBitsToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) << 16);
    };
  }

  static void set(MemorySegment to, DType dtype, long at, double value) {
    switch (dtype) {
      case F32 -> to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, (float) value);
      case F64 -> to.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, value);
      case I32 -> to.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) value);
      case I64 -> to.set(ValueLayout.JAVA_LONG_UNALIGNED, at, (long) value);
      case U8, I8, BOOL -> to.set(ValueLayout.JAVA_BYTE, at, (byte) (int) value);
      case F16 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16((float) value));
      case BF16 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) (Float.floatToRawIntBits((float) value) >>> 16));
    }
  }
}
