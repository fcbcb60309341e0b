package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/** Where the steps of a tile lie that no stride leads to: for each a pair of ints, elements from the first step. */
final class StepTable {
  /** Bytes of a pair. */
  static final int PAIR = 8;

  private StepTable() {}

  /** Room for so many steps; the address of the first pair. */
  static long allocate(SegmentAllocator memory, long steps) {
    return memory.allocate(Math.max(1, steps) * PAIR, PAIR).address();
  }

  /**
   * Writes the pair at an address, given bytes from the first step in the left operand and in the right.
   *
   * @param bytes of an element
   * @throws IllegalArgumentException if a step lies before the first, or further than {@link TileShape#REACH} behind it
   */
  static void set(long pair, long left, long right, int bytes) {
    if (left < 0 || right < 0 || Math.max(left, right) > TileShape.REACH) {
      throw new IllegalArgumentException("a step of a tile lies " + left + " and " + right
          + " bytes from the first, expected 0 to " + TileShape.REACH);
    }
    Raw.ALL.set(Raw.I32, pair, (int) (left / bytes));
    Raw.ALL.set(Raw.I32, pair + PAIR / 2, (int) (right / bytes));
  }
}
