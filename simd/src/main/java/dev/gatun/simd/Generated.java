package dev.gatun.simd;

/**
 * A method that is made in a class of its own, and serves once HotSpot has compiled it there. Until then nothing serves,
 * and what it would do is done in another way.
 */
abstract class Generated<T> implements Warmable {
  private final Demand demand = new Demand();
  private T generated;
  private volatile T serving;

  /** A new instance, of a class that HotSpot has not seen. */
  abstract T generate();

  /** What an element takes in the other way, in nanoseconds. */
  abstract double otherNanos();

  /** An instance that HotSpot may not have compiled, for tests. */
  synchronized T atOnce() {
    if (generated == null) {
      generated = generate();
    }
    return generated;
  }

  /** What serves, null as long as nothing does; {@code more} elements are to be computed. */
  final T serving(long more) {
    if (Demand.isAtOnce()) {
      return atOnce();
    }
    var warm = serving;
    if (warm == null) {
      demand.add(more, this);
    }
    return warm;
  }

  /** What was generated last. */
  final synchronized T generated() {
    return generated;
  }

  final boolean isWarm() {
    return serving != null;
  }

  @Override
  public final synchronized boolean renew() {
    generated = generate();
    return true;
  }

  @Override
  public final void serve(boolean generated) {
    serving = generated ? generated() : null;
  }

  @Override
  public final double cost() {
    return otherNanos() * demand.elements();
  }
}
