package dev.gatun.memory;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An allocation would have passed the limit of a root arena; nothing was allocated.
 *
 * <p>To mend it: raise the limit given to {@link TensorArena#root}, use a smaller batch, or close one of the owners
 * that the message names.
 */
public final class BudgetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Bytes that one arena holds itself, its children not counted.
   *
   * @param arena the name given when it was opened
   */
  public record Owner(String arena, long bytes) {}

  private final long requested;
  private final long used;
  private final long limit;
  private final transient List<Owner> largest;

  BudgetException(String arena, long requested, long used, long limit, List<Owner> largest) {
    super(message(arena, requested, used, limit, largest));
    this.requested = requested;
    this.used = used;
    this.limit = limit;
    this.largest = List.copyOf(largest);
  }

  private static String message(String arena, long requested, long used, long limit, List<Owner> largest) {
    var text = "arena `" + arena + "` requested " + Bytes.text(requested) + ", but " + Bytes.text(used) + " of the limit of "
        + Bytes.text(limit) + " are used";
    if (largest.isEmpty()) {
      return text;
    }
    return text + "; largest owners: " + largest.stream()
        .map(owner -> "`" + owner.arena() + "` " + Bytes.text(owner.bytes()))
        .collect(Collectors.joining(", "));
  }

  /** Bytes that the allocation needed. */
  public long requested() {
    return requested;
  }

  /** Bytes in use under the root at that moment. */
  public long used() {
    return used;
  }

  /** Bytes that the root may hold. */
  public long limit() {
    return limit;
  }

  /** The arenas that held most, largest first. */
  public List<Owner> largest() {
    return largest;
  }
}
