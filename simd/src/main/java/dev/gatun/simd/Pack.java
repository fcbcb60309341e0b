package dev.gatun.simd;

import dev.gatun.memory.DType;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies of rectangles of a matrix into dense panels. Nothing is computed: any width gives the same bytes. Strides are
 * in bytes, addresses absolute.
 */
final class Pack {
  private static final VectorSpecies<Long> WORDS = LongVector.SPECIES_PREFERRED;
  private static final int VECTOR = WORDS.vectorByteSize();
  private static final VectorSpecies<Long> FOUR = LongVector.SPECIES_256;
  /**
   * Bytes of the target that are written before the next, and rows, in a transposition. Rows a page apart compete for
   * the same cache set, and 16 of them take a line of the source.
   */
  private static final long OPEN_BYTES = 16 << 10;
  private static final int FEWEST_OPEN_ROWS = 16;
  private static final int MOST_OPEN_ROWS = 128;

  private Pack() {
  }

  /**
   * Copies {@code rows} x {@code columns} elements; the columns of the target lie side by side.
   *
   * @param row between rows of the source
   * @param column between columns of the source; a row or column stride of one element takes a fast path
   * @param targetRow between rows of the target
   */
  static void copy(DType dtype, long source, long row, long column, long target, long targetRow, int rows,
      int columns) {
    if (column == dtype.bytes()) {
      rows(source, row, target, targetRow, rows, columns * dtype.bytes());
    } else if (dtype == DType.F32 && row == Float.BYTES) {
      transpose(source, column, target, targetRow, rows, columns);
    } else if (dtype == DType.F32) {
      gather32(source, row, column, target, targetRow, rows, columns);
    } else {
      gather64(source, row, column, target, targetRow, rows, columns);
    }
  }

  /**
   * Fills memory with zeros; so many bytes, a multiple of 8. Without vectors, for it runs too rarely to become warm.
   */
  static void zero(long target, long bytes) {
    for (long x = 0; x < bytes; x += Long.BYTES) {
      Raw.ALL.set(Raw.I64, target + x, 0L);
    }
  }

  /**
   * Copies rows of so many consecutive bytes, a multiple of 4. Those of a tile's rows, four or eight of f32, and those
   * as wide as one, two or three vectors, are copied without a loop in each row: 3 instead of 9 ns.
   */
  static void rows(long source, long sourceRow, long target, long targetRow, int rows, int bytes) {
    if (bytes == 2 * Long.BYTES) {
      pairs(source, sourceRow, target, targetRow, rows);
      return;
    }
    if (bytes == 4 * Long.BYTES) {
      fours(source, sourceRow, target, targetRow, rows);
      return;
    }
    switch (bytes % VECTOR == 0 ? bytes / VECTOR : 0) {
      case 2 -> {
        for (int i = 0; i < rows; i++) {
          vector(source + i * sourceRow, target + i * targetRow);
          vector(source + i * sourceRow + VECTOR, target + i * targetRow + VECTOR);
        }
      }
      case 3 -> {
        for (int i = 0; i < rows; i++) {
          vector(source + i * sourceRow, target + i * targetRow);
          vector(source + i * sourceRow + VECTOR, target + i * targetRow + VECTOR);
          vector(source + i * sourceRow + 2 * VECTOR, target + i * targetRow + 2 * VECTOR);
        }
      }
      default -> {
        for (int i = 0; i < rows; i++) {
          row(source + i * sourceRow, target + i * targetRow, bytes);
        }
      }
    }
  }

  /**
   * Copies rows of several panels that lie side by side in the source: row after row, so that it is read as it lies.
   *
   * @param targetRow bytes between rows of a panel in the target
   * @param panel bytes from one panel to the next in the target
   * @param bytes of a row of a panel
   */
  static void panels(long source, long sourceRow, long target, long targetRow, long panel, int rows, int panels,
      int bytes) {
    for (int i = 0; i < rows; i++) {
      rows(source + i * sourceRow, bytes, target + i * targetRow, panel, panels, bytes);
    }
  }

