package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.function.IntConsumer;

/** A method that is written in Java and serves in a hidden copy of its class. */
abstract class Copied<T> extends Generated<T> {
  /** The number that the measured call of a rehearsal is given. */
  static final int MEASURED = 32;
  /** What an element takes in plain Java, all its taps together. */
  private static final double SCALAR_NANOS = 20;

  private final T atOnce;
  private final Class<T> as;

  /**
   * A method of a class.
   *
   * @param atOnce an instance of the class
   */
  Copied(T atOnce, Class<T> as) {
    this.atOnce = atOnce;
    this.as = as;
  }

  @Override
  final T atOnce() {
    return atOnce;
  }

  @Override
  final T generate() {
    return Apart.copy(atOnce.getClass().asSubclass(as), as);
  }

  @Override
  final double otherNanos() {
    return SCALAR_NANOS;
  }

  /**
   * Calls of a copy on numbers of no account, each of so many vectors' results, or pixels: two, or {@link #MEASURED},
   * which reaches all of the method.
   *
   * @param arena owns the numbers
   */
  abstract IntConsumer calls(T copied, Arena arena);

  /** Vectors that such a call computes for each of the number it is given. */
  abstract int vectorsEach();

  @Override
  public final Rehearsal rehearse(Arena arena) {
    var calls = calls(generated(), arena);
    return new Rehearsal() {
      @Override
      public void count() {
        for (int i = 0; i < TURNING_CALLS; i++) {
          calls.accept(2);
        }
      }

      @Override
      public void measured() {
        calls.accept(MEASURED);
      }

      @Override
      public long vectors() {
        return (long) MEASURED * vectorsEach();
      }
    };
  }
}
