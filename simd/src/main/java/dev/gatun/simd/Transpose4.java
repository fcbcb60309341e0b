package dev.gatun.simd;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Transposes matrices of 4-byte elements in blocks of 8 × 8 that stay in registers. */
final class Transpose4 {
  private static final int BLOCK = 8;
  private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;
  /** Lanes 0, 2, 4, 6 (then 1, 3, 5, 7) of two vectors, interleaved pairwise: the three stages of a transpose by halves. */
  private static final VectorShuffle<Integer> LOW_1 = VectorShuffle.fromValues(LANES, 0, 8, 2, 10, 4, 12, 6, 14);
  private static final VectorShuffle<Integer> HIGH_1 = VectorShuffle.fromValues(LANES, 1, 9, 3, 11, 5, 13, 7, 15);
  private static final VectorShuffle<Integer> LOW_2 = VectorShuffle.fromValues(LANES, 0, 1, 8, 9, 4, 5, 12, 13);
  private static final VectorShuffle<Integer> HIGH_2 = VectorShuffle.fromValues(LANES, 2, 3, 10, 11, 6, 7, 14, 15);
  private static final VectorShuffle<Integer> LOW_4 = VectorShuffle.fromValues(LANES, 0, 1, 2, 3, 8, 9, 10, 11);
  private static final VectorShuffle<Integer> HIGH_4 = VectorShuffle.fromValues(LANES, 4, 5, 6, 7, 12, 13, 14, 15);

  private Transpose4() {
  }

  /**
   * {@code to[row][column] = from[column][row]}: the source is dense along rows, the target along columns.
   *
   * @param fromColumn bytes between the source's columns; {@code toRow} between the target's rows
   */
  static void copy(long from, long fromColumn, long to, long toRow, int rows, int columns) {
    int row = 0;
    for (; row <= rows - BLOCK; row += BLOCK) {
      int column = 0;
      for (; column <= columns - BLOCK; column += BLOCK) {
        block(from + column * fromColumn + 4L * row, fromColumn, to + row * toRow + 4L * column, toRow);
      }
      scalar(from + 4L * row, fromColumn, to + row * toRow, toRow, BLOCK, column, columns);
    }
    scalar(from + 4L * row, fromColumn, to + row * toRow, toRow, rows - row, 0, columns);
  }

  private static void scalar(long from, long fromColumn, long to, long toRow, int rows, int first, int columns) {
    for (int row = 0; row < rows; row++) {
      for (int column = first; column < columns; column++) {
        Raw.ALL.set(Raw.I32, to + row * toRow + 4L * column, Raw.ALL.get(Raw.I32, from + column * fromColumn + 4L * row));
      }
    }
  }

  private static IntVector load(long at) {
    return IntVector.fromMemorySegment(LANES, Raw.ALL, at, Raw.ORDER);
  }

  private static void block(long from, long step, long to, long toStep) {
    var a0 = load(from);
    var a1 = load(from + step);
    var a2 = load(from + 2 * step);
    var a3 = load(from + 3 * step);
    var a4 = load(from + 4 * step);
    var a5 = load(from + 5 * step);
    var a6 = load(from + 6 * step);
    var a7 = load(from + 7 * step);
    var b0 = a0.rearrange(LOW_1, a1);
    var b1 = a0.rearrange(HIGH_1, a1);
    var b2 = a2.rearrange(LOW_1, a3);
    var b3 = a2.rearrange(HIGH_1, a3);
    var b4 = a4.rearrange(LOW_1, a5);
    var b5 = a4.rearrange(HIGH_1, a5);
    var b6 = a6.rearrange(LOW_1, a7);
    var b7 = a6.rearrange(HIGH_1, a7);
    var c0 = b0.rearrange(LOW_2, b2);
    var c2 = b0.rearrange(HIGH_2, b2);
    var c1 = b1.rearrange(LOW_2, b3);
    var c3 = b1.rearrange(HIGH_2, b3);
    var c4 = b4.rearrange(LOW_2, b6);
    var c6 = b4.rearrange(HIGH_2, b6);
    var c5 = b5.rearrange(LOW_2, b7);
    var c7 = b5.rearrange(HIGH_2, b7);
    store(c0.rearrange(LOW_4, c4), to);
    store(c1.rearrange(LOW_4, c5), to + toStep);
    store(c2.rearrange(LOW_4, c6), to + 2 * toStep);
    store(c3.rearrange(LOW_4, c7), to + 3 * toStep);
    store(c0.rearrange(HIGH_4, c4), to + 4 * toStep);
    store(c1.rearrange(HIGH_4, c5), to + 5 * toStep);
    store(c2.rearrange(HIGH_4, c6), to + 6 * toStep);
    store(c3.rearrange(HIGH_4, c7), to + 7 * toStep);
  }

  private static void store(IntVector v, long at) {
    v.intoMemorySegment(Raw.ALL, at, Raw.ORDER);
  }
}
