package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * Matrix product by tiles whose lanes run along k, for operands that both lie along k. Each result is 16 (f32) or 8
 * (f64) chains of fused multiply-adds, chain l over k = l, l + 16, l + 32 …, on machines of every width, then summed by
 * {@link LaneSum}. Columns that are stored in fewer bits are widened a tile at a time.
 */
final class DotGemm implements Gemm {
  /** Below so many columns, lanes along the columns would mostly idle. */
  private static final int NARROW = 4;
  /** Up to so many rows B is not transposed. */
  private static final int FEW_ROWS = 8;
  /** Multiply-adds in a task: about 10 us. */
  private static final long TASK_WORK = 1 << 19;

  private final GemmShape shape;
  // In bytes; made here, since a call of a kernel that is not compiled yet would leave them as garbage.
  private final GemmShape.Strides as;
  private final GemmShape.Strides bs;
  private final GemmShape.Strides cs;
  private final DotTiles tiles;
  private final int height;
  private final int rowBlocks;
  private final int columnBlocks;
  private final int width;

  DotGemm(Machine machine, GemmShape shape) {
    this.shape = shape;
    int size = shape.dtype().bytes();
    this.as = shape.a().times(size);
    this.bs = shape.b().times(shape.right().bytes());
    this.cs = shape.c().times(size);
    this.tiles = new DotTiles(machine, shape.dtype(), shape.k() % lanes(shape.dtype()), shape.m(), shape.n());
    int stepsOfTask = Math.clamp(TASK_WORK / Math.max(1, shape.k()), 1, Integer.MAX_VALUE);
    this.height = Math.min(shape.m(), 64);
    this.width = Math.clamp(stepsOfTask / Math.max(1, height) / 12 * 12, 12, Math.max(12, shape.n()));
    this.rowBlocks = Math.ceilDiv(shape.m(), Math.max(1, height));
    this.columnBlocks = Math.ceilDiv(shape.n(), width);
  }

  /**
   * Whether a product is one for this family: both operands lie along k, and either the rows are too few to repay
   * transposing B, or the columns too few to fill lanes. Transposing costs about as much as 10 rows, summing lanes as
   * much as 256 steps of k; and with vectors of 256 bits these tiles load five vectors for six multiply-adds: from 32
   * rows on the transposition wins for every k (45 to 74 GFLOP/s beside 31 to 45), at 16 neither does. Where B is a
   * constant, transposed once, 16 rows run at 84.
   */
  static boolean suits(GemmShape s) {
    boolean along = s.a().column() == 1 && (s.b().row() == 1 || s.n() == 0);
    if (!along || s.k() < lanes(s.dtype()) || (long) s.k() * s.dtype().bytes() > TileShape.REACH) {
      return false;
    }
    boolean inPlace = s.b().column() == 1 && s.n() > NARROW;
    return !inPlace && (s.m() <= FEW_ROWS && 16L * s.m() <= s.k() || s.n() <= NARROW);
  }

  /** Virtual lanes of one result. */
  static int lanes(DType dtype) {
    return TileShape.DOT_BYTES / dtype.bytes();
  }

  @Override
  public int tasks() {
    return shape.batch() * rowBlocks * columnBlocks;
  }

  @Override
  public long workspaceBytes() {
    return tiles.scratchBytes() + (isNarrow() ? tiles.columns() * wideColumn() : 0);
  }

  private boolean isNarrow() {
    return shape.right() != shape.dtype();
  }

  /** Bytes from one widened column to the next. */
  private long wideColumn() {
    return Machine.rowBytes(shape.k() * (long) shape.dtype().bytes());
  }

  @Override
  public void run(int task, long a, long b, long c, long workspace) {
    int blocks = rowBlocks * columnBlocks;
    int entry = task / blocks;
    int row = task % blocks % rowBlocks * height;
    int column = task % blocks / rowBlocks * width;
    int rows = Math.min(height, shape.m() - row);
    int columns = Math.min(width, shape.n() - column);
    int step = lanes(shape.dtype());
    long wide = workspace + tiles.scratchBytes();
    long apart = isNarrow() ? wideColumn() / shape.dtype().bytes() : shape.b().column();
    long left = a + entry * as.batch() + row * as.row();
    long right = b + entry * bs.batch() + column * bs.column();
    long result = c + entry * cs.batch() + row * cs.row() + column * cs.column();
    for (int j = 0; j < columns; j += tiles.columns()) {
      int w = Math.min(tiles.columns(), columns - j);
      long from = right + j * bs.column();
      if (isNarrow()) {
        Widen.copy(shape.right(), shape.dtype(), from, bs.column(), bs.row(), wide, wideColumn(), w, shape.k());
        from = wide;
      }
      for (int i = 0; i < rows; i += tiles.rows()) {
        int h = Math.min(tiles.rows(), rows - i);
        tiles.tile(h, w).run(left + i * as.row(), from, workspace,
            shape.k() / step, shape.a().row(), step, apart, step, (long) w * TileShape.DOT_BYTES, 0,
            Raw.ZEROS, 0, tiles.last());
        LaneSum.store(shape.dtype(), workspace, result + i * cs.row() + j * cs.column(), cs.row(), cs.column(), h, w);
      }
    }
  }
}
