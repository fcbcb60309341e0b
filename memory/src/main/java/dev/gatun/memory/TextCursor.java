package dev.gatun.memory;

/** A position in a header's text, and errors that name it. */
final class TextCursor {
  private static final int CHARACTERS_QUOTED = 24;

  private final String text;
  private int position;

  TextCursor(String text) {
    this.text = text;
  }

  /** The character here, or 0 at the end: no format allows a 0. */
  char peek() {
    return position < text.length() ? text.charAt(position) : 0;
  }

  char next() {
    char here = peek();
    position++;
    return here;
  }

  boolean atEnd() {
    return position >= text.length();
  }

  /** Skips blanks, tabs and line ends. */
  void skipSpace() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
      position++;
    }
  }

  /** Whether this comes next, spaces skipped; steps over it if so. */
  boolean accept(String wanted) {
    skipSpace();
    if (!text.startsWith(wanted, position)) {
      return false;
    }
    position += wanted.length();
    return true;
  }

  void require(String wanted) throws FormatException {
    if (!accept(wanted)) {
      throw error("`" + wanted + "`");
    }
  }

  void requireEnd() throws FormatException {
    skipSpace();
    if (!atEnd()) {
      throw error("the end of the header");
    }
  }

  /** Steps over a run of decimal digits and returns it; empty if there is none. */
  String digits() {
    int start = position;
    while (peek() >= '0' && peek() <= '9') {
      position++;
    }
    return text.substring(start, position);
  }

  /** A whole number without sign or leading zeros that fits a {@code long}. */
  long natural() throws FormatException {
    skipSpace();
    int start = position;
    var digits = digits();
    boolean canonical = digits.equals("0") || !digits.isEmpty() && digits.charAt(0) != '0';
    try {
      if (canonical) {
        return Long.parseLong(digits);
      }
    } catch (NumberFormatException e) {
      // Too large: reported below, with the place.
    }
    position = start;
    throw error("a whole number from 0 to 2^63 - 1");
  }

  /** An error at this place. */
  FormatException error(String expected) {
    int from = Math.min(position, text.length());
    var rest = text.substring(from, Math.min(from + CHARACTERS_QUOTED, text.length()));
    return new FormatException(expected + " at character " + from + " of the header",
        rest.isEmpty() ? "the end of the header" : "`" + rest + "`");
  }
}
