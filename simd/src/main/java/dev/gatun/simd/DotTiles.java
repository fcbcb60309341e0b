package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * The tiles of the dot family that cover a matrix of results: the full one and smaller ones for its edges. Tiles are
 * higher than wide since a step loads all rows but only one column at a time: 6 x 4 results with 32 registers of 16
 * lanes, 3 x 2 with 16 registers of 8; where rows are fewer, wider.
 */
final class DotTiles {
  /**
   * Columns of a tile at most, each of which is read from a place of its own: 1 x 1000 x 2048 on vectors of 512 bits
   * ran at 42 GB/s by 24 columns, at 66 by 8.
   */
  private static final int MOST_COLUMNS = 8;

  private final TileShape full;
  private final long last;
  private final Turn turn;
  private final Tile[] tiles;

  /**
   * Tiles over strides for at most so many rows and columns; {@code remainder} is how many elements remain after the
   * last whole step.
   */
  DotTiles(Machine machine, DType dtype, int remainder, int rows, int columns) {
    full = full(machine, dtype, Math.max(1, rows), Math.max(1, columns), false, remainder > 0);
    last = (1L << remainder) - 1;
    turn = Turn.SINGLE;
    tiles = new Tile[full.rows() * full.columns()];
  }

  /**
   * Tiles over a table of offsets for at most so many rows and columns, by turns of steps that lie side by side.
   *
   * @param runs how many steps lie so, of each kind of runs
   */
  DotTiles(Machine machine, DType dtype, int rows, int columns, int[] runs) {
    full = full(machine, dtype, rows, columns, true, false);
    last = 0;
    turn = new Turn(Turn.stepsOf(full, runs), TileShape.DOT_BYTES, TileShape.DOT_BYTES);
    tiles = new Tile[full.rows() * full.columns()];
  }

  private static TileShape full(Machine machine, DType dtype, int rows, int columns, boolean table, boolean tail) {
    int per = TileShape.DOT_BYTES / machine.vectorBytes();
    int budget = (machine.registers() >= 32 ? 24 : 12) / per;
    int height = Math.clamp((int) Math.sqrt(1.5 * budget), 1, rows);
    int width = Math.clamp(Math.min(budget / height, MOST_COLUMNS), 1, columns);
    return new TileShape(dtype, machine.vectorBits(), TileShape.Family.DOT, height, width, 0, table, tail);
  }

  /** Steps of a turn. */
  int turn() {
    return turn.steps();
  }

  /** Rows of the full tile. */
  int rows() {
    return full.rows();
  }

  /** Columns of the full tile. */
  int columns() {
    return full.columns();
  }

  /** The lanes in use of the last, partial step, as bits. */
  long last() {
    return last;
  }

  /** How many of {@code remaining} rows the next tile takes, so that tiles differ by one row at most. */
  int height(int remaining) {
    return GemmTiles.alike(remaining, full.rows());
  }

  /** How many of {@code remaining} columns the next tile takes. */
  int width(int remaining) {
    return GemmTiles.alike(remaining, full.columns());
  }

  /** Bytes of the virtual lanes of one full tile. */
  long scratchBytes() {
    return (long) full.rows() * full.columns() * TileShape.DOT_BYTES;
  }

  /** The tile of so many rows and columns. */
  Tile tile(int rows, int columns) {
    int index = (rows - 1) * full.columns() + columns - 1;
    var tile = tiles[index];
    if (tile == null) {
      tile = Tiles.of(new TileShape(full.dtype(), full.bits(), full.family(), rows, columns, 0, full.table(),
          full.tail(), turn.steps() > 1 ? turn : Turn.SINGLE));
      tiles[index] = tile;
    }
    return tile;
  }
}
