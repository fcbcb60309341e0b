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

  /** Whether its speed depends on how the C library allocates, so that it is also measured with that told to keep memory. */
  boolean allocates();

  /** The same work on the same numbers by this engine, or null where it has none. */
  Run open(Work work, int threads);
}
