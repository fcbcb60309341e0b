package dev.gatun.graph;

import dev.gatun.ops.Backend;

/**
 * Memory for values that hang on variables alone, shared by all sessions that read them, and whether these are up to
 * date. Any thread may refresh them, if whoever changes the variables waits for the runs that read them.
 */
final class Prepared {
  private final Variables variables;
  private final Backend.Slab slab;
  private volatile long seen = -1;

  Prepared(Variables variables, Backend.Slab slab) {
    this.variables = variables;
    this.slab = slab;
  }

  Backend.Slab slab() {
    return slab;
  }

  /** Has them computed if the variables may have changed since. */
  void refresh(Backend.Executable preparation) {
    if (seen == variables.changes()) {
      return;
    }
    synchronized (this) {
      long now = variables.changes();
      if (seen != now) {
        preparation.run();
        seen = now;
      }
    }
  }
}
