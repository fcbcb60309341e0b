package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Moves of elements between places of different strides. All steps are in bytes. */
final class Strided {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  private Strided() {
  }

  /** Copies rows × columns elements of {@code width} bytes. */
  static void copy(int width, long from, long fromRow, long fromColumn, long to, long toRow, long toColumn, int rows,
      int columns) {
    if (width == 4 && fromRow == 4 && toColumn == 4) {
      Pack.transpose(from, fromColumn, to, toRow, rows, columns);
      return;
    }
    if (width == 4 && fromColumn == 4 && toRow == 4) {
      Pack.transpose(from, fromRow, to, toColumn, columns, rows);
      return;
    }
    for (int row = 0; row < rows; row++) {
      line(width, from + row * fromRow, fromColumn, to + row * toRow, toColumn, columns);
    }
  }

  /** Copies {@code n} elements of {@code width} bytes. */
  static void line(int width, long from, long fromStep, long to, long toStep, int n) {
    if (fromStep == width && toStep == width) {
      MemorySegment.copy(Raw.ALL, from, Raw.ALL, to, (long) n * width);
      return;
    }
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

  /** {@code to[i] += from[i]}; only numbers that compute. */
  static void add(DType dtype, long from, long fromStep, long to, long toStep, int n) {
    int i = 0;
    if (dtype == DType.F32 && fromStep == 4 && toStep == 4) {
      for (; i <= n - FLOATS.length(); i += FLOATS.length()) {
        var x = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, from + 4L * i, Raw.ORDER);
        var y = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, to + 4L * i, Raw.ORDER);
        y.add(x).intoMemorySegment(Raw.ALL, to + 4L * i, Raw.ORDER);
      }
    }
    for (; i < n; i++) {
      long a = from + i * fromStep;
      long b = to + i * toStep;
      switch (dtype) {
        case F32 -> Raw.ALL.set(Raw.F32, b, Raw.ALL.get(Raw.F32, b) + Raw.ALL.get(Raw.F32, a));
        case F64 -> Raw.ALL.set(Raw.F64, b, Raw.ALL.get(Raw.F64, b) + Raw.ALL.get(Raw.F64, a));
        case I32 -> Raw.ALL.set(Raw.I32, b, Raw.ALL.get(Raw.I32, b) + Raw.ALL.get(Raw.I32, a));
        case I64 -> Raw.ALL.set(Raw.I64, b, Raw.ALL.get(Raw.I64, b) + Raw.ALL.get(Raw.I64, a));
        default -> Raw.ALL.set(ValueLayout.JAVA_BYTE, b,
            (byte) (Raw.ALL.get(ValueLayout.JAVA_BYTE, b) + Raw.ALL.get(ValueLayout.JAVA_BYTE, a)));
      }
    }
  }

  /** Sets every element to zero. */
  static void zero(Located tensor, long address) {
    zero(tensor, address, 0);
  }

  private static void zero(Located tensor, long address, int axis) {
    int width = tensor.type().dtype().bytes();
    if (tensor.type().shape().elements() == 0) {
      return;
    }
    if (isDense(tensor, axis)) {
      long bytes = width;
      for (int i = axis; i < tensor.strides().length; i++) {
        bytes *= tensor.size(i);
      }
      clear(address, bytes);
      return;
    }
    for (long i = 0; i < tensor.size(axis); i++) {
      zero(tensor, address + i * tensor.stride(axis), axis + 1);
    }
  }

  private static void clear(long address, long bytes) {
    long at = 0;
    for (; at <= bytes - FLOATS.vectorByteSize(); at += FLOATS.vectorByteSize()) {
      FloatVector.zero(FLOATS).intoMemorySegment(Raw.ALL, address + at, Raw.ORDER);
    }
    for (; at < bytes; at++) {
      Raw.ALL.set(ValueLayout.JAVA_BYTE, address + at, (byte) 0);
    }
  }

  /** Whether the axes from {@code axis} on fill memory without gaps, in some order, upwards. */
  private static boolean isDense(Located tensor, int axis) {
    long volume = tensor.type().dtype().bytes();
    boolean found = true;
    int left = tensor.strides().length - axis;
    for (int round = 0; round < left && found; round++) {
      found = false;
      for (int i = axis; i < tensor.strides().length && !found; i++) {
        found = tensor.size(i) > 1 && tensor.stride(i) == volume;
        volume *= found ? tensor.size(i) : 1;
      }
    }
    long elements = tensor.type().dtype().bytes();
    for (int i = axis; i < tensor.strides().length; i++) {
      elements *= tensor.size(i);
    }
    return volume == elements;
  }
}
