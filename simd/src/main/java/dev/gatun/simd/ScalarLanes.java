package dev.gatun.simd;

import java.lang.foreign.ValueLayout;

/**
 * What generated kernels call for single elements. No vector is ever an argument: lanes pass through the scratch
 * memory, so that nothing is boxed whether or not HotSpot inlines the call.
 */
final class ScalarLanes {
  /** Bytes between the two operands of {@link #call} in the scratch memory: the widest vector. */
  static final int SECOND = 64;

  private ScalarLanes() {
  }

  static float f32(long address) {
    return Raw.ALL.get(Raw.F32, address);
  }

  static double f64(long address) {
    return Raw.ALL.get(Raw.F64, address);
  }

  static int i32(long address) {
    return Raw.ALL.get(Raw.I32, address);
  }

  static long i64(long address) {
    return Raw.ALL.get(Raw.I64, address);
  }

  static int i8(long address) {
    return Raw.ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  static int i16(long address) {
    return Raw.ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
  }

  /** Copies bytes; for the ends of lines of bytes and shorts, which few processors load by mask. */
  static void copy(long from, long to, int bytes) {
    for (int i = 0; i < bytes; i++) {
      Raw.ALL.set(ValueLayout.JAVA_BYTE, to + i, Raw.ALL.get(ValueLayout.JAVA_BYTE, from + i));
    }
  }

  /** Applies a function to lanes of f64. */
  static void callF64(int function, long scratch, int lanes) {
    var f = ScalarFunction.of(function);
    if (f.isForLarge() && !holdsLarge(scratch, lanes)) {
      return;
    }
    for (long at = scratch; at < scratch + 8L * lanes; at += 8) {
      Raw.ALL.set(Raw.F64, at, f.apply(Raw.ALL.get(Raw.F64, at), Raw.ALL.get(Raw.F64, at + SECOND)));
    }
  }

  private static boolean holdsLarge(long scratch, int lanes) {
    for (long at = scratch; at < scratch + 8L * lanes; at += 8) {
      if (!(Math.abs(Raw.ALL.get(Raw.F64, at)) < ScalarFunction.REDUCED)) {
        return true;
      }
    }
    return false;
  }

  /** Applies a function to lanes of i32. */
  static void callI32(int function, long scratch, int lanes) {
    var f = ScalarFunction.of(function);
    for (long at = scratch; at < scratch + 4L * lanes; at += 4) {
      Raw.ALL.set(Raw.I32, at, (int) f.apply((long) Raw.ALL.get(Raw.I32, at), Raw.ALL.get(Raw.I32, at + SECOND)));
    }
  }

  /** Applies a function to lanes of i64. */
  static void callI64(int function, long scratch, int lanes) {
    var f = ScalarFunction.of(function);
    for (long at = scratch; at < scratch + 8L * lanes; at += 8) {
      Raw.ALL.set(Raw.I64, at, f.apply(Raw.ALL.get(Raw.I64, at), Raw.ALL.get(Raw.I64, at + SECOND)));
    }
  }

  /** Converts lanes between f32 or f64 and i64, in place: only AVX-512 has instructions for it. */
  static void convert(boolean fromLong, boolean single, long scratch, int lanes) {
    for (int i = 0; i < lanes; i++) {
      int lane = fromLong == single ? i : lanes - 1 - i;
      long wide = scratch + 8L * lane;
      long narrow = single ? scratch + 4L * lane : wide;
      if (fromLong) {
        long x = Raw.ALL.get(Raw.I64, wide);
        if (single) {
          Raw.ALL.set(Raw.F32, narrow, x);
        } else {
          Raw.ALL.set(Raw.F64, narrow, x);
        }
      } else {
        Raw.ALL.set(Raw.I64, wide, single ? (long) Raw.ALL.get(Raw.F32, narrow) : (long) Raw.ALL.get(Raw.F64, narrow));
      }
    }
  }
}
