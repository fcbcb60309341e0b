package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * Sums the virtual lanes of dot tiles by a fixed tree: lane l with lane l + half, for half = 8, 4, 2, 1 (f64: 4, 2, 1).
 * Scalar on purpose: the Vector API's own reduction leaves the order open, and its bits change as code warms up.
 */
final class LaneSum {
  private LaneSum() {
  }

  /**
   * Stores a tile of sums.
   *
   * @param lanes address of the tile's results, {@link TileShape#DOT_BYTES} each, dense
   * @param c address of the first result; its strides are in bytes
   */
  static void store(DType dtype, long lanes, long c, long cRow, long cColumn, int rows, int columns) {
    long from = lanes;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long to = c + i * cRow + j * cColumn;
        if (dtype == DType.F32) {
          Raw.ALL.set(Raw.F32, to, sum32(from));
        } else {
          Raw.ALL.set(Raw.F64, to, sum64(from));
        }
        from += TileShape.DOT_BYTES;
      }
    }
  }

  private static float quarter32(long p) {
    return at32(p) + at32(p + 32) + (at32(p + 16) + at32(p + 48));
  }

  private static float sum32(long p) {
    return quarter32(p) + quarter32(p + 8) + (quarter32(p + 4) + quarter32(p + 12));
  }

  private static double sum64(long p) {
    return at64(p) + at64(p + 32) + (at64(p + 16) + at64(p + 48))
        + (at64(p + 8) + at64(p + 40) + (at64(p + 24) + at64(p + 56)));
  }

  private static float at32(long p) {
    return Raw.ALL.get(Raw.F32, p);
  }

  private static double at64(long p) {
    return Raw.ALL.get(Raw.F64, p);
  }
}
