package dev.gatun.ops;

/**
 * A call in which nodes were made, and the call around it: what a picture of a graph folds. Identity counts, for a loop
 * makes calls that look alike.
 */
public final class Frame {
  private final String name;
  private final String place;
  private final Frame outer;

  /**
   * A call.
   *
   * @param name as it is shown, for instance {@code conv(6)}
   * @param place where it stands
   * @param outer the call around it, or null
   */
  public Frame(String name, String place, Frame outer) {
    this.name = name;
    this.place = place;
    this.outer = outer;
  }

  /** What is called. */
  public String name() {
    return name;
  }

  /** Where the call stands. */
  public String place() {
    return place;
  }

  /** The call around it, or null. */
  public Frame outer() {
    return outer;
  }
}
