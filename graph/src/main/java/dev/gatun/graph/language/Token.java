package dev.gatun.graph.language;

import java.util.Map;
import java.util.Set;

/**
 * One word or sign of a source.
 *
 * @param text as written; for {@link Kind#STRING} with its quotes, for {@link Kind#COMMENT} from {@code #} on
 * @param offset of its first character in the source
 * @param lines ends of line between the token before and this one
 */
record Token(Kind kind, String text, Source source, int offset, int lines) {

  /** What a token is. Reserved words and signs are told apart by their text. */
  enum Kind { NAME, SIZE, INT, FLOAT, STRING, WORD, SIGN, COMMENT, SEPARATOR, END }

  /** Words that are never names. */
  static final Set<String> RESERVED = Set.of("import", "const", "shared", "block", "model", "train", "param", "state",
      "cache", "update", "output", "for", "in", "if", "else", "scan", "and", "or", "not", "true", "false", "none");

  /** Closing brackets by the ones that open them. */
  static final Map<String, String> BRACKETS = Map.of("(", ")", "[", "]", "{", "}");

  /** Words that only begin a declaration of a file: brackets still open before one of them stay open for ever. */
  static final Set<String> FILE_LEVEL = Set.of("import", "const", "block", "model", "train");

  private static final Set<String> OPERATORS = Set.of("+", "*", "/", "//", "%", "@", "^", "==", "!=", "<", "<=", ">",
      ">=", "|>", "=", ",", ":", ".", "and", "or", "in");

  /** The same token after so many ends of line. */
  Token after(int ends) {
    return new Token(kind, text, source, offset, ends);
  }

  boolean is(String word) {
    return (kind == Kind.SIGN || kind == Kind.WORD) && text.equals(word);
  }

  /** Whether a line cannot end after this token: something must follow on its right. */
  boolean continues() {
    return kind == Kind.SIGN && (BRACKETS.containsKey(text) || OPERATORS.contains(text) || text.equals("-"))
        || kind == Kind.WORD && (OPERATORS.contains(text) || text.equals("not") || text.equals("if")
            || text.equals("else") || text.equals("for") || text.equals("scan"));
  }

  /** Whether a statement can never begin with this token, so that it goes on with the line before. */
  boolean follows() {
    return kind == Kind.SIGN && (OPERATORS.contains(text) || text.equals("{") || BRACKETS.containsValue(text))
        || kind == Kind.WORD && (OPERATORS.contains(text) || text.equals("else"));
  }

  int end() {
    return offset + text.length();
  }

  Place place() {
    return source.place(offset, end());
  }

  /** How messages name this token. */
  String shown() {
    return switch (kind) {
      case SEPARATOR -> text.equals(";") ? "`;`" : "the end of the line";
      case END -> "the end of the file";
      case STRING -> "the string " + text;
      case NAME, SIZE, INT, FLOAT, WORD, SIGN, COMMENT -> "`" + text + "`";
    };
  }
}
