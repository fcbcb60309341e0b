package dev.gatun.simd;

/**
 * Told by a kernel, on the worker that computed it, that a part of the result is final, so that what follows (a bias, an
 * activation) finds it in the cache. Parts are at least a few KiB where the result is, and each element is told once.
 */
@FunctionalInterface
interface TileDone {
  /** Nothing follows. */
  TileDone NONE = (batch, row, rows, column, columns, worker) -> { };

  /**
   * A rectangle of the result of one batch entry is final.
   *
   * @param row first row, of {@code rows}
   * @param column first column, of {@code columns}
   * @param worker who computed it, as given to the kernel
   */
  void done(long batch, long row, long rows, long column, long columns, int worker);
}
