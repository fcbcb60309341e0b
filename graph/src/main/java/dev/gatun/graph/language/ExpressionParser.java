package dev.gatun.graph.language;

import dev.gatun.graph.language.Syntax.Argument;
import dev.gatun.graph.language.Syntax.Body;
import dev.gatun.graph.language.Syntax.Expression;
import dev.gatun.graph.language.Syntax.Feed;
import dev.gatun.graph.language.Syntax.Index;
import dev.gatun.graph.language.Syntax.Name;
import dev.gatun.graph.language.Syntax.Operator;
import dev.gatun.graph.language.Syntax.Otherwise;
import dev.gatun.graph.language.Syntax.Stage;
import dev.gatun.graph.language.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Recursive descent over the rules from {@code expr} down. */
final class ExpressionParser {

  /** The operators with two sides, from those that bind loosest; the third level does not chain. */
  private static final List<Map<String, Operator>> LEVELS = List.of(
      Map.of("or", Operator.OR),
      Map.of("and", Operator.AND),
      Map.of("==", Operator.EQUAL, "!=", Operator.DIFFERENT, "<", Operator.LESS, "<=", Operator.AT_MOST,
          ">", Operator.GREATER, ">=", Operator.AT_LEAST),
      Map.of("+", Operator.ADD, "-", Operator.SUBTRACT),
      Map.of("*", Operator.MULTIPLY, "/", Operator.DIVIDE, "//", Operator.FLOOR_DIVIDE, "%", Operator.REMAINDER,
          "@", Operator.MATMUL));

  private static final int COMPARE = 2;

  /** Signs and words that may follow each other without a bracket, and still make the parser call itself. */
  private static final int DEEPEST = 200;

  private final Tokens tokens;
  private final Supplier<Body> body;
  private int depth;

  /** @param body reads a body in braces */
  ExpressionParser(Tokens tokens, Supplier<Body> body) {
    this.tokens = tokens;
    this.body = body;
  }

  Expression expression() {
    return deeper(() -> {
      Token first = tokens.peek();
      if (tokens.at("if")) {
        return choice();
      }
      if (tokens.take("scan")) {
        return scan(first);
      }
      Expression value = binary(0);
      while (tokens.take("|>")) {
        Stage stage = stage();
        value = new Syntax.Pipe(tokens.since(first), value, stage);
      }
      return value;
    });
  }

  private <T> T deeper(Supplier<T> part) {
    if (depth >= DEEPEST) {
      throw tokens.fail(tokens.peek().place(), "an expression is nested more than " + DEEPEST + " deep",
          "give a part of it a name");
    }
    int before = depth++;
    try {
      return part.get();
    } finally {
      depth = before;
    }
  }

  private Syntax.If choice() {
    Token first = tokens.next();
    Expression condition = expression();
    Body then = body.get();
    Otherwise otherwise = null;
    if (tokens.take("else")) {
      otherwise = tokens.at("if") ? deeper(this::choice) : body.get();
    }
    return new Syntax.If(tokens.since(first), condition, then, otherwise);
  }

  private Syntax.Scan scan(Token first) {
    List<Argument> arguments = tokens.at("(") ? arguments() : List.of();
    List<Feed> feeds = new ArrayList<>();
    do {
      feeds.add(feed());
    } while (tokens.take(","));
    Body steps = body.get();
    return new Syntax.Scan(first.place(), arguments, List.copyOf(feeds), steps);
  }

  private Feed feed() {
    Token first = tokens.peek();
    Name name = tokens.name("the name of what a scan slices or carries");
    boolean carried = tokens.take("=");
    if (!carried && !tokens.take("in")) {
      throw tokens.expected("`in` or `=` after the name `" + name + "` in a scan");
    }
    Expression value = expression();
    return new Feed(tokens.since(first), name, carried, value);
  }

  Stage stage() {
    Token first = tokens.peek();
    Name callee = tokens.name("the name of a block, op or shared layer");
    List<Argument> arguments = tokens.at("(") ? arguments() : List.of();
    return new Stage(tokens.since(first), callee, arguments);
  }

  private List<Argument> arguments() {
    boolean[] named = {false};
    return tokens.items("(", "", "after an argument", () -> {
      Token first = tokens.peek();
      Name name = null;
      if (first.kind() == Kind.NAME && tokens.peek(1).is("=")) {
        name = tokens.name("the name of an argument");
        tokens.next();
        named[0] = true;
      } else if (named[0]) {
        throw tokens.fail(first.place(), "an argument without a name stands after one with a name",
            "arguments by place come first");
      }
      Expression value = expression();
      return new Argument(tokens.since(first), name, value);
    });
  }

  private Expression binary(int level) {
    Token first = tokens.peek();
    if (level == COMPARE && tokens.take("not")) {
      Expression operand = deeper(() -> binary(COMPARE));
      return new Syntax.Unary(tokens.since(first), Operator.NOT, operand);
    }
    Map<String, Operator> signs = LEVELS.get(level);
    Expression left = operand(level);
    for (int links = 0; tokens.atAny(signs.keySet()); links++) {
      Token sign = tokens.next();
      if (level == COMPARE && links > 0) {
        throw tokens.fail(sign.place(), "comparisons do not chain", "write a < b and b < c");
      }
      Expression right = operand(level);
      left = new Syntax.Binary(tokens.since(first), sign.place(), signs.get(sign.text()), left, right);
    }
    return left;
  }

