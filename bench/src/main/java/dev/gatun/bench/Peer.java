package dev.gatun.bench;

/**
 * Another engine that does some of the same work: a provider that {@link java.util.ServiceLoader} finds on the class
 * path. Each is used in a process that has no other number of threads than one.
 */
public interface Peer {
  /** How the engine calls itself. */
  String name();

  /** At what the engine is set to be at its best, for whoever reads the figures. */
  String settings();

  /** Whether it allocates in each call: then it is measured with a C library that keeps memory as well. */
  boolean allocates();

  /** The same work on the same numbers by this engine, or null where it has none. */
  Run open(Work work, int threads);
}
