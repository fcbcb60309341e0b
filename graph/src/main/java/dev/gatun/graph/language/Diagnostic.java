package dev.gatun.graph.language;

import java.util.ArrayList;
import java.util.List;

/**
 * One fault of a program: where, what was expected and found, and the way out.
 *
 * @param message says what was expected and what was found
 * @param hint stands after the caret: the way out, or the facts behind the message; may be empty
 * @param notes follow the hint, each after a semicolon: the calls that led here, further advice
 */
public record Diagnostic(Place place, String message, String hint, List<String> notes) {

  /** Characters of a source line that a message shows at most. */
  private static final int WIDTH = 160;

  public Diagnostic {
    notes = List.copyOf(notes);
  }

  Diagnostic(Place place, String message, String hint) {
    this(place, message, hint, List.of());
  }

  Diagnostic(Place place, String message) {
    this(place, message, "", List.of());
  }

  /** Three lines, without an end of line after the last: place and message, the source line, caret and hint. */
  public String render() {
    String line = place.source().line(place.line());
    int from = 0;
    int to = line.length();
    if (to > WIDTH) {
      from = Math.clamp(place.column() - 1 - WIDTH / 2, 0, to - WIDTH);
      to = from + WIDTH;
    }
    int indent = Math.max(0, place.column() - 1 - from);
    int carets = Math.clamp(place.length(), 1, Math.max(1, to - from - indent));
    return place + ": " + message + "\n" + printable(line.substring(from, to)) + "\n"
        + " ".repeat(indent) + "^".repeat(carets) + advice();
  }

  private String advice() {
    List<String> parts = new ArrayList<>();
    if (!hint.isEmpty()) {
      parts.add(hint);
    }
    parts.addAll(notes);
    return parts.isEmpty() ? "" : " " + String.join("; ", parts);
  }

  /** Source text made fit for a terminal: one column a character, no control characters. */
  private static String printable(String text) {
    return text.codePoints().map(c -> c == '\t' ? ' ' : Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }
}
