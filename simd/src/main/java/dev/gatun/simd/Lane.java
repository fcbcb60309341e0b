package dev.gatun.simd;

import dev.gatun.memory.DType;

/** What one lane of a vector holds while a kernel computes. Storage types widen on loading and narrow on storing. */
enum Lane {
  F32(4), F64(8), I32(4), I64(8),
  /** A truth value. */
  MASK(0);

  private final int bytes;

  Lane(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a lane; 0 for a mask, which takes the width of what it selects. */
  int bytes() {
    return bytes;
  }

  boolean isFloat() {
    return this == F32 || this == F64;
  }

  /** Where numbers of a dtype live: 16-bit floats as f32, bytes as i32. */
  static Lane of(DType dtype) {
    return switch (dtype) {
      case F32, F16, BF16 -> F32;
      case F64 -> F64;
      case I32, I8, U8 -> I32;
      case I64 -> I64;
      case BOOL -> MASK;
    };
  }

  /** The dtype in which a fold's results lie between the stages of a row. */
  DType storage() {
    return switch (this) {
      case F32 -> DType.F32;
      case F64 -> DType.F64;
      case I32, MASK -> DType.I32;
      case I64 -> DType.I64;
    };
  }

  /** The bits of a constant. */
  long bits(double value) {
    return switch (this) {
      case F32 -> Float.floatToRawIntBits((float) value);
      case F64 -> Double.doubleToRawLongBits(value);
      case I32 -> (int) (long) value;
      case I64 -> (long) value;
      case MASK -> value != 0 ? 1 : 0;
    };
  }
}
