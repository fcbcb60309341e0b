package dev.gatun.simd;

/** A generated class that runs a structure with vectors; the arguments are those of {@link Kernel#run}. */
interface VectorKernel {
  void run(long[] frame, int rows, int columns);
}
