package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.lang.foreign.Arena;
import java.util.Random;

/** Off-heap arrays of f32 or f64 for tests: addresses with element access, filled with numbers that f32 holds. */
record Buffers(Arena arena, DType dtype) {
  /** Address of so many elements, aligned to 64 bytes, each set to a value that a forgotten store would betray. */
  long allocate(long elements) {
    long address = bytes(elements * dtype.bytes());
    for (long i = 0; i < elements; i++) {
      set(address, i, -999);
    }
    return address;
  }

  long bytes(long bytes) {
    return arena.allocate(bytes + 64, 64).address();
  }

  long random(long elements, Random random) {
    long address = allocate(elements);
    for (long i = 0; i < elements; i++) {
      set(address, i, random.nextFloat() - 0.5f);
    }
    return address;
  }

  double get(long address, long index) {
    return dtype == DType.F32 ? Raw.ALL.get(Raw.F32, address + index * 4) : Raw.ALL.get(Raw.F64, address + index * 8);
  }

  void set(long address, long index, double value) {
    if (dtype == DType.F32) {
      Raw.ALL.set(Raw.F32, address + index * 4, (float) value);
    } else {
      Raw.ALL.set(Raw.F64, address + index * 8, value);
    }
  }

  /** {@code a * b + c}, rounded once, in this dtype. */
  double fma(double a, double b, double c) {
    return dtype == DType.F32 ? Math.fma((float) a, (float) b, (float) c) : Math.fma(a, b, c);
  }

  /** {@code a + b} in this dtype. */
  double add(double a, double b) {
    return dtype == DType.F32 ? (float) a + (float) b : a + b;
  }

  /** The sum of virtual lanes by the tree that the dot family defines. */
  double tree(double[] lanes) {
    for (int half = lanes.length / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] = add(lanes[i], lanes[i + half]);
      }
    }
    return lanes[0];
  }

  /** A digest of the bits of a whole array. */
  long digest(long address, long elements) {
    long hash = 1;
    for (long i = 0; i < elements; i++) {
      hash = 31 * hash + Double.doubleToLongBits(get(address, i));
    }
    return hash;
  }
}
