package dev.gatun.graph.language;

import java.lang.StackWalker.Option;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes the statements of a body: of a model, a block, a scan, or a branch of a choice. Loops and conditions on what
 * Java knows are plain Java, and a Java method that takes a body and terms is a macro. Each statement notes the line of
 * Java that wrote it, and errors show that line.
 *
 * <p>A term whose name has been given to another value since it was made ({@link IllegalStateException}), and one whose
 * name the body does not see ({@link IllegalArgumentException}), are refused when a statement mentions them.
 */
public sealed class BodyBuilder permits ModelBuilder {

  private static final Set<Class<?>> WRITERS =
      Set.of(BodyBuilder.class, ModelBuilder.class, RecipeBuilder.class, ProgramBuilder.class, Term.class);

  private final BodyBuilder outer;
  private final Map<String, Term.Binding> bound = new HashMap<>();
  private final StringBuilder statements = new StringBuilder();

  /** @param outer the body whose names this one sees, or null */
  BodyBuilder(BodyBuilder outer) {
    this.outer = outer;
  }

  /** {@code name = value}; the name is part of the names of the parameters that the value owns. */
  public Term let(String name, Object value) {
    statement(Term.named(name, value));
    return bind(name);
  }

  /** {@code name: type = value}: the type is checked, and its new sizes are bound. */
  public Term let(String name, Term type, Object value) {
    line("", Term.typed(name, type), " = ", Term.of(value));
    return bind(name);
  }

  /** {@code a, b = value}: several results, or a list, taken apart; {@link #get} reads them. {@code _} drops one. */
  public void let(List<String> names, Object value) {
    statement(Term.block(String.join(", ", names.stream().map(Term::checked).toList()) + " = " + Term.of(value).text(),
        Term.of(value).bindings()));
    names.forEach(this::bind);
  }

  /** What a name is bound to now: an argument of the block, what a scan slices or carries, a size, a binding. */
  public Term get(String name) {
    for (BodyBuilder body = this; body != null; body = body.outer) {
      if (body.bound.containsKey(name)) {
        return Term.of(body.bound.get(name));
      }
    }
    return Term.of(bound.computeIfAbsent(Term.checked(name), n -> new Term.Binding(this, n)));
  }

  /** A parameter, which training changes: {@code param weight: f32[4, 3] = normal(0.02)}. */
  public Term param(String name, Term type, Object initialiser) {
    return declare(Syntax.Kind.PARAM, name, type, initialiser);
  }

  /** What updates change and files keep. */
  public Term state(String name, Term type, Object initialiser) {
    return declare(Syntax.Kind.STATE, name, type, initialiser);
  }

  /** What updates change and each session has for itself. */
  public Term cache(String name, Term type, Object initialiser) {
    return declare(Syntax.Kind.CACHE, name, type, initialiser);
  }

  private Term declare(Syntax.Kind kind, String name, Term type, Object initialiser) {
    line(kind.word() + " ", Term.joined(Term.typed(name, type)), " = ", Term.of(initialiser));
    return bind(name);
  }

  /** The next value of a state or cache; later reads of the term see it. */
  public void update(Term variable, Object next) {
    line("update ", variable, " = ", Term.of(next));
  }

  /** A layer with one set of parameters for all its calls: {@code shared embed = embedding(96, 128)}. */
  public Term shared(String name, String callee, Object... arguments) {
    line("shared " + Term.checked(name), Term.joined(), " = ", Term.call(callee, arguments));
    return Term.name(name);
  }

  /** The result, or results, of a block, scan or branch: its last statement. */
  public void result(Object... values) {
    statement(Term.joined(values));
  }

  /**
   * {@code scan(arguments) feeds { … }}: a value to bind.
   *
   * @param arguments {@code named("axis", 1)}, {@code named("reverse", true)}, {@code named("steps", 20)}
   * @param feeds what is sliced, by {@link Term#in}, and what is carried on, by {@link Term#named}
   */
  public Term scan(List<Term> arguments, List<Term> feeds, Consumer<BodyBuilder> body) {
    var head = Term.joined(arguments.toArray());
    var sources = Term.joined(feeds.toArray());
    var inner = new BodyBuilder(this);
    body.accept(inner);
    return whole("scan" + (arguments.isEmpty() ? " " : "(" + head.text() + ") ") + sources.text() + inner.braced(),
        head, sources);
  }

  /** {@code if condition { … } else { … }} where the branches own parameters or bind names: a value to bind. */
  public Term choose(Object condition, Consumer<BodyBuilder> then, Consumer<BodyBuilder> otherwise) {
    var first = new BodyBuilder(this);
    then.accept(first);
    var second = new BodyBuilder(this);
    otherwise.accept(second);
    return whole("if " + Term.of(condition) + first.braced() + " else" + second.braced(), Term.of(condition));
  }

  private static Term whole(String text, Term... mentioned) {
    var bindings = new LinkedHashSet<Term.Binding>();
    for (var term : mentioned) {
      bindings.addAll(term.bindings());
    }
    return Term.block(text, bindings);
  }

  /** The body in braces. */
  String braced() {
    return " {\n" + statements.toString().indent(2) + "}";
  }

  Term bind(String name) {
    var binding = new Term.Binding(this, name);
    var before = bound.put(name, binding);
    if (before != null) {
      before.rebind(place());
    }
    return Term.of(binding);
  }

  void line(String word, Term left, String between, Term right) {
    statement(whole(word + left.text() + between + right.text(), left, right));
  }

  void statement(Term term) {
    check(term);
    statements.append(noted(term.text())).append('\n');
  }

  /** Refuses names that now mean something else, or nothing. */
  void check(Term term) {
    for (var binding : term.bindings()) {
      if (binding.rebound() != null) {
        throw new IllegalStateException("`" + binding.name() + "` was bound again at " + binding.rebound()
            + ", so this earlier value of it has no name: bind one of the two to another");
      }
      var body = this;
      while (body != null && body != binding.body()) {
        body = body.outer;
      }
      if (body == null) {
        throw new IllegalArgumentException("`" + binding.name() + "` is bound in another body: a block sees its "
            + "arguments alone, and a branch or scan hands out its results");
      }
    }
  }

  /** A statement with the line of Java that wrote it, at the end of its own first line. */
  static String noted(String statement) {
    int end = statement.indexOf('\n') < 0 ? statement.length() : statement.indexOf('\n');
    return statement.substring(0, end) + "  # " + place() + statement.substring(end);
  }

  private static String place() {
    return StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE).walk(frames -> frames
        .filter(frame -> !WRITERS.contains(frame.getDeclaringClass())).findFirst()
        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber()).orElseThrow());
  }
}
