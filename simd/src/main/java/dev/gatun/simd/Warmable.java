package dev.gatun.simd;

import java.lang.foreign.Arena;

/**
 * A kernel whose generated method is served for by a slower twin of the same bits until HotSpot has compiled it. Its
 * {@link #toString} names it for people. All methods are called on the warmer's thread.
 */
interface Warmable {
  /** Calls of the generated method on numbers of no account. */
  interface Rehearsal {
    /** A few short calls, for HotSpot to count. */
    void calls() throws Throwable;

    /** One longer call. */
    void timed() throws Throwable;

    /** Nanoseconds that the longer call stays below once it is compiled, about ten times what it then takes. */
    long limit();
  }

  /**
   * Generates the method in a class of its own, which HotSpot has not seen.
   *
   * @return false if it would be too large to be ever compiled
   */
  boolean renew();

  /** Calls of what was generated last. */
  Rehearsal rehearse(Arena arena);

  /** Whether what was generated last serves from now on, or the twin. */
  void serve(boolean generated);
}
