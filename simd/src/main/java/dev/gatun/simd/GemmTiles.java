package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * The tiles that cover a matrix: the full one, and those for its last rows and last columns. Tiles of fewer rows are
 * generated when a matrix first needs them, so a product compiles three or four classes.
 */
final class GemmTiles {
  private final TileShape full;
  private final int lanes;
  private final Tile[] tiles;

  GemmTiles(Machine machine, DType dtype, GemmBlocking blocking, int rowBytes) {
    this(new TileShape(dtype, machine.vectorBits(), TileShape.Family.OUTER, blocking.rows(), blocking.vectors(),
        rowBytes, false, false), machine.lanes(dtype.bytes()));
  }

  /** Tiles that are smaller versions of a full one, on vectors of so many lanes. */
  GemmTiles(TileShape full, int lanes) {
    this.full = full;
    this.lanes = lanes;
    this.tiles = new Tile[full.rows() * full.columns() * 2];
  }

  /** Rows of the full tile. */
  int rows() {
    return full.rows();
  }

  /** Columns of the widest tile. */
  int width() {
    return full.columns() * lanes;
  }

  /**
   * Rows of the next panel when so many remain. A last panel of less than half a tile takes rows from the one before,
   * since too few sums under way would not hide the latency of the multiply-add.
   */
  int height(int remaining) {
    if (remaining <= full.rows()) {
      return remaining;
    }
    int beyond = remaining - full.rows();
    return beyond < full.rows() / 2 ? (remaining + 1) / 2 : full.rows();
  }

  /**
   * Columns of the next tile when so many remain, whole vectors. Where a single vector would be the last it shares with
   * the tile before: the multiply-adds of a tile one vector wide wait for their loads.
   */
  int width(int remaining) {
    int vectors = (remaining + lanes - 1) / lanes;
    return lanes * (vectors == full.columns() + 1 ? (vectors + 1) / 2 : Math.min(vectors, full.columns()));
  }

  /** Generates all tiles that a block of {@code rows} rows by {@code columns} will ask for. */
  void prepare(int rows, int columns) {
    for (int left = rows; left > 0; left -= height(left)) {
      for (int right = columns; right > 0; right -= width(right)) {
        tile(height(left), right);
      }
    }
  }

  /** The tile for a panel of so many rows when so many columns remain. */
  Tile tile(int height, int remaining) {
    int vectors = width(remaining) / lanes;
    boolean tail = remaining < vectors * lanes;
    int index = ((height - 1) * full.columns() + vectors - 1) * 2 + (tail ? 1 : 0);
    var tile = tiles[index];
    if (tile == null) {
      tile = Tiles.of(new TileShape(full.dtype(), full.bits(), full.family(), height, vectors,
          full.rowBytes(), full.table(), tail));
      tiles[index] = tile;
    }
    return tile;
  }

  /** The lanes of the last vector that are in use when so many columns remain, as bits. */
  long last(int remaining) {
    return remaining >= width(remaining) ? -1L >>> 64 - lanes : (1L << remaining % lanes) - 1;
  }
}
