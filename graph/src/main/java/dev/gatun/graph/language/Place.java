package dev.gatun.graph.language;

/**
 * Where something stands in a source.
 *
 * @param line counted from 1
 * @param column counted from 1, in characters
 * @param length characters, at least 1, all on this line
 */
public record Place(Source source, int line, int column, int length) {

  /** The place from the start of this one to the end of {@code last}, cut at the end of the line. */
  Place to(Place last) {
    int end = last.line == line ? last.column + last.length : source.line(line).length() + 1;
    return new Place(source, line, column, Math.max(length, end - column));
  }

  /** Its first character alone. */
  Place start() {
    return new Place(source, line, column, 1);
  }

  /** Line and column without the path, as messages about the same file name a second place. */
  String local() {
    return line + ":" + column;
  }

  /** This place as seen from a message about another one: with its path only if the files differ. */
  String seenFrom(Place other) {
    return source == other.source ? local() : toString();
  }

  @Override
  public String toString() {
    return source.path() + ":" + line + ":" + column;
  }
}
