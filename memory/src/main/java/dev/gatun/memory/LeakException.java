package dev.gatun.memory;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An arena was closed before its children. All memory has been given back; the exception tells which owner forgot to
 * close.
 *
 * <p>To mend it: close the arenas that the message names, or use try-with-resources. {@link TensorArena#trace} records
 * where each one was opened.
 */
public final class LeakException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * An arena that was still open.
   *
   * @param arena  the name given when it was opened
   * @param bytes  what it held itself
   * @param opened the callers that opened it, innermost first; empty unless tracing was on
   */
  public record Leak(String arena, long bytes, List<StackTraceElement> opened) {}

  private final transient List<Leak> leaks;

  LeakException(String arena, List<Leak> leaks) {
    super(message(arena, leaks));
    this.leaks = List.copyOf(leaks);
  }

  private static String message(String arena, List<Leak> leaks) {
    var text = "arena `" + arena + "` closed while these were open: "
        + leaks.stream().map(LeakException::text).collect(Collectors.joining(", "));
    boolean traced = leaks.stream().noneMatch(leak -> leak.opened().isEmpty());
    return traced ? text : text + "; TensorArena.trace(true) records where an arena is opened";
  }

  private static String text(Leak leak) {
    var text = "`" + leak.arena() + "` (" + Bytes.text(leak.bytes()) + ")";
    return leak.opened().isEmpty() ? text : text + " opened at " + leak.opened().getFirst();
  }

  /** Every descendant that was open, parents before their children. */
  public List<Leak> leaks() {
    return leaks;
  }
}
