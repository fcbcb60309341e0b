package dev.gatun.tools.command;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a value as JSON (RFC 8259) on one line. Numbers that JSON does not have become null. */
final class Json {
  private Json() {}

  /** @param value null, a string, number, boolean, or a map or collection of such */
  static String text(Object value) {
    return switch (value) {
      case null -> "null";
      case String s -> quoted(s);
      case Double d when !Double.isFinite(d) -> "null";
      case Float f when !Float.isFinite(f) -> "null";
      case Number n -> n.toString();
      case Boolean b -> b.toString();
      case Map<?, ?> map -> map.entrySet().stream()
          .map(entry -> quoted(entry.getKey().toString()) + ": " + text(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
      case Collection<?> items -> items.stream().map(Json::text).collect(Collectors.joining(", ", "[", "]"));
      default -> throw new IllegalArgumentException("JSON has no " + value.getClass());
    };
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || Character.isSurrogate(c) && !isPaired(text, i)) {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isPaired(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}
