package dev.gatun.graph.language;

import dev.gatun.graph.language.Token.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Decides for each token whether a line ends before it. */
final class Breaks {

  private final List<Token> tokens;
  /** By index of a brace: whether its body takes more than one line, and so has its braces at the ends of lines. */
  private final boolean[] tall;

  Breaks(List<Token> tokens) {
    this.tokens = tokens;
    this.tall = new boolean[tokens.size()];
  }

  /** Ends of line before each token: 0, 1, or 2 for a blank line. */
  int[] find() {
    measure();
    int[] breaks = new int[tokens.size()];
    for (int i = 1; i < breaks.length; i++) {
      breaks[i] = before(i);
    }
    return breaks;
  }

  private void measure() {
    Deque<Integer> open = new ArrayDeque<>();
    int[] ends = new int[tokens.size()];
    for (int i = 0; i < tokens.size(); i++) {
      ends[i] = (i > 0 ? ends[i - 1] : 0) + tokens.get(i).lines();
      if (tokens.get(i).is("{")) {
        open.push(i);
      } else if (tokens.get(i).is("}")) {
        int start = open.pop();
        tall[start] = ends[i] > ends[start] && i > start + 1;
        tall[i] = tall[start];
      }
    }
  }

  private int before(int i) {
    Token token = tokens.get(i);
    Token last = tokens.get(i - 1);
    int written = Math.min(token.lines(), 2);
    if (last.kind() == Kind.COMMENT) {
      return token.is("}") ? 1 : Math.max(1, written);
    }
    if (last.is("{") && token.kind() == Kind.COMMENT && token.lines() == 0) {
      return 0;
    }
    if (last.is("{")) {
      return tall[i - 1] ? 1 : 0;
    }
    if (token.is("}")) {
      return tall[i] ? 1 : 0;
    }
    if (token.is("{") || token.is("else") && last.is("}") && tall[i - 1]) {
      return 0;
    }
    boolean ends = last.kind() == Kind.SEPARATOR || token.kind() == Kind.COMMENT || Lexer.ends(last, token);
    return ends ? written : Math.min(written, 1);
  }
}
