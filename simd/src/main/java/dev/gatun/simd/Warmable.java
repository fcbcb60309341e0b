package dev.gatun.simd;

import java.lang.foreign.Arena;

/**
 * A kernel whose generated method is served for by a slower twin of the same bits until HotSpot has compiled it. Its
 * {@link #toString} names it for people. All methods are called on the warmer's thread.
 */
interface Warmable {
  /**
   * Calls of the generated method on numbers of no account. HotSpot inlines none of them, nor any of the main path's,
   * for the method is too long ({@link Apart}): what is looked at is what runs.
   */
  interface Rehearsal {
    /**
     * Some calls for HotSpot to count: it compiles a method after 600 calls, once these and the turns of its loops
     * exceed 15 000. Nearly all of them only turn, for the interpreter takes longer over one vector than over a turn of
     * an empty loop; the others show HotSpot that the rest is reached.
     */
    void count();

    /** One longer call that computes. */
    void measured();

    /** Vectors that the longer call computes. */
    long vectors();
  }

  /** Calls of a {@link Rehearsal#count} that only turn. */
  int TURNING_CALLS = 100;
  /** Turns of each: few, for 40 000 in all would make HotSpot compile the method once more, from inside the loop. */
  int TURNS = 15;
  /** Calls of a {@link Rehearsal#count} that compute. */
  int COMPUTING_CALLS = 3;

  /**
   * Generates the method in a class of its own, which HotSpot has not seen.
   *
   * @return false if it would be too large to be ever compiled
   */
  boolean renew();

  /** Calls of what was generated last. */
  Rehearsal rehearse(Arena arena);

  /**
   * How much time its twin has taken so far, in nanoseconds, about: what has cost most is warmed first. Read while
   * other threads write it.
   */
  double cost();

  /** Whether what was generated last serves from now on, or the twin. */
  void serve(boolean generated);
}
