package dev.gatun.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A product of two square matrices by a BLAS, on memory that is allocated once. */
final class BlasProduct implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final Blas blas;
  private final int size;
  private final MemorySegment a;
  private final MemorySegment b;
  private final MemorySegment c;

  BlasProduct(Blas blas, int size, float[] left, float[] right) {
    this.blas = blas;
    this.size = size;
    a = filled(left);
    b = filled(right);
    c = arena.allocate((long) size * size * Float.BYTES, ALIGNMENT);
  }

  private MemorySegment filled(float[] numbers) {
    var memory = arena.allocate((long) numbers.length * Float.BYTES, ALIGNMENT);
    MemorySegment.copy(numbers, 0, memory, ValueLayout.JAVA_FLOAT, 0, numbers.length);
    return memory;
  }

  void run() {
    blas.multiply(size, a, b, c);
  }

  float[] result() {
    return c.toArray(ValueLayout.JAVA_FLOAT);
  }

  @Override
  public void close() {
    arena.close();
  }
}
