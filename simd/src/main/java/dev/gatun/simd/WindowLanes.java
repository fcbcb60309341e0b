package dev.gatun.simd;

/**
 * What happens at one window for the lanes {@code from} to {@code to}, exclusive, where {@code y} is the address of the
 * window's own element in lane 0 and {@code p} that of its winner's place.
 */
interface WindowLanes {
  /** y and, unless {@code p} is 0, p become the largest and its place: the first of equals, NaN before all. */
  void max(Window window, long y, long p, int from, int to);

  /** y becomes the sum, in ascending order of taps. */
  void sum(Window window, long y, int from, int to);

  /** Sets every tap to zero. */
  void clear(Window window, int from, int to);

  /** Adds y at every tap; to zero if the taps are {@code alone} in this window, else to what is there. */
  void spread(Window window, long y, int from, int to, boolean alone);

  /** Adds y at the tap that p names and zero at the others; to zero if the taps are {@code alone} in this window. */
  void move(Window window, long y, long p, int from, int to, boolean alone);

  /** y becomes the number at the tap that p names. */
  void collect(Window window, long y, long p, int from, int to);
}
