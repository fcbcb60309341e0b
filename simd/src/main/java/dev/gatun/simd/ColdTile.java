package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.lang.foreign.MemorySegment;

/**
 * What a generated f32 tile does, in plain Java: it serves until HotSpot has compiled the tile, which the interpreter
 * runs at a hundredth of its later speed. Its few loops are shared by all shapes and so are hot after the first
 * kernels of a process. Each sum is the same chain of fused multiply-adds: bits are the tile's own.
 */
final class ColdTile implements Tile {
  private static final int BYTES = Float.BYTES;
  private static final int DOT_LANES = TileShape.DOT_BYTES / BYTES;

  private final TileShape shape;

  ColdTile(TileShape shape) {
    if (shape.dtype() != DType.F32) {
      throw new IllegalArgumentException("a cold tile of " + shape.dtype() + ", expected f32");
    }
    this.shape = shape;
  }

  @Override
  public void run(long a, long b, long c, int k, long aRow, long aStep, long bColumn, long bStep, long cRow, long table,
      long from, long fromRow, long last) {
    boolean dot = shape.family() == TileShape.Family.DOT;
    int width = dot ? shape.columns() * DOT_LANES : columns(last);
    var sums = new float[shape.rows() * width];
    for (int i = 0; i < shape.rows(); i++) {
      load(from + i * fromRow, sums, i * width, width);
    }
    long row = shape.rowBytes() > 0 ? shape.rowBytes() : aRow * BYTES;
    var left = new float[shape.rows() * Math.max(width, DOT_LANES)];
    var right = new float[width];
    int perTurn = shape.turn().steps();
    for (int s = 0; s < k * perTurn; s++) {
      long turn = s / perTurn;
      long pair = table + turn * StepTable.PAIR;
      long at = a + (shape.table() ? Raw.ALL.get(Raw.I32, pair) : turn * aStep) * BYTES
          + s % perTurn * (long) shape.turn().leftBytes();
      long bt = b + (shape.table() ? Raw.ALL.get(Raw.I32, pair + StepTable.PAIR / 2) : turn * bStep) * BYTES
          + s % perTurn * (long) shape.turn().rightBytes();
      switch (shape.family()) {
        case OUTER -> outerStep(sums, left, right, at, row, bt, width);
        case EACH -> eachStep(sums, left, right, at, row, bt, width);
        case DOT -> dotStep(sums, left, right, at, row, bt, bColumn, DOT_LANES);
      }
    }
    if (dot && shape.tail()) {
      int whole = shape.table() ? 0 : k;
      dotStep(sums, left, right, a + whole * aStep * BYTES, row, b + whole * bStep * BYTES, bColumn,
          Long.bitCount(last));
    }
    for (int i = 0; i < shape.rows(); i++) {
      MemorySegment.copy(sums, i * width, Raw.ALL, Raw.F32, c + i * cRow, width);
    }
  }

  /** Columns in use where lanes run along them. */
  private int columns(long last) {
    int lanes = shape.vectorBytes() / BYTES;
    int spare = shape.tail() ? lanes - Long.bitCount(last & (1L << lanes) - 1) : 0;
    return shape.columns() * lanes - spare;
  }

  private static void load(long address, float[] to, int at, int count) {
    MemorySegment.copy(Raw.ALL, Raw.F32, address, to, at, count);
  }

  private void outerStep(float[] sums, float[] left, float[] right, long a, long row, long b, int width) {
    load(b, right, 0, width);
    if (row == BYTES) {
      load(a, left, 0, shape.rows());
    } else {
      for (int i = 0; i < shape.rows(); i++) {
        left[i] = Raw.ALL.get(Raw.F32, a + i * row);
      }
    }
    for (int i = 0; i < shape.rows(); i++) {
      multiplyAdd(sums, i * width, left[i], right, width);
    }
  }

  private void eachStep(float[] sums, float[] left, float[] right, long a, long row, long b, int width) {
    load(b, right, 0, width);
    for (int i = 0; i < shape.rows(); i++) {
      load(a + i * row, left, 0, width);
      multiplyAdd(sums, i * width, left, 0, right, 0, width);
    }
  }

  private void dotStep(float[] sums, float[] left, float[] right, long a, long row, long b, long bColumn, int lanes) {
    for (int i = 0; i < shape.rows(); i++) {
      load(a + i * row, left, i * DOT_LANES, lanes);
    }
    for (int j = 0; j < shape.columns(); j++) {
      load(b + j * bColumn * BYTES, right, j * DOT_LANES, lanes);
    }
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < shape.columns(); j++) {
        multiplyAdd(sums, (i * shape.columns() + j) * DOT_LANES, left, i * DOT_LANES, right, j * DOT_LANES, lanes);
      }
    }
  }

  private static void multiplyAdd(float[] sums, int at, float x, float[] y, int count) {
    for (int j = 0; j < count; j++) {
      sums[at + j] = Math.fma(x, y[j], sums[at + j]);
    }
  }

  private static void multiplyAdd(float[] sums, int at, float[] x, int xAt, float[] y, int yAt, int count) {
    for (int j = 0; j < count; j++) {
      sums[at + j] = Math.fma(x[xAt + j], y[yAt + j], sums[at + j]);
    }
  }
}
