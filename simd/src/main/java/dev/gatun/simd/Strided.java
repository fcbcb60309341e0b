package dev.gatun.simd;

import java.lang.foreign.ValueLayout;

/** Copies between two places of different strides. */
final class Strided {
  private Strided() {
  }

  /**
   * Copies rows × columns elements of {@code width} bytes; all steps are in bytes.
   */
  static void copy(int width, long from, long fromRow, long fromColumn, long to, long toRow, long toColumn, int rows,
      int columns) {
    for (int row = 0; row < rows; row++) {
      line(width, from + row * fromRow, fromColumn, to + row * toRow, toColumn, columns);
    }
  }

  private static void line(int width, long from, long fromStep, long to, long toStep, int n) {
    switch (width) {
      case 1 -> {
        for (int i = 0; i < n; i++) {
          Raw.ALL.set(ValueLayout.JAVA_BYTE, to + i * toStep, Raw.ALL.get(ValueLayout.JAVA_BYTE, from + i * fromStep));
        }
      }
      case 2 -> {
        for (int i = 0; i < n; i++) {
          Raw.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, to + i * toStep,
              Raw.ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, from + i * fromStep));
        }
      }
      case 4 -> {
        for (int i = 0; i < n; i++) {
          Raw.ALL.set(Raw.I32, to + i * toStep, Raw.ALL.get(Raw.I32, from + i * fromStep));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          Raw.ALL.set(Raw.I64, to + i * toStep, Raw.ALL.get(Raw.I64, from + i * fromStep));
        }
      }
    }
  }
}
