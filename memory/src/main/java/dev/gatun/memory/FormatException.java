package dev.gatun.memory;

/**
 * Bytes that break a format, before it is known in which file: {@link TensorFile} adds that. Both texts may quote the
 * file, so they are cut short and freed of control characters.
 */
final class FormatException extends Exception {
  private static final long serialVersionUID = 1;

  private static final int LONGEST_TEXT = 240;

  private final String expected;
  private final String found;

  FormatException(String expected, String found) {
    super("malformed header or data");
    this.expected = printable(expected);
    this.found = printable(found);
  }

  private static String printable(String text) {
    var start = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
    return start.replaceAll("\\p{C}", "?");
  }

  String expected() {
    return expected;
  }

  String found() {
    return found;
  }
}
