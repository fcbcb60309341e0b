package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * The tiles that cover a matrix: the full one, and those for its last rows and last columns. Tiles of fewer rows are
 * generated when a matrix first needs them, so a product compiles three or four classes.
 */
final class GemmTiles {
  /**
   * Rows that are packed at once where columns lie side by side: all tiles of a row are copied while its cache lines
   * and its page are at hand. Tile by tile, each row of a tile waits for memory: 3 cycles an element.
   */
  private static final int PACKED_ROWS = 8;
  /**
   * Panels copied side by side where rows lie so: 1 KB of a step, which lies on a page of its own where rows are many,
   * so that memory is asked for many lines at a time (16 panels: 68 GFLOP/s at 1024 × 256 × 3200, 64: 76). Their own
   * lines stay in cache until the next steps have filled them.
   */
  private static final int COPIED_PANELS = 64;
  /** Steps from which turns pay even if a few remain, for which the sums are stored and loaded once more. */
  private static final int MANY = 128;

  private final TileShape full;
  private final int lanes;
  private final Tile[] tiles;
  /** The same for turns of several steps. */
  private final Tile[] turning;
  private final int turn;
  /** How the steps of all turns lie; null if as packed ones do. */
  private final Turn given;
  /** Bytes between rows of {@link #fixed}, 0 for none. */
  private final int fixedRow;
  /** The full tile of several steps where rows lie so. */
  private Tile fixed;

  /**
   * Tiles as a blocking has them.
   *
   * @param rowBytes between the left operand's rows where that is part of all tiles, else 0
   * @param usualRow the same in most of the work, which may be part of a tile for it; 0 if it varies
   */
  GemmTiles(Machine machine, DType dtype, GemmBlocking blocking, int rowBytes, long usualRow) {
    this(new TileShape(dtype, machine.vectorBits(), TileShape.Family.OUTER, blocking.rows(), blocking.vectors(),
        rowBytes, false, false), machine.lanes(dtype.bytes()), usualRow);
  }

  /** Tiles that are smaller versions of a full one, on vectors of so many lanes. */
  GemmTiles(TileShape full, int lanes) {
    this(full, lanes, 0);
  }

  /** The same, whose left operand's rows lie so many bytes apart in most of the work; 0 if that varies. */
  GemmTiles(TileShape full, int lanes, long usualRow) {
    this(full, lanes, Turn.stepsOf(full), null, usualRow);
  }

  /** The same, where the steps of turns lie otherwise than packed ones do. */
  GemmTiles(TileShape full, int lanes, Turn given, long usualRow) {
    this(full, lanes, given.steps(), given, usualRow);
  }

  private GemmTiles(TileShape full, int lanes, int turn, Turn given, long usualRow) {
    this.full = full;
    this.lanes = lanes;
    this.tiles = new Tile[full.rows() * full.columns() * 2];
    this.turning = new Tile[tiles.length];
    this.turn = turn;
    this.given = given;
    this.fixedRow = full.rowBytes() == 0 && full.dtype() == DType.F32 ? TileShape.baked(full.rows(), usualRow) : 0;
  }

  /** Where the {@code block}th of so many blocks of {@code size} begins: all about as large, in whole tiles. */
  static int edge(int block, int blocks, int size, int tile) {
    return (int) Math.min(size, (long) block * Math.ceilDiv(size, tile) / blocks * tile);
  }

  /** How high parts are, {@code most} at most, so that as few as that takes differ by as little as they can. */
  static int alike(int size, int most) {
    return Math.ceilDiv(size, Math.ceilDiv(size, most));
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
    return wholePanels(remaining) > 0 ? full.rows() : (remaining + 1) / 2;
  }

  /** How many panels of so many rows are as high as the full tile; they come first. */
  int wholePanels(int rows) {
    int last = rows % full.rows();
    return Math.max(0, last == 0 || last >= full.rows() / 2 ? rows / full.rows() : rows / full.rows() - 1);
  }

  /**
   * Columns of the next tile when so many remain, whole vectors. Where a single vector would be the last it shares with
   * the tile before: the multiply-adds of a tile one vector wide wait for their loads.
   */
  int width(int remaining) {
    int vectors = (remaining + lanes - 1) / lanes;
    return lanes * (vectors == full.columns() + 1 ? (vectors + 1) / 2 : Math.min(vectors, full.columns()));
  }

  /** The first column of each tile of a row of {@code columns}. */
  int[] starts(int columns) {
    var all = IntStream.builder();
    for (int column = 0; column < columns; column += width(columns - column)) {
      all.add(column);
    }
    return all.build().toArray();
  }

  /**
   * Copies steps of the right operand: {@code [tile][step][column of the tile]}.
   *
   * @param from what it is stored in, the tiles' own dtype or one that this can hold
   * @param row bytes from step to step; {@code column} from column to column
   * @param all steps that the target has room for
   * @param first of these that is copied here
   */
  void packColumns(DType from, long source, long row, long column, long target, int all, int first, int steps,
      int columns) {
    int size = full.dtype().bytes();
    int most = column == from.bytes() ? PACKED_ROWS : steps;
    for (int k = 0, rows; k < steps; k += rows) {
      rows = Math.min(most, steps - k);
      for (int j = 0, width; j < columns; j += width) {
        width = width(columns - j);
        Widen.copy(from, full.dtype(), source + k * row + j * column, row, column,
            target + ((long) j * all + (long) (first + k) * width) * size, (long) width * size, rows,
            Math.min(width, columns - j));
      }
    }
  }

  /**
   * Copies steps of a left operand whose rows lie side by side, panel by panel: {@code [step][row of the panel]}.
   *
   * @param step bytes from step to step
   * @param panel bytes from panel to panel of the target
   * @param first step of a panel that is copied here
   */
  void packRows(long source, long step, long target, long panel, int first, int steps, int rows) {
    packRows(source, step, target, 0, panel, first, steps, rows);
  }

