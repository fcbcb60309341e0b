package dev.gatun.graph.language;

import java.util.stream.Collectors;

/** Source text of trees, as messages quote it. */
final class Sources {

  private static final int LONGEST = 60;

  private Sources() {}

  /** The text of a node, as far as it stands on one line; cut with an ellipsis where it is long. */
  static String text(Syntax node) {
    Place place = node.place();
    String line = place.source().line(place.line());
    int end = Math.min(line.length(), place.column() - 1 + place.length());
    String text = line.substring(Math.min(place.column() - 1, end), end);
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /** A type in canonical layout, on however many lines it is written: {@code f32[N, 4]}. */
  static String type(Syntax.Type type) {
    String dims = type.dims().stream().map(Sources::text).collect(Collectors.joining(", ", "[", "]"));
    return type.dtype() == null ? dims : type.dtype() + dims;
  }

  /** A node without the brackets around it. */
  static Syntax.Expression bare(Syntax.Expression expression) {
    Syntax.Expression inner = expression;
    while (inner instanceof Syntax.Group group) {
      inner = group.inner();
    }
    return inner;
  }
}
