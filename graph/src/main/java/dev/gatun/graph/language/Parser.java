package dev.gatun.graph.language;

import dev.gatun.graph.language.Syntax.Body;
import dev.gatun.graph.language.Syntax.Dim;
import dev.gatun.graph.language.Syntax.Expression;
import dev.gatun.graph.language.Syntax.Formal;
import dev.gatun.graph.language.Syntax.Item;
import dev.gatun.graph.language.Syntax.Kind;
import dev.gatun.graph.language.Syntax.Name;
import dev.gatun.graph.language.Syntax.Statement;
import dev.gatun.graph.language.Syntax.Target;
import dev.gatun.graph.language.Syntax.Top;
import dev.gatun.graph.language.Syntax.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads a source by recursive descent, two tokens ahead at most. A fault ends its statement, and reading goes on behind
 * it, so that one run shows all independent faults. No text whatever overflows the stack or takes more than linear
 * time.
 */
public final class Parser {

  /** Faults of one file that are shown; more would only push the first ones off the screen. */
  static final int MOST_FAULTS = 20;

  private final Tokens tokens;
  private final ExpressionParser expressions;

  private Parser(Tokens tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens, this::body);
  }

  /**
   * The tree of a file.
   *
   * @throws LanguageException with every independent fault
   */
  public static Syntax.File parse(Source source) {
    List<Diagnostic> faults = new ArrayList<>();
    List<Token> tokens = Lexer.statements(Lexer.raw(source, faults));
    Syntax.File file = new Parser(new Tokens(tokens, faults)).file(source);
    Rules.check(file, faults);
    if (!faults.isEmpty()) {
      throw new LanguageException(faults);
    }
    return file;
  }

  private Syntax.File file(Source source) {
    List<Top> declarations = new ArrayList<>();
    statements(declarations, () -> tokens.peek().kind() == Token.Kind.END, this::top);
    return new Syntax.File(source.place(0, 1), List.copyOf(declarations));
  }

  /** Reads parts with separators between them until {@code end}, going on after each that fails. */
  private <T> void statements(List<T> parts, Supplier<Boolean> end, Supplier<T> part) {
    tokens.skipSeparators();
    while (!end.get()) {
      T found = tokens.recover(() -> {
        T one = part.get();
        if (!tokens.atSeparator() && !end.get()) {
          throw tokens.expected("the end of the statement");
        }
        return one;
      });
      if (found != null) {
        parts.add(found);
      }
      if (!tokens.atSeparator() && tokens.at("}") && !end.get()) {
        tokens.next();
      }
      tokens.skipSeparators();
    }
  }

  private Top top() {
    Token first = tokens.peek();
    if (first.kind() == Token.Kind.WORD) {
      switch (first.text()) {
        case "import":
          return importation();
        case "const":
          return constant();
        case "shared":
          return shared();
        case "block":
          return block();
        case "model":
          return model();
        case "train":
          return train();
        default:
          break;
      }
    }
    throw tokens.fail(first.place(), "expected import, const, shared, block, model or train, found " + first.shown(),
        "statements stand in the body of a block or model");
  }

  private Top importation() {
    Token first = tokens.next();
    List<Name> names = new ArrayList<>();
    do {
      names.add(tokens.name("a name to import"));
    } while (tokens.take(","));
    if (!tokens.peek().text().equals("from")) {
      throw tokens.expected("`,` or `from` after a name to import");
    }
    tokens.next();
    Syntax.Text path = expressions.string();
    return new Syntax.Import(tokens.since(first), List.copyOf(names), path);
  }

  private Top constant() {
    Token first = tokens.next();
    Name name = tokens.name("the name of a constant");
    tokens.expect("=", "after the name of a constant");
    Expression value = expressions.expression();
    return new Syntax.Constant(tokens.since(first), name, value);
  }

  private Syntax.Shared shared() {
    Token first = tokens.next();
    Name name = tokens.name("the name of a shared layer");
    tokens.expect("=", "after the name of a shared layer");
    Syntax.Stage stage = expressions.stage();
    return new Syntax.Shared(tokens.since(first), name, stage);
  }

  private Top block() {
    Token first = tokens.next();
    Name name = tokens.name("the name of a block");
    List<Formal> formals = tokens.items("(", "after the name of a block", "after a block's argument", this::formal);
    Place head = tokens.since(first);
    return new Syntax.Block(head, name, formals, body());
  }

  Formal formal() {
    Token first = tokens.peek();
    Name name = tokens.name("the name of an argument");
    Type type = tokens.take(":") ? type() : null;
    Expression value = tokens.take("=") ? expressions.expression() : null;
    return new Formal(tokens.since(first), name, type, value);
  }

  private Top model() {
    Token first = tokens.next();
    Name name = tokens.name("the name of a model");
    List<Syntax.Input> inputs = tokens.items("(", "after the name of a model", "after a model's input", () -> {
      Token start = tokens.peek();
      Name input = tokens.name("the name of an input");
      tokens.expect(":", "after the name of an input");
      Type type = type();
      return new Syntax.Input(tokens.since(start), input, type);
    });
    Place head = tokens.since(first);
    return new Syntax.Model(head, name, inputs, body());
  }

  private Top train() {
    Token first = tokens.next();
    Name name = tokens.name("the name of a model");
    Place head = tokens.since(first);
    return new Syntax.Train(head, name, braced("after the name of a model", this::item));
  }

  private <T> List<T> braced(String where, Supplier<T> part) {
    tokens.open("{", where);
    List<T> parts = new ArrayList<>();
    statements(parts, () -> tokens.at("}") || tokens.atFileLevel(), part);
    tokens.close("`}`", "at the end of a body");
    return List.copyOf(parts);
  }

  private Item item() {
    Token first = tokens.peek();
    Name name = tokens.name("a setting, minimize, metric, augment or step");
    boolean setting = tokens.at("=") || tokens.peek().kind() == Token.Kind.STRING;
    if (!setting) {
      switch (name.text()) {
        case "minimize":
          return new Syntax.Minimize(first.place(), expressions.expression());
        case "augment":
          return new Syntax.Augment(first.place(), expressions.expression());
        case "metric":
          return metric(first);
        case "step":
          Name step = tokens.name("the name of a step");
          Place head = tokens.since(first);
          return new Syntax.Step(head, step, braced("after the name of a step", this::item));
        default:
          throw tokens.expected("`=` after the setting `" + name + "`");
      }
    }
    Syntax.Text pattern = tokens.at("=") ? null : expressions.string();
    tokens.expect("=", "after the pattern of a setting");
    Expression value = expressions.expression();
    return new Syntax.Setting(tokens.since(first), name, pattern, value);
  }

  private Item metric(Token first) {
    Name name = null;
    if (tokens.peek().kind() == Token.Kind.NAME && tokens.peek(1).is("=")) {
      name = tokens.name("the name of a metric");
      tokens.next();
    }
    Expression value = expressions.expression();
    return new Syntax.Metric(tokens.since(first), name, value);
  }

  private Type type() {
    Token first = tokens.peek();
    Name dtype = first.kind() == Token.Kind.NAME ? tokens.name("a dtype") : null;
    List<Dim> dims = tokens.items("[", dtype == null ? "to begin a type" : "after a dtype", "after a size", this::dim);
    return new Type(tokens.since(first), dtype, dims);
  }

  private Dim dim() {
    Token first = tokens.peek();
    if (tokens.take("...")) {
      return new Syntax.AnyDims(first.place());
    }
    if (first.text().equals("_")) {
      tokens.next();
      return new Syntax.AnyDim(first.place());
    }
    Expression value = expressions.expression();
    boolean spliced = tokens.take("...");
    return new Syntax.SizeDim(tokens.since(first), value, spliced);
  }

  private Body body() {
    Token first = tokens.peek();
    List<Statement> statements = braced("to begin a body", this::statement);
    return new Body(first.place(), statements);
  }

  private Statement statement() {
    Token first = tokens.peek();
    if (first.kind() == Token.Kind.WORD) {
      switch (first.text()) {
        case "param":
          return declare(Kind.PARAM);
        case "state":
          return declare(Kind.STATE);
        case "cache":
          return declare(Kind.CACHE);
        case "shared":
          return shared();
        case "update":
          return update();
        case "output":
          return output();
        case "for":
          return loop();
        default:
          break;
      }
    }
    return bindingOrResult(first);
  }

  private Statement declare(Kind kind) {
    Token first = tokens.next();
    String what = "the name of a " + kind.word();
    Name name = tokens.name(what);
    tokens.expect(":", "after " + what);
    Type type = type();
    tokens.expect("=", "after the type of a " + kind.word());
    Expression value = expressions.expression();
    return new Syntax.Declare(tokens.since(first), kind, name, type, value);
  }

  private Statement update() {
    Token first = tokens.next();
    Name name = tokens.name("the name of a state or cache");
    tokens.expect("=", "after the name of a state or cache");
    Expression value = expressions.expression();
    return new Syntax.Update(tokens.since(first), name, value);
  }

  private Statement output() {
    Token first = tokens.next();
    Name name = tokens.name("the name of an output");
    Expression value = tokens.take("=") ? expressions.expression() : null;
    return new Syntax.Output(tokens.since(first), name, value);
  }

  private Statement loop() {
    Token first = tokens.next();
    List<Name> names = expressions.names();
    tokens.expect("in", "after the names of a `for`");
    Expression list = expressions.expression();
    Place head = tokens.since(first);
    return new Syntax.For(head, names, list, body());
  }

  private Statement bindingOrResult(Token first) {
    List<Expression> values = new ArrayList<>();
    List<Type> types = new ArrayList<>();
    boolean typed = false;
    do {
      values.add(expressions.expression());
      types.add(tokens.take(":") ? type() : null);
      typed |= types.getLast() != null;
    } while (tokens.take(","));
    if (!typed && !tokens.at("=")) {
      return new Syntax.Result(tokens.since(first), List.copyOf(values));
    }
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (!(values.get(i) instanceof Syntax.Variable(Place place, String name)) || !isName(name)) {
        throw tokens.fail(values.get(i).place(), "only a name can be bound", "tensors and lists are not assigned into");
      }
      targets.add(new Target(place, new Name(place, name), types.get(i)));
    }
    tokens.expect("=", "after the names of a binding");
    Expression value = expressions.expression();
    return new Syntax.Bind(tokens.since(first), List.copyOf(targets), value);
  }

  private static boolean isName(String name) {
    return !(name.charAt(0) >= 'A' && name.charAt(0) <= 'Z');
  }
}
