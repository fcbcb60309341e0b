package dev.gatun.simd;

/** How much a kernel's twin has computed so far, and whether that makes the kernel worth warming. */
final class Demand {
  /** Elements that make the generated method worth compiling. */
  private static final long WORTH_WARMING = 4096;

  private static volatile boolean atOnce;

  private long elements;
  private volatile boolean queued;

  /** For tests: whether generated methods serve from a kernel's second call on at the latest, warm or not. */
  static void serveAtOnce(boolean yes) {
    atOnce = yes;
  }

  static boolean isAtOnce() {
    return atOnce;
  }

  /** Counts elements that the twin computes, and has the kernel warmed once there are enough. */
  void add(long more, Warmable kernel) {
    // A count that threads lose now and then only delays the queueing.
    elements += more;
    if (elements >= WORTH_WARMING && !queued) {
      queue(kernel);
    }
  }

  /** Elements that the twin has computed, about. */
  long elements() {
    return elements;
  }

  private synchronized void queue(Warmable kernel) {
    if (!queued) {
      queued = true;
      Warmer.shared().add(kernel);
    }
  }
}
