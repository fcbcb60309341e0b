package dev.gatun.simd;

/** Transpositions of elements of four bytes. */
interface Transpose {
  /**
   * Copies rows whose elements lie {@code column} bytes apart in the source, and side by side in the target. The rows
   * themselves lie side by side in the source. Distances are in bytes.
   *
   * @param targetRow between rows of the target
   * @param run how many rows lie so in the target; {@code jump} is how much further than that the next one lies
   * @param rows if they are no whole vectors, as many elements more as fill one are read, and of no account; if
   *     negative nothing is done but turning so often: {@link Warmable.Rehearsal}
   * @param columns whole vectors
   */
  void run(long source, long column, long target, long targetRow, int run, long jump, int rows, int columns);
}