  /** The same with steps of a panel {@code pitch} bytes apart, whatever its height; side by side if that is 0. */
  void packRows(long source, long step, long target, int pitch, long panel, int first, int steps, int rows) {
    int size = full.dtype().bytes();
    long to = target;
    for (int i = 0, count; i < rows; to += count * panel) {
      int height = height(rows - i);
      count = 1;
      while (count < COPIED_PANELS && i + count * height < rows && height(rows - i - count * height) == height) {
        count++;
      }
      int row = pitch == 0 ? height * size : pitch;
      Pack.panels(source + (long) i * size, step, to + (long) first * row, row, panel, steps, count, height * size);
      i += count * height;
    }
  }

  /** Generates all tiles that a block of {@code rows} rows by {@code columns} will ask for, step by step. */
  void prepare(int rows, int columns) {
    prepare(rows, columns, this::tile);
  }

  /** The same in turns of several steps, if so. */
  void prepare(int rows, int columns, boolean turning) {
    prepare(rows, columns, (height, remaining) -> tile(height, remaining, turning, fixedRow));
  }

  /** Generates all tiles that {@link #multiply} will ask for in such a block. */
  void prepare(int rows, int columns, int steps) {
    if (turns(steps) > 0) {
      prepare(rows, columns, true);
    }
    if (turns(steps) * turn < steps) {
      prepare(rows, columns, this::tile);
    }
  }

  private void prepare(int rows, int columns, BiFunction<Integer, Integer, Tile> tile) {
    for (int left = rows; left > 0; left -= height(left)) {
      for (int right = columns; right > 0; right -= width(right)) {
        tile.apply(height(left), right);
      }
    }
  }

  /** The tile for a panel of so many rows when so many columns remain. */
  Tile tile(int height, int remaining) {
    var tile = tiles[index(height, remaining)];
    return tile != null ? tile : generated(tiles, height, remaining, Turn.SINGLE);
  }

  /** The same in turns of several steps, if so, where the left operand's rows lie so many bytes apart. */
  Tile tile(int height, int remaining, boolean turning, long row) {
    return turning ? turningTile(height, remaining, row) : tile(height, remaining);
  }

  private Tile turningTile(int height, int remaining, long row) {
    if (row == fixedRow && row > 0 && height == full.rows() && remaining >= width() && width(remaining) == width()) {
      return fixed();
    }
    var tile = turning[index(height, remaining)];
    return tile != null ? tile
        : generated(turning, height, remaining, new Turn(turn, leftBytes(height), rightBytes(remaining)));
  }

  private Tile fixed() {
    if (fixed == null) {
      fixed = Tiles.ofFixedRows(new TileShape(full.dtype(), full.bits(), full.family(), full.rows(), full.columns(),
          fixedRow, full.table(), false, new Turn(turn, leftBytes(full.rows()), rightBytes(width()))));
    }
    return fixed;
  }

  /** Bytes between steps of the left operand: packed ones lie side by side, or the rows of a panel do. */
  private int leftBytes(int height) {
    int size = full.dtype().bytes();
    return given != null ? given.leftBytes() : full.rowBytes() == size ? height * size : size;
  }

  /** Bytes between steps of the right operand. */
  private int rightBytes(int remaining) {
    return given != null ? given.rightBytes() : width(remaining) * full.dtype().bytes();
  }

  private int index(int height, int remaining) {
    int width = width(remaining);
    return ((height - 1) * full.columns() + width / lanes - 1) * 2 + (remaining < width ? 1 : 0);
  }

  private Tile generated(Tile[] into, int height, int remaining, Turn turn) {
    int width = width(remaining);
    var shape = new TileShape(full.dtype(), full.bits(), full.family(), height, width / lanes, full.rowBytes(),
        full.table(), remaining < width, turn);
    return into[index(height, remaining)] = Tiles.of(shape);
  }

  /** Turns of several steps that so many are taken in; what remains is added step by step, which is not worth it. */
  private int turns(int steps) {
    return turn > 1 && (steps % turn == 0 || steps >= MANY) ? steps / turn : 0;
  }

  /**
   * Adds to one tile the products of packed operands, or of others whose steps lie as given.
   *
   * @param height rows of the tile
   * @param remaining columns from the tile's first on
   * @param a first element of the left operand, whose packed steps lie side by side, or {@code height} elements apart
   *     where rows do
   * @param aRow elements between its rows, where the tiles do not fix it
   * @param b first element of the tile's columns
   * @param from first element of what the sums start from, rows {@code fromRow} bytes apart
   */
  void multiply(int height, int remaining, long a, long aRow, long b, long c, long cRow, int steps, long from,
      long fromRow) {
    int turns = turns(steps);
    int taken = turns * turn;
    int size = full.dtype().bytes();
    long aStep = leftBytes(height) / size;
    long bStep = rightBytes(remaining) / size;
    long last = last(remaining);
    if (turns > 0) {
      turningTile(height, remaining, aRow * size).run(a, b, c, turns, aRow, turn * aStep, 0, turn * bStep, cRow, 0,
          from, fromRow, last);
    }
    if (taken < steps || steps == 0) {
      tile(height, remaining).run(a + taken * aStep * size, b + taken * bStep * size, c, steps - taken, aRow, aStep, 0,
          bStep, cRow, 0, turns > 0 ? c : from, turns > 0 ? cRow : fromRow, last);
    }
  }

  /** The lanes of the last vector that are in use when so many columns remain, as bits. */
  long last(int remaining) {
    return remaining >= width(remaining) ? -1L >>> 64 - lanes : (1L << remaining % lanes) - 1;
  }
}