  private static void pairs(long source, long sourceRow, long target, long targetRow, int rows) {
    long from = source;
    long to = target;
    for (int i = 0; i < rows; i++) {
      from &= Raw.SPACE;
      to &= Raw.SPACE;
      pair(from, to);
      from += sourceRow;
      to += targetRow;
    }
  }

  private static void fours(long source, long sourceRow, long target, long targetRow, int rows) {
    long from = source;
    long to = target;
    for (int i = 0; i < rows; i++) {
      from &= Raw.SPACE;
      to &= Raw.SPACE;
      if (VECTOR < FOUR.vectorByteSize()) {
        pair(from, to);
        pair(from + 2 * Long.BYTES, to + 2 * Long.BYTES);
      } else {
        LongVector.fromMemorySegment(FOUR, Raw.ALL, from, Raw.ORDER).intoMemorySegment(Raw.ALL, to, Raw.ORDER);
      }
      from += sourceRow;
      to += targetRow;
    }
  }

  private static void pair(long source, long target) {
    Raw.ALL.set(Raw.I64, target, Raw.ALL.get(Raw.I64, source));
    Raw.ALL.set(Raw.I64, target + Long.BYTES, Raw.ALL.get(Raw.I64, source + Long.BYTES));
  }

  private static void vector(long source, long target) {
    LongVector.fromMemorySegment(WORDS, Raw.ALL, source & Raw.SPACE, Raw.ORDER)
        .intoMemorySegment(Raw.ALL, target & Raw.SPACE, Raw.ORDER);
  }

  private static void row(long source, long target, int bytes) {
    int x = 0;
    for (; x <= bytes - VECTOR; x += VECTOR) {
      vector(source + x, target + x);
    }
    words(source, target, x, bytes);
  }

  private static void words(long source, long target, int from, int bytes) {
    int x = from;
    for (; x <= bytes - Long.BYTES; x += Long.BYTES) {
      Raw.ALL.set(Raw.I64, target + x, Raw.ALL.get(Raw.I64, source + x));
    }
    if (x < bytes) {
      Raw.ALL.set(Raw.I32, target + x, Raw.ALL.get(Raw.I32, source + x));
    }
  }

  /**
   * Copies elements of four bytes whose rows lie side by side in the source: a transposition. Squares of them in
   * registers; what these leave two by two, each pair read and written as one long; and some rows of the target at a
   * time, so that their lines stay in a cache until all columns are written.
   *
   * @param column bytes between columns of the source
   * @param targetRow between rows of the target, whose columns lie side by side
   */
  static void transpose(long source, long column, long target, long targetRow, int rows, int columns) {
    int side = WarmingTranspose.lanes();
    var squares = rows < side || columns < side ? null : WarmingTranspose.of((long) rows * columns);
    int most = Math.clamp(OPEN_BYTES / Math.max(1, targetRow), FEWEST_OPEN_ROWS, MOST_OPEN_ROWS);
    for (int i = 0; i < rows; i += most) {
      long from = source + 4L * i;
      long to = target + i * targetRow;
      int some = Math.min(most, rows - i);
      int squareRows = squares == null ? 0 : some / side * side;
      int squareColumns = squareRows == 0 ? 0 : columns / side * side;
      if (squareRows > 0) {
        squares.run(from, column, to, targetRow, Integer.MAX_VALUE, 0, squareRows, squareColumns);
      }
      transposePairs(from + squareColumns * column, column, to + 4L * squareColumns, targetRow, squareRows,
          columns - squareColumns);
      transposePairs(from + 4L * squareRows, column, to + squareRows * targetRow, targetRow, some - squareRows,
          columns);
    }
  }

