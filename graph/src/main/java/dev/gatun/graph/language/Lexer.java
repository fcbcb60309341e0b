package dev.gatun.graph.language;

import dev.gatun.graph.language.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Cuts a source into tokens. What is no token is reported and skipped, so that later faults are seen too. */
final class Lexer {

  /** Characters that a file may have: far more than a person writes, few enough to read at once. */
  static final int LARGEST_FILE = 1 << 20;

  /** Brackets that may be open at once; the parser's own limit on nesting is lower and says more. */
  private static final int MOST_OPEN = 2_000;

  private static final List<String> SIGNS = List.of("...", "|>", "//", "==", "!=", "<=", ">=", "(", ")", "[", "]", "{",
      "}", ",", ":", ".", "=", "+", "-", "*", "/", "%", "@", "^", "<", ">", ";");

  private final Source source;
  private final String text;
  private final List<Diagnostic> faults;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int lines;

  private Lexer(Source source, List<Diagnostic> faults) {
    this.source = source;
    this.text = source.text();
    this.faults = faults;
  }

  /** Every token with the comments, and none for ends of line: what the formatter lays out. */
  static List<Token> raw(Source source, List<Diagnostic> faults) {
    if (source.text().length() > LARGEST_FILE) {
      throw new LanguageException(new Diagnostic(source.place(0, 1),
          "a file has at most 1 048 576 characters, found " + source.text().length()));
    }
    var lexer = new Lexer(source, faults);
    lexer.scan();
    return lexer.tokens;
  }

  /** What the parser reads: no comments, and a separator wherever a statement ends. The last token is the END. */
  static List<Token> statements(List<Token> raw) {
    List<Token> result = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>();
    int lines = 0;
    Token before = null;
    for (Token token : raw) {
      lines += token.lines();
      if (token.kind() == Kind.COMMENT) {
        continue;
      }
      if (token.kind() == Kind.WORD && Token.FILE_LEVEL.contains(token.text())) {
        open.clear();
      }
      boolean counts = open.isEmpty() || open.peek().equals("{");
      if (lines > 0 && counts && ends(before, token)) {
        result.add(new Token(Kind.SEPARATOR, "", token.source(), before.end(), 0));
      }
      follow(open, token);
      result.add(token);
      before = token;
      lines = 0;
    }
    return result;
  }

  /** Whether an end of line between two tokens, outside round and square brackets, ends a statement. */
  static boolean ends(Token before, Token after) {
    return before != null && !before.continues() && !after.follows();
  }

  /** Keeps the stack of open brackets; a closing one also closes what was left open inside it. */
  private static void follow(Deque<String> open, Token token) {
    if (token.kind() != Kind.SIGN) {
      return;
    }
    if (Token.BRACKETS.containsKey(token.text())) {
      if (open.size() == MOST_OPEN) {
        throw new LanguageException(new Diagnostic(token.place(), "more than " + MOST_OPEN + " brackets are open here"));
      }
      open.push(token.text());
    } else if (open.stream().anyMatch(o -> Token.BRACKETS.get(o).equals(token.text()))) {
      while (!Token.BRACKETS.get(open.pop()).equals(token.text())) {
        continue;
      }
    }
  }

  private void scan() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        lines++;
        at++;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        at++;
      } else if (c == '#') {
        int end = text.indexOf('\n', at);
        add(Kind.COMMENT, text.substring(at, end < 0 ? text.length() : end).stripTrailing());
      } else if (c == '"') {
        string();
      } else if (digit(c)) {
        number();
      } else if (letter(c)) {
        word();
      } else {
        sign();
      }
    }
    tokens.add(new Token(Kind.END, "", source, text.length(), Math.max(1, lines)));
  }

  private void add(Kind kind, String found) {
    tokens.add(new Token(kind, found, source, at, lines));
    at += found.length();
    lines = 0;
  }

  private void word() {
    int end = at;
    while (end < text.length() && (letter(text.charAt(end)) || digit(text.charAt(end)))) {
      end++;
    }
    String found = text.substring(at, end);
    char first = found.charAt(0);
    boolean size = first >= 'A' && first <= 'Z';
    add(Token.RESERVED.contains(found) ? Kind.WORD : size ? Kind.SIZE : Kind.NAME, found);
  }

  private void number() {
    int end = digits(at);
    Kind kind = Kind.INT;
    if (end + 1 < text.length() && text.charAt(end) == '.' && digit(text.charAt(end + 1))) {
      end = digits(end + 1);
      kind = Kind.FLOAT;
    }
    if (end < text.length() && text.charAt(end) == 'e') {
      int sign = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0 ? 1 : 0;
      if (end + 1 + sign < text.length() && digit(text.charAt(end + 1 + sign))) {
        end = digits(end + 1 + sign);
        kind = Kind.FLOAT;
      }
    }
    add(kind, text.substring(at, end));
  }

  private int digits(int from) {
    int end = from;
    while (end < text.length() && (digit(text.charAt(end)) || text.charAt(end) == '_')) {
      end++;
    }
    return end;
  }

  private void string() {
    int end = at + 1;
    while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
      end += text.charAt(end) == '\\' && end + 1 < text.length() && text.charAt(end + 1) != '\n' ? 2 : 1;
    }
    if (end >= text.length() || text.charAt(end) == '\n') {
      int stop = Math.min(end, text.length());
      fault(at, stop, "a string ends on its line", "the closing `\"` is missing; to have one inside write \\\"");
      add(Kind.STRING, text.substring(at, stop).stripTrailing());
      at = stop;
    } else {
      add(Kind.STRING, text.substring(at, end + 1));
    }
  }

  private void sign() {
    for (String sign : SIGNS) {
      if (text.startsWith(sign, at)) {
        if (sign.equals(";")) {
          add(Kind.SEPARATOR, sign);
        } else {
          add(Kind.SIGN, sign);
        }
        return;
      }
    }
    int length = Character.charCount(text.codePointAt(at));
    fault(at, at + length, unknown(text.codePointAt(at)), "outside comments and strings the language is ASCII");
    at += length;
  }

  private void fault(int start, int end, String message, String hint) {
    if (faults.size() < Parser.MOST_FAULTS) {
      faults.add(new Diagnostic(source.place(start, end), message, hint));
    }
  }

  private static String unknown(int point) {
    return Character.isISOControl(point) || Character.isWhitespace(point)
        ? "a control character U+%04X is no part of the language".formatted(point)
        : "`" + Character.toString(point) + "` is no part of the language";
  }

  private static boolean letter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }
}
