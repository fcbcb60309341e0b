package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * Sizes of the tiles and blocks of a matrix product on one machine. They never change a bit of the result.
 *
 * @param rows rows of a register tile
 * @param vectors vectors in a row of a register tile
 * @param depth steps of k between loading and storing a tile: a panel of A, {@code rows x depth}, fills two thirds of
 *     the L1 cache at most
 * @param height most rows of C in one task, whole tiles
 * @param width most columns of C in one task, whole tiles: a packed block of B, of so many columns and {@code depth}
 *     steps or fewer if there are not as many, fills half of the L2 cache at most. Rows of C are then written as far as
 *     that goes: 50176 x 256 x 64 ran at 56 GFLOP/s by 120 columns and at 71 by all
 */
record GemmBlocking(int rows, int vectors, int depth, int height, int width) {
  /**
   * Steps at most. Loading and storing a tile costs about 3 cycles a register, and waits for C: with tiles of 4 x 3
   * vectors 512 steps are 4 % faster than 384 at 512 and 1024 cubed, 640 no faster.
   */
  private static final int DEPTH = 512;
  /** Steps that B is taken to have at least, so that a task does not take all columns of a matrix. */
  private static final int FEW_STEPS = 16;
  /** Below so many rows, tiles of 32 registers are wider: at least 8 sums must be under way. */
  private static final int FLAT_ROWS = 6;
  private static final int FLAT_VECTORS = 4;
  /** Packing B costs about as much as 10 rows of C, so 500 rows keep it at 2 %. */
  static final int HEIGHT = 512;

  /** The blocking for a product of {@code m} rows, {@code n} columns and {@code k} steps. */
  static GemmBlocking of(Machine machine, DType dtype, int m, int n, int k) {
    int lanes = machine.lanes(dtype.bytes());
    boolean flat = machine.registers() >= 32 && m < FLAT_ROWS;
    int columns = Math.ceilDiv(n, lanes);
    int vectors = flat ? Math.clamp(columns, 1, FLAT_VECTORS) : vectors(machine, columns);
    int rows = flat ? Math.max(1, m) : rows(machine, vectors);
    int tile = vectors * lanes;
    int depth = Math.clamp(machine.level1() * 2 / 3 / (rows * dtype.bytes()) / 16 * 16, 16, DEPTH);
    int steps = Math.clamp(k, Math.min(FEW_STEPS, depth), depth);
    int width = Math.max(tile, machine.level2() / 2 / steps / dtype.bytes() / tile * tile);
    return new GemmBlocking(rows, vectors, depth, HEIGHT / rows * rows, width);
  }

  /**
   * Vectors in a row of a tile where the result has so many: three, or two with 32 registers. With 16 registers four
   * are two tiles of two, six rows high: 3 × 3, 32 → 32 channels, ran at 84 GFLOP/s so, and at 72 in halves of four
   * rows.
   */
  static int vectors(Machine machine, int columns) {
    return Math.clamp(columns, 1, machine.registers() >= 32 || columns == 4 ? 2 : 3);
  }

  /**
   * Rows of a tile of so many vectors: enough sums to hide the latency of the multiply-add (4 cycles, two units), and
   * few enough for turns of several steps. 4 x 3 with 16 registers ran at 80 GFLOP/s of 84 and 6 x 2 at 70; with 32,
   * vectors of 512 bits and a peak of 116, 8 x 2 ran at 110 to 117, 14 x 2 in single steps at 110, and rows that lie a
   * page apart need not be copied to be few in a cache's set. Of one vector eight rows ran at 114, 14 at 89.
   */
  static int rows(Machine machine, int vectors) {
    return vectors == 3 ? 4 : machine.registers() >= 32 ? 8 : 6;
  }
}
