package dev.gatun.simd;

/** A generated class that runs a structure with vectors. */
interface VectorKernel {
  /** As {@link Kernel#run}; if {@code rows} is negative it only turns so often: {@link Warmable.Rehearsal}. */
  void run(long[] frame, int rows, int columns);
}
