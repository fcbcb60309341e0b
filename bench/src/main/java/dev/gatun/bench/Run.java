package dev.gatun.bench;

import java.util.List;

/** One side of a comparison: a piece of work that is ready to be done again and again. */
public interface Run extends AutoCloseable {
  /** Does it once. */
  void run();

  /** What the last call of {@link #run} computed, each result row-major. */
  List<double[]> results();

  /** How many operations a call of {@link #run} does. */
  default int operations() {
    return 1;
  }

  /** Whether processes of their own do it. */
  default boolean elsewhere() {
    return false;
  }

  @Override
  void close();
}
