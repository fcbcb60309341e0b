package dev.gatun.simd;

/**
 * What happens at one window for each of {@code n} lanes, at addresses {@code y} of the window's own element and
 * {@code p} of its winner's place. Each worker has its own.
 */
abstract sealed class WindowLanes permits WindowVectors, WindowScalars {
  /** The window to work on. */
  final Window window = new Window();

  /** y and, unless {@code p} is 0, p become the largest and its place: the first of equals, NaN before all. */
  abstract void max(long y, long p, int n);

  /** y becomes the sum, in ascending order of taps. */
  abstract void sum(long y, int n);

  /** Sets every tap to zero. */
  abstract void clear(int n);

  /** Adds y at every tap; to zero if the taps are {@code alone} in this window, else to what is there. */
  abstract void spread(long y, int n, boolean alone);

  /** Adds y at the tap that p names and zero at the others; to zero if the taps are {@code alone} in this window. */
  abstract void move(long y, long p, int n, boolean alone);

  /** y becomes the number at the tap that p names. */
  abstract void collect(long y, long p, int n);
}
