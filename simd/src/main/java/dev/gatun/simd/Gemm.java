package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * A matrix product prepared for one machine: everything that depends on shape and strides alone is decided by
 * {@link #of}, and the generated tiles it needs are looked up there. Instances are immutable and hold no memory: any
 * number of threads may run them, each with its own workspace.
 *
 * <p>The work is a fixed list of tasks that may run in any order and on any threads: no bit depends on it.
 */
sealed interface Gemm permits OuterGemm, DotGemm, IntegerGemm {
  /**
   * Prepares a product. The family of tiles, and with it the order of arithmetic, follows from shape and strides
   * alone: {@link DotGemm} where both operands lie along k and few rows would not repay packing B, else
   * {@link OuterGemm}. Whole numbers have {@link IntegerGemm}.
   */
  static Gemm of(Machine machine, GemmShape shape) {
    return partOf(shape.m(), machine, shape);
  }

  /** Prepares some rows of a product that has {@code allRows}, in its order of arithmetic. */
  static Gemm partOf(int allRows, Machine machine, GemmShape shape) {
    if (shape.dtype() == DType.I32) {
      return new IntegerGemm(machine, shape);
    }
    return DotGemm.suits(shape.withRows(allRows)) ? new DotGemm(machine, shape) : new OuterGemm(machine, shape);
  }

  /** Prepares a product that is added to what the result's memory holds, each sum going on where it stood. */
  static Gemm adding(Machine machine, GemmShape shape) {
    return new OuterGemm(machine, shape, false, true);
  }

  /** How many tasks the product is cut into; 0 if the result is empty. */
  int tasks();

  /** Bytes of workspace, aligned to 64, that each worker must bring. */
  long workspaceBytes();

  /** How the operand that is read again and again is packed once for all runs; null if it is read in place. */
  default Packing packing() {
    return null;
  }

  /** Which operand that is: 0 is the left one. */
  default int packedOperand() {
    return 1;
  }

  /** The same product on that operand's packed copy; it then stands in the operand's place. */
  default Gemm onPacked() {
    throw new IllegalStateException("nothing is packed");
  }

  /**
   * Runs one task.
   *
   * @param a address of the first element of the left matrix; also {@code b}, {@code c}
   * @param workspace address of this worker's own {@link #workspaceBytes()}
   */
  void run(int task, long a, long b, long c, long workspace);
}
