package dev.gatun.graph.language;

import dev.gatun.graph.language.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The canonical layout of a file. It decides indentation, spaces, the lines of braces, blank lines (one at most) and
 * needless semicolons. It keeps every comment, and the ends of line that the author put inside a statement or left out
 * between two. So the tokens, and with them the tree, stay the same, and laying out twice changes nothing more.
 */
public final class Formatter {

  private static final int INDENT = 2;
  private static final int CONTINUATION = 4;

  /** Words of a recipe that are names elsewhere. */
  private static final Set<String> RECIPE_WORDS = Set.of("minimize", "metric", "augment", "step");

  private final StringBuilder out = new StringBuilder();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final List<Token> tokens;
  private final int[] breaks;
  private int lineIndent;
  private int statementIndent;
  private boolean recipe;
  /** Whether the last token ended a value. */
  private boolean operand;
  /** Whether the last token was a minus with nothing on its left. */
  private boolean negation;

  /**
   * An open bracket.
   *
   * @param indent of the line in which it stands
   * @param statement indentation of the statement around it
   */
  private record Frame(String bracket, int indent, int statement) {

    boolean isBody() {
      return bracket.equals("{");
    }
  }

  private Formatter(List<Token> tokens) {
    this.tokens = tokens;
    this.breaks = new Breaks(tokens).find();
  }

  /**
   * The same program in canonical layout.
   *
   * @throws LanguageException if the source does not parse
   */
  public static String format(Source source) {
    Parser.parse(source);
    List<Token> raw = Lexer.raw(source, new ArrayList<>());
    List<Token> kept = new ArrayList<>();
    int ends = 0;
    for (int i = 0; i < raw.size(); i++) {
      // Ends of line before a dropped semicolon separate what stands on its sides.
      ends = Math.max(ends, raw.get(i).lines());
      if (!needless(kept, raw, i)) {
        kept.add(raw.get(i).after(ends));
        ends = 0;
      }
    }
    return new Formatter(kept).layout();
  }

  /** A semicolon that separates nothing: at the end or beginning of a line or body, or after another. */
  private static boolean needless(List<Token> before, List<Token> raw, int i) {
    if (raw.get(i).kind() != Kind.SEPARATOR) {
      return false;
    }
    Token next = raw.get(i + 1);
    return before.isEmpty() || next.lines() > 0 || next.is("}") || next.kind() == Kind.COMMENT
        || next.kind() == Kind.SEPARATOR || before.getLast().is("{") || raw.get(i).lines() > 0;
  }

  private String layout() {
    Token before = null;
    Token significant = null;
    for (int i = 0; tokens.get(i).kind() != Kind.END; i++) {
      Token token = tokens.get(i);
      boolean comment = token.kind() == Kind.COMMENT;
      boolean starts = !comment && startsStatement(significant, token, breaks[i] > 0);
      if (breaks[i] > 0) {
        startLine(breaks[i], indent(i, starts));
      } else if (before != null) {
        out.append(comment ? "  " : tight(before, token) ? "" : " ");
      }
      if (starts) {
        statementIndent = lineIndent;
        recipe = frames.isEmpty() ? token.is("train") : recipe;
      }
      out.append(token.text());
      track(token);
      before = token;
      if (!comment) {
        negation = token.is("-") && (starts || !operand);
        operand = isOperand(token) && !(starts && recipe && RECIPE_WORDS.contains(token.text()));
        significant = token;
      }
    }
    return out.isEmpty() ? "" : out.append('\n').toString();
  }

  private boolean startsStatement(Token before, Token token, boolean broken) {
    boolean body = frames.isEmpty() || frames.peek().isBody();
    return body && !token.is("}") && (before == null || before.kind() == Kind.SEPARATOR || before.is("{")
        || broken && Lexer.ends(before, token));
  }

  private void startLine(int ends, int indent) {
    out.append("\n".repeat(ends)).append(" ".repeat(indent));
    lineIndent = indent;
  }

  private int indent(int i, boolean starts) {
    Token token = tokens.get(i);
    Frame frame = frames.peek();
    if (token.kind() == Kind.COMMENT) {
      return commentIndent(i);
    }
    if (frame != null && token.is(Token.BRACKETS.get(frame.bracket()))) {
      return frame.indent();
    }
    return inner(starts);
  }

  private int inner(boolean starts) {
    Frame frame = frames.peek();
    if (frame == null || frame.isBody()) {
      return starts ? frame == null ? 0 : frame.indent() + INDENT : statementIndent + CONTINUATION;
    }
    return frame.indent() + CONTINUATION;
  }

  /** A comment on its own line stands as the statement that follows it would. */
  private int commentIndent(int i) {
    int next = i + 1;
    while (tokens.get(next).kind() == Kind.COMMENT) {
      next++;
    }
    int last = i - 1;
    while (last >= 0 && tokens.get(last).kind() == Kind.COMMENT) {
      last--;
    }
    Token after = tokens.get(next);
    boolean starts = after.is("}") || after.kind() == Kind.END
        || startsStatement(last < 0 ? null : tokens.get(last), after, true);
    return inner(starts);
  }

  private void track(Token token) {
    if (token.kind() != Kind.SIGN) {
      return;
    }
    if (Token.BRACKETS.containsKey(token.text())) {
      frames.push(new Frame(token.text(), lineIndent, statementIndent));
    } else if (Token.BRACKETS.containsValue(token.text())) {
      statementIndent = frames.pop().statement();
    }
  }

  /** Whether two tokens of one line stand without a space between them. */
  private boolean tight(Token before, Token token) {
    return negation || before.is("(") || before.is("[") || before.is(".") || before.is("{") && token.is("}")
        || before.is(":") && inSquare()
        || token.is(")") || token.is("]") || token.is(",") || token.is(".")
        || token.is(":") && !before.is(",") || token.kind() == Kind.SEPARATOR
        || (token.is("(") || token.is("[") || token.is("...")) && operand
        || token.is("(") && before.is("scan");
  }

  /** Whether a value ends with this token, so that a minus after it subtracts and a bracket calls or indexes. */
  private static boolean isOperand(Token token) {
    return switch (token.kind()) {
      case NAME, SIZE, INT, FLOAT, STRING -> true;
      case WORD -> token.text().equals("true") || token.text().equals("false") || token.text().equals("none");
      case SIGN -> Token.BRACKETS.containsValue(token.text()) || token.text().equals("...");
      case COMMENT, SEPARATOR, END -> false;
    };
  }

  private boolean inSquare() {
    return !frames.isEmpty() && frames.peek().bracket().equals("[");
  }
}