  private static void transposePairs(long source, long column, long target, long targetRow, int rows, int columns) {
    int evenColumns = columns & -2;
    int evenRows = rows & -2;
    for (int j = 0; j < evenColumns; j += 2) {
      transposePair(source + j * column, source + (j + 1) * column, target + 4L * j, targetRow, evenRows);
    }
    if (evenRows < rows) {
      gather32(source + 4L * evenRows, 4, column, target + evenRows * targetRow, targetRow, 1, evenColumns);
    }
    if (evenColumns < columns) {
      gather32(source + evenColumns * column, 4, column, target + 4L * evenColumns, targetRow, rows, 1);
    }
  }

  private static void transposePair(long left, long right, long target, long targetRow, int rows) {
    long from = left & Raw.SPACE;
    long other = right & Raw.SPACE;
    long to = target;
    for (int i = 0; i < rows; i += 2) {
      long x = Raw.ALL.get(Raw.I64, from + 4L * i);
      long y = Raw.ALL.get(Raw.I64, other + 4L * i);
      Raw.ALL.set(Raw.I64, to & Raw.SPACE, x & 0xFFFFFFFFL | y << 32);
      Raw.ALL.set(Raw.I64, to + targetRow & Raw.SPACE, x >>> 32 | y & 0xFFFFFFFF00000000L);
      to += 2 * targetRow;
    }
  }

  /**
   * In the order of the source, whose lines may be too many for a cache's set if columns lie far apart; two columns at
   * a time, which lie side by side in the target.
   */
  private static void gather32(long source, long row, long column, long target, long targetRow, int rows,
      int columns) {
    int even = columns & -2;
    if (column > row) {
      for (int j = 0; j < even; j += 2) {
        pairs32(source + j * column, source + (j + 1) * column, row, target + 4L * j, targetRow, rows);
      }
    } else {
      for (int i = 0; i < rows; i++) {
        pairs32(source + i * row, source + i * row + column, 2 * column, target + i * targetRow, 2 * Float.BYTES,
            even / 2);
      }
    }
    if (even < columns) {
      column32(source + even * column, row, target + 4L * even, targetRow, rows);
    }
  }

  /** Pairs of elements that lie at one distance each, to pairs that do. */
  private static void pairs32(long left, long right, long row, long target, long targetRow, int rows) {
    long from = left;
    long other = right;
    long to = target;
    for (int i = 0; i < rows; i++) {
      from &= Raw.SPACE;
      other &= Raw.SPACE;
      to &= Raw.SPACE;
      Raw.ALL.set(Raw.I64, to, Raw.ALL.get(Raw.I32, from) & 0xFFFFFFFFL | (long) Raw.ALL.get(Raw.I32, other) << 32);
      from += row;
      other += row;
      to += targetRow;
    }
  }

  private static void column32(long source, long row, long target, long targetRow, int rows) {
    long from = source;
    long to = target;
    for (int i = 0; i < rows; i++) {
      from &= Raw.SPACE;
      to &= Raw.SPACE;
      Raw.ALL.set(Raw.I32, to, Raw.ALL.get(Raw.I32, from));
      from += row;
      to += targetRow;
    }
  }

  private static void gather64(long source, long row, long column, long target, long targetRow, int rows,
      int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        Raw.ALL.set(Raw.I64, target + i * targetRow + 8L * j & Raw.SPACE,
            Raw.ALL.get(Raw.I64, source + i * row + j * column & Raw.SPACE));
      }
    }
  }

  /** The way back: copies dense rows to elements at any strides. */
  static void scatter(DType dtype, long source, long sourceRow, long target, long row, long column, int rows,
      int columns) {
    if (row == dtype.bytes()) {
      copy(dtype, source, row, sourceRow, target, column, columns, rows);
      return;
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long from = source + i * sourceRow + (long) j * dtype.bytes() & Raw.SPACE;
        long to = target + i * row + j * column & Raw.SPACE;
        if (dtype == DType.F32) {
          Raw.ALL.set(Raw.I32, to, Raw.ALL.get(Raw.I32, from));
        } else {
          Raw.ALL.set(Raw.I64, to, Raw.ALL.get(Raw.I64, from));
        }
      }
    }
  }
}
