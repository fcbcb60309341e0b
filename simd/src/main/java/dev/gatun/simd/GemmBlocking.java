package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * Sizes of the tiles and blocks of a matrix product on one machine. They never change a bit of the result.
 *
 * @param rows rows of a register tile
 * @param vectors vectors in a row of a register tile
 * @param depth steps of k between loading and storing a tile: a block of B has so many rows
 * @param height rows of C in one task
 * @param width columns of C in one task, about as many in each: a packed block of B, {@code depth x width}, fills half
 *     of the L2 cache at most
 */
record GemmBlocking(int rows, int vectors, int depth, int height, int width) {
  /**
   * Loading and storing a tile costs about 3 cycles a register; 384 steps keep that below 1 %, and leave a panel of A
   * (rows x depth) within a 32 KiB L1 cache. Measured at 512 and 1024 cubed: 256 is 3 % slower, 512 no faster.
   */
  private static final int DEPTH = 384;
  /** Packing B costs about as much as 8 rows of C, so 500 rows keep it below 2 %. */
  private static final int HEIGHT = 512;

  /**
   * The blocking for a product of {@code m} rows and {@code n} columns. With 32 registers 14 x 2 accumulators leave two
   * for B, one for A and one free. With 16 it is 4 x 3, where three for B and one for A are the rest: 80 GFLOP/s of 84 on
   * a processor with vectors of 256 bits, 6 x 2 gave 70. Fewer rows than half a tile use wider tiles, for at least 8 sums
   * must be under way to hide the latency of the multiply-add (4 cycles, two units).
   */
  static GemmBlocking of(Machine machine, DType dtype, int m, int n) {
    int lanes = machine.lanes(dtype.bytes());
    boolean many = machine.registers() >= 32;
    boolean flat = many && m <= 6;
    int vectors = Math.clamp((n + lanes - 1L) / lanes, 1, flat ? 4 : many ? 2 : 3);
    int rows = flat ? 6 : many ? 14 : vectors == 3 ? 4 : 6;
    int tile = vectors * lanes;
    int most = Math.max(tile, machine.level2() / 2 / DEPTH / dtype.bytes() / tile * tile);
    int blocks = Math.max(1, Math.ceilDiv(n, most));
    int width = Math.max(1, Math.ceilDiv(Math.ceilDiv(n, blocks), lanes)) * lanes;
    return new GemmBlocking(rows, vectors, DEPTH, HEIGHT / rows * rows, width);
  }
}
