package dev.gatun.graph.language;

import dev.gatun.graph.language.Syntax.Name;
import dev.gatun.graph.language.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** The parser's view of the tokens: a cursor, the open brackets, and the one way to say that more was expected. */
final class Tokens {

  /** Levels of brackets and bodies inside each other; keeps the parser's recursion far from the end of any stack. */
  private static final int DEEPEST = 200;

  private final List<Token> tokens;
  private final List<Diagnostic> faults;
  private final List<Token> open = new ArrayList<>();
  private int at;

  Tokens(List<Token> tokens, List<Diagnostic> faults) {
    this.tokens = tokens;
    this.faults = faults;
  }

  /** Leaves the statement at hand; its fault is already on the list. */
  static final class Failed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private Failed() {
      super(null, null, false, false);
    }
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  boolean at(String word) {
    return peek().is(word);
  }

  boolean take(String word) {
    boolean found = at(word);
    if (found) {
      at++;
    }
    return found;
  }

  boolean atSeparator() {
    return peek().kind() == Kind.SEPARATOR;
  }

  /** Whether nothing more can come in a body: the file ends, or a declaration of the file begins. */
  boolean atFileLevel() {
    Token token = peek();
    return token.kind() == Kind.END || token.kind() == Kind.WORD && Token.FILE_LEVEL.contains(token.text());
  }

  void skipSeparators() {
    while (atSeparator()) {
      at++;
    }
  }

  /** From the first character of {@code first} to the last one read. */
  Place since(Token first) {
    int end = at > 0 ? tokens.get(at - 1).end() : first.end();
    return first.source().place(first.offset(), Math.max(end, first.end()));
  }

  /** @param where what stands before, for the message: "after the name of a block" */
  void expect(String sign, String where) {
    if (!take(sign)) {
      throw expected("`" + sign + "` " + where);
    }
  }

  /** A name that is declared or bound. */
  Name name(String what) {
    Token token = peek();
    if (token.kind() == Kind.NAME) {
      at++;
      return new Name(token.place(), token.text());
    }
    String hint = token.kind() == Kind.SIZE ? "names begin with a small letter"
        : token.kind() == Kind.WORD ? "`" + token.text() + "` is a reserved word" : "";
    throw fail(token.place(), "expected " + what + ", found " + token.shown(), hint);
  }

  void open(String bracket, String where) {
    Token token = peek();
    expect(bracket, where);
    open.add(token);
    if (open.size() > DEEPEST) {
      throw fail(token.place(), "brackets are nested more than " + DEEPEST + " deep", "give a part of it a name");
    }
  }

  void close(String expected, String after) {
    Token opener = open.getLast();
    if (!take(Token.BRACKETS.get(opener.text()))) {
      throw expected(expected + " " + after);
    }
    open.removeLast();
  }

  /** The items from an open bracket to its closing one, with a comma between; one more comma may come last. */
  <T> List<T> items(String bracket, String before, String after, Supplier<T> item) {
    open(bracket, before);
    return rest(new ArrayList<>(), after, item);
  }

  /** As {@link #items}, with the bracket open and the first items read. */
  <T> List<T> rest(List<T> found, String after, Supplier<T> item) {
    String closing = Token.BRACKETS.get(open.getLast().text());
    boolean more = found.isEmpty() || take(",");
    while (more && !at(closing)) {
      found.add(item.get());
      more = take(",");
    }
    close("`,` or `" + closing + "`", after);
    return List.copyOf(found);
  }

  /** "expected …, found …", pointing at the next token, and at the bracket that waits for its other half. */
  Failed expected(String what) {
    Token token = peek();
    Token opener = open.isEmpty() ? null : open.getLast();
    String hint = opener == null ? ""
        : "the `" + opener.text() + "` of " + opener.place().local() + " is still open";
    return fail(token.place(), "expected " + what + ", found " + token.shown(), hint);
  }

  /** Reports a fault; the caller throws the result. Further faults at the same place say nothing new. */
  Failed fail(Place place, String message, String hint) {
    boolean known = faults.stream().anyMatch(f -> f.place().source() == place.source()
        && f.place().line() == place.line() && f.place().column() == place.column());
    if (!known && faults.size() < Parser.MOST_FAULTS) {
      faults.add(new Diagnostic(place, message, hint));
    }
    return new Failed();
  }

  /**
   * Reads {@code part}; if it fails, goes on behind the statement in which it failed, that is at the separator or the
   * closing brace after it.
   *
   * @return what was read, or null
   */
  <T> T recover(Supplier<T> part) {
    int before = open.size();
    try {
      return part.get();
    } catch (Failed failed) {
      open.subList(before, open.size()).clear();
      skip();
      return null;
    }
  }

  private void skip() {
    int depth = 0;
    while (!atFileLevel() && !(depth == 0 && (atSeparator() || at("}")))) {
      depth += at("{") ? 1 : at("}") ? -1 : 0;
      at++;
    }
  }

  boolean atAny(Set<String> words) {
    Token token = peek();
    return (token.kind() == Kind.SIGN || token.kind() == Kind.WORD) && words.contains(token.text());
  }
}
