package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * The structure of one generated {@link Tile}: all that is baked into its code, and so the key of the cache of classes.
 *
 * <p>{@link Family#OUTER}: {@code c[i, j] += a[i, s] * b[s, j]} for {@code rows} rows and {@code columns} vectors of
 * consecutive j. Each result is one chain of fused multiply-adds over ascending s, whatever the width.
 *
 * <p>{@link Family#EACH}: {@code c[i, j] += a[i, s, j] * b[s, j]}: the same, but the left operand has an element of its own
 * for each column, side by side.
 *
 * <p>{@link Family#DOT}: {@code c[i, j, lane] += a[i, s, lane] * b[j, s, lane]} for {@code rows} x {@code columns}
 * results of {@link #DOT_BYTES} bytes of virtual lanes each: 16 of f32 or 8 of f64, on every machine. A step is that
 * many consecutive elements of either operand. Results of one row lie side by side, rows {@code cRow} apart; what sums
 * the lanes is {@link LaneSum}.
 *
 * @param dtype f32 or f64
 * @param bits width of a vector
 * @param rows rows of the tile
 * @param columns vectors of a row, or results of a row in the dot family
 * @param rowBytes distance of the rows of {@code a} where it is part of the structure, 0 where it is an argument. A
 *     fixed one is worth a class of its own: 14 rows at variable distance do not fit the 16 address registers
 * @param table whether turn s reads at {@code a + table[s][0]} and {@code b + table[s][1]} rather than at strides
 * @param tail whether the last vector (the step after the last whole one, in the dot family) uses only some lanes
 * @param turn the steps of a turn; a single one where {@link #turns} says no
 */
record TileShape(DType dtype, int bits, Family family, int rows, int columns, int rowBytes, boolean table,
    boolean tail, Turn turn) {
  /** Bytes of virtual lanes of one dot product: one vector of the widest machines. */
  static final int DOT_BYTES = 64;

  /** Most bytes of a row of results: a vector for each of 32 registers. Sums start from as many zeros. */
  static final int WIDEST = 32 * DOT_BYTES;

  /** How many bytes from the first a step can lie, in either operand: 2 GiB but for 1 KiB. */
  static final long REACH = Integer.MAX_VALUE - 1024;

  /** Bytes that rows or a turn's steps may span at a fixed distance: as much is allocated while a tile is warmed. */
  private static final long WARMED = 16 << 20;

  /** Which index the lanes of a vector run along. */
  enum Family {
    /** Along the columns of the result. */
    OUTER,
    /** Along the columns of the result and of both operands. */
    EACH,
    /** Along the summed index. */
    DOT
  }

  /** A tile whose loop takes a step a turn. */
  TileShape(DType dtype, int bits, Family family, int rows, int columns, int rowBytes, boolean table, boolean tail) {
    this(dtype, bits, family, rows, columns, rowBytes, table, tail, Turn.SINGLE);
  }

  TileShape {
    if (dtype != DType.F32 && dtype != DType.F64) {
      throw new IllegalArgumentException("contraction of " + dtype + ", expected f32 or f64");
    }
    if (turn.steps() > 1 && !turns(family, table, tail)) {
      throw new IllegalArgumentException("turns of " + turn.steps() + " steps in the family " + family
          + (table ? " by a table" : " at strides") + (tail ? " with a tail" : ""));
    }
    if (rows < 1 || columns < 1 || (long) columns * (family == Family.DOT ? DOT_BYTES : bits / 8) > WIDEST
        || rowBytes < 0 || rowBytes % dtype.bytes() != 0) {
      throw new IllegalArgumentException("tile of " + rows + " x " + columns + ", rows " + rowBytes + " bytes apart");
    }
  }

  /** Whether such tiles can have turns of several steps: those of outer products all, others by a table. */
  static boolean turns(Family family, boolean table, boolean tail) {
    return family == Family.OUTER || table && !(family == Family.DOT && tail);
  }

  /** A distance of rows or steps as part of the structure, or 0 where a warming call would have to read too far. */
  static int baked(int rows, long rowBytes) {
    return (rows - 1L) * rowBytes <= WARMED ? Math.toIntExact(rowBytes) : 0;
  }

  /** The same with rows at another distance. */
  TileShape withRowBytes(int distance) {
    return new TileShape(dtype, bits, family, rows, columns, distance, table, tail, turn);
  }

  /** Bytes of a vector. */
  int vectorBytes() {
    return bits / 8;
  }

  /** Accumulator registers: the vectors of all results. */
  int accumulators() {
    return rows * columns * vectorsPerResult();
  }

  /** Vectors that one result (dot) or one column vector (outer) takes. */
  int vectorsPerResult() {
    return family == Family.DOT ? DOT_BYTES / vectorBytes() : 1;
  }
}