  private Expression operand(int level) {
    return level + 1 < LEVELS.size() ? binary(level + 1) : negation();
  }

  private Expression negation() {
    Token first = tokens.peek();
    if (tokens.take("-")) {
      Expression operand = deeper(this::negation);
      return new Syntax.Unary(tokens.since(first), Operator.NEGATE, operand);
    }
    Expression base = postfix();
    Token sign = tokens.peek();
    if (tokens.take("^")) {
      Expression exponent = deeper(this::negation);
      return new Syntax.Binary(tokens.since(first), sign.place(), Operator.POWER, base, exponent);
    }
    return base;
  }

  private Expression postfix() {
    Token first = tokens.peek();
    Expression value = primary();
    while (true) {
      if (tokens.at("(")) {
        List<Argument> arguments = arguments();
        value = new Syntax.Call(tokens.since(first), value, arguments);
      } else if (tokens.at("[")) {
        List<Index> indices = tokens.items("[", "", "after an index", this::index);
        if (indices.isEmpty()) {
          throw tokens.fail(tokens.since(first), "an index names at least one axis", "x[0], x[:, 1:], x[..., none]");
        }
        value = new Syntax.Indexed(tokens.since(first), value, indices);
      } else if (tokens.take(".")) {
        Name name = tokens.name("the name of a parameter after `.`");
        value = new Syntax.Member(tokens.since(first), value, name);
      } else {
        return value;
      }
    }
  }

  private Index index() {
    Token first = tokens.peek();
    if (tokens.take("...")) {
      return new Syntax.Ellipsis(first.place());
    }
    Expression start = tokens.at(":") ? null : expression();
    if (!tokens.take(":")) {
      return new Syntax.At(tokens.since(first), start);
    }
    Expression stop = bound();
    Expression step = tokens.take(":") ? bound() : null;
    return new Syntax.Slice(tokens.since(first), start, stop, step);
  }

  private Expression bound() {
    return tokens.at(":") || tokens.at(",") || tokens.at("]") ? null : expression();
  }

  private Expression primary() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case INT -> integer();
      case FLOAT -> decimal();
      case STRING -> string();
      case NAME, SIZE -> new Syntax.Variable(tokens.next().place(), token.text());
      case WORD -> switch (token.text()) {
        case "true", "false" -> new Syntax.BoolLiteral(tokens.next().place(), token.text().equals("true"));
        case "none" -> new Syntax.NoneLiteral(tokens.next().place());
        case "if", "scan" -> throw tokens.fail(token.place(),
            "`" + token.text() + "` cannot stand beside an operator", "put it in brackets: (" + token.text() + " …)");
        default -> throw tokens.expected("a value");
      };
      case SIGN -> switch (token.text()) {
        case "(" -> group();
        case "[" -> list();
        default -> throw tokens.expected("a value");
      };
      case COMMENT, SEPARATOR, END -> throw tokens.expected("a value");
    };
  }

  private Expression group() {
    Token first = tokens.peek();
    tokens.open("(", "");
    Expression inner = expression();
    tokens.close("`)`", "after a value");
    return new Syntax.Group(tokens.since(first), inner);
  }

  private Expression list() {
    Token first = tokens.peek();
    tokens.open("[", "");
    List<Expression> values = new ArrayList<>();
    if (!tokens.at("]")) {
      values.add(expression());
      if (tokens.take("for")) {
        return comprehension(first, values.getFirst());
      }
    }
    List<Expression> all = tokens.rest(values, "after an element", this::expression);
    return new Syntax.ListOf(tokens.since(first), all);
  }

  private Expression comprehension(Token first, Expression value) {
    List<Name> names = names();
    tokens.expect("in", "after the names of a `for`");
    Expression list = expression();
    Expression condition = tokens.take("if") ? expression() : null;
    tokens.close("`]`", "after a `for` in a list");
    return new Syntax.Comprehension(tokens.since(first), value, names, list, condition);
  }

  /** {@code a, b, _}. */
  List<Name> names() {
    List<Name> names = new ArrayList<>();
    do {
      names.add(tokens.name("a name for what a `for` goes through"));
    } while (tokens.take(","));
    return List.copyOf(names);
  }

  private Expression integer() {
    Token token = tokens.next();
    try {
      return new Syntax.IntLiteral(token.place(), Long.parseLong(token.text().replace("_", "")));
    } catch (NumberFormatException tooLarge) {
      throw tokens.fail(token.place(), "an int goes up to 9223372036854775807", "1e20 is a float");
    }
  }

  private Expression decimal() {
    Token token = tokens.next();
    double value = Double.parseDouble(token.text().replace("_", ""));
    if (Double.isInfinite(value)) {
      throw tokens.fail(token.place(), "a float goes up to 1.7976931348623157e308", "");
    }
    return new Syntax.FloatLiteral(token.place(), value);
  }

  Syntax.Text string() {
    Token token = tokens.peek();
    if (token.kind() != Kind.STRING) {
      throw tokens.expected("a string in double quotes");
    }
    tokens.next();
    StringBuilder value = new StringBuilder();
    int end = token.text().length() - 1;
    for (int i = 1; i < end; i++) {
      char c = token.text().charAt(i);
      if (c == '\\' && ++i < end) {
        c = token.text().charAt(i);
        if (c != '"' && c != '\\') {
          throw tokens.fail(token.place(), "a string knows the escapes \\\" and \\\\, found \\" + c, "");
        }
      }
      value.append(c);
    }
    return new Syntax.Text(token.place(), value.toString());
  }
}
