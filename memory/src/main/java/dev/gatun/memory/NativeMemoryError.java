package dev.gatun.memory;

/**
 * The system refused memory outside the Java heap that an arena's limit allowed. A larger heap would leave less of it.
 *
 * <p>To mend it: give the root a limit that the machine has, use a smaller batch, or end other programs.
 */
public final class NativeMemoryError extends OutOfMemoryError {
  private static final long serialVersionUID = 1;

  private final long requested;

  NativeMemoryError(String arena, long requested, OutOfMemoryError cause) {
    super("arena `" + arena + "` requested " + Bytes.text(requested) + ", which its limit allows and the system refused");
    this.requested = requested;
    initCause(cause);
  }

  /** Bytes that the allocation needed. */
  public long requested() {
    return requested;
  }
}
