package dev.gatun.memory;

/** The strings of JSON (RFC 8259, section 7), read strictly and written canonically. */
final class JsonText {
  private JsonText() {}

  /** Reads one quoted string. */
  static String read(TextCursor in) throws FormatException {
    in.require("\"");
    var text = new StringBuilder();
    while (in.peek() != '"') {
      if (in.peek() < 0x20) {
        throw in.error("the rest of a string");
      }
      text.append(in.peek() == '\\' ? escaped(in) : in.next());
    }
    for (int i = 0; i < text.length(); i++) {
      boolean pair = Character.isHighSurrogate(text.charAt(i)) && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1));
      if (Character.isSurrogate(text.charAt(i)) && !pair) {
        throw in.error("no half of a surrogate pair in the string that ends");
      }
      i += pair ? 1 : 0;
    }
    in.next();
    return text.toString();
  }

  private static char escaped(TextCursor in) throws FormatException {
    in.next();
    char kind = in.peek();
    char value = switch (kind) {
      case '"', '\\', '/' -> kind;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> 'u';
      default -> throw in.error("one of \"\\/bfnrtu after a backslash");
    };
    in.next();
    return kind == 'u' ? hexadecimal(in) : value;
  }

  private static char hexadecimal(TextCursor in) throws FormatException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char here = in.peek();
      int digit = here < 0x80 ? Character.digit(here, 16) : -1;
      if (digit < 0) {
        throw in.error("a hexadecimal digit");
      }
      value = value << 4 | digit;
      in.next();
    }
    return (char) value;
  }

  /** Appends a quoted string; only what must be escaped is. */
  static void write(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
