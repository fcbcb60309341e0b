package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.List;

/** How a kernel wants an operand that it reads again and again: copied into the order in which it is read. */
interface Packing {
  /**
   * Where the elements lie before and after; operands at one address and of equal orders have equal copies.
   *
   * @param kernel what reads the copy
   * @param sizes extents, strides and blocks
   */
  record Order(Class<?> kernel, DType dtype, List<Long> sizes) {}

  Order order();

  /** Bytes of the copy, aligned to 64, that all workers share. */
  long packedBytes();

  /** How many tasks the packing is cut into. */
  int packTasks();

  /**
   * Packs one part, in any order and on any thread.
   *
   * @param worker which of a crew's workers that is
   * @param from address of the operand
   * @param to address of the copy
   */
  void pack(int task, int worker, long from, long to);
}
