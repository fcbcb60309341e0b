package dev.gatun.graph.language;

import java.util.function.Supplier;

/**
 * Runs a recursive part on a stack of known size, so that the limits on its depth hold on whatever thread asks for it.
 */
final class OwnStack {

  /** The deepest elaborations that the limits allow take up to 8 MiB in the interpreter; this is twice as much. */
  private static final long BYTES = 16L << 20;

  private OwnStack() {}

  /** The part's result; waits for it even when interrupted, since it is bounded, and keeps the interrupt. */
  static <T> T run(Supplier<T> part) {
    Task<T> task = new Task<>(part);
    Thread thread = new Thread(null, task, "gatun-elaborate", BYTES);
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return task.get();
  }

  private static final class Task<T> implements Runnable {
    private final Supplier<T> part;
    private T result;
    private RuntimeException refused;
    private Error broken;

    Task(Supplier<T> part) {
      this.part = part;
    }

    @Override
    public void run() {
      try {
        result = part.get();
      } catch (RuntimeException e) {
        refused = e;
      } catch (Error e) {
        broken = e;
      }
    }

    T get() {
      if (refused != null) {
        throw refused;
      }
      if (broken != null) {
        throw broken;
      }
      return result;
    }
  }
}
