package dev.gatun.graph;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;

/**
 * Memory for values that hang on variables alone, shared by all plans that read them, and whether these are up to date.
 * Any thread may refresh them, if whoever changes the variables waits for the runs that read them.
 */
final class Prepared {
  private final Variables variables;
  private final TensorArena arena;
  private final Backend.Slab slab;
  private volatile long seen = -1;
  /** Guarded by the variables' lock. */
  private int readers;

  /** @param arena has the memory, and is closed when the last reader has released it */
  Prepared(Variables variables, TensorArena arena, long bytes) {
    this.variables = variables;
    this.arena = arena;
    try {
      this.slab = variables.machine().allocate(arena, bytes);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  Backend.Slab slab() {
    return slab;
  }

  /** Counts one reader more; called by the variables. */
  void acquire() {
    readers++;
  }

  void release() {
    variables.release(this);
  }

  /** Counts one reader less, and frees the memory if it was the last; called by the variables. */
  boolean dropped() {
    if (--readers > 0) {
      return false;
    }
    arena.close();
    return true;
  }

  /** Has the values computed if the variables may have changed since. */
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
