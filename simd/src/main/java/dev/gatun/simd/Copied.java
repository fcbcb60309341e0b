package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.function.IntConsumer;

/**
 * A method that is written in Java and served, in a hidden copy of its class, once HotSpot has compiled it there. Until
 * then nothing serves, and what it would do is done in another way.
 */
abstract class Copied<T> implements Warmable {
  /** The number that the measured call of a rehearsal is given. */
  static final int MEASURED = 32;
  /** What an element takes in plain Java, all its taps together. */
  private static final double SCALAR_NANOS = 20;

  private final T atOnce;
  private final Class<T> as;
  private final Demand demand = new Demand();
  private T copied;
  private volatile T serving;

  /**
   * A method of a class.
   *
   * @param atOnce an instance of the class
   */
  Copied(T atOnce, Class<T> as) {
    this.atOnce = atOnce;
    this.as = as;
  }

  /** What serves, null as long as nothing does; {@code more} elements are to be computed. */
  final T serving(long more) {
    if (Demand.isAtOnce()) {
      return atOnce;
    }
    var warm = serving;
    if (warm == null) {
      demand.add(more, this);
    }
    return warm;
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
    var calls = calls(copied, arena);
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

  @Override
  public final boolean renew() {
    copied = Apart.copy(atOnce.getClass().asSubclass(as), as);
    return true;
  }

  @Override
  public final double cost() {
    return SCALAR_NANOS * demand.elements();
  }

  @Override
  public final void serve(boolean generated) {
    serving = generated ? copied : null;
  }
}
