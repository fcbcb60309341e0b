package dev.gatun.simd;

/**
 * A method that is written in Java and served, in a hidden copy of its class, once HotSpot has compiled it there. Until
 * then nothing serves, and what it would do is done in another way.
 */
abstract class Copied<T> implements Warmable {
  private final T atOnce;
  private final Class<T> as;
  /** What an element takes in the other way. */
  private final double nanos;
  private final Demand demand = new Demand();
  private T copied;
  private volatile T serving;

  /**
   * A method of a class.
   *
   * @param atOnce an instance of the class
   * @param nanos that an element takes otherwise, about
   */
  Copied(T atOnce, Class<T> as, double nanos) {
    this.atOnce = atOnce;
    this.as = as;
    this.nanos = nanos;
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

  /** The copy that is tried. */
  final T copied() {
    return copied;
  }

  @Override
  public final boolean renew() {
    copied = Apart.copy(atOnce.getClass().asSubclass(as), as);
    return true;
  }

  @Override
  public final double cost() {
    return nanos * demand.elements();
  }

  @Override
  public final void serve(boolean generated) {
    serving = generated ? copied : null;
  }
}
