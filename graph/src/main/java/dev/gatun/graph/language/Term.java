package dev.gatun.graph.language;

import dev.gatun.graph.language.Syntax.Operator;
import dev.gatun.memory.DType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An expression of a program that Java writes by a {@link ProgramBuilder}: immutable, and without a value until the
 * program is elaborated. Wherever a method takes an {@link Object}, it takes a term, an {@code int}, {@code long},
 * {@code float}, {@code double}, {@code boolean}, a string (which stays a string; names are made by {@link #name}), a
 * {@link DType}, a list of these, or {@code null} for {@code none}; anything else is an
 * {@link IllegalArgumentException}.
 */
public final class Term {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** What must stand in round brackets where it is part of something larger. */
  private enum Kind { ATOM, OPERATION, PIPE, BLOCK }

  /** A name given to a value in a body; until it is given to another. */
  static final class Binding {
    private final BodyBuilder body;
    private final String name;
    private String rebound;

    Binding(BodyBuilder body, String name) {
      this.body = body;
      this.name = name;
    }

    BodyBuilder body() {
      return body;
    }

    String name() {
      return name;
    }

    /** Where Java gave the name to another value, or null. */
    String rebound() {
      return rebound;
    }

    void rebind(String place) {
      rebound = place;
    }
  }

  private final String text;
  private final Kind kind;
  private final Set<Binding> bindings;

  private Term(String text, Kind kind, Set<Binding> bindings) {
    this.text = text;
    this.kind = kind;
    this.bindings = bindings;
  }

  /** A name or size by itself: a block, op or shared layer to hand over, {@code training}, a data set. */
  public static Term name(String name) {
    return new Term(checked(name), Kind.ATOM, Set.of());
  }

  static Term of(Binding binding) {
    return new Term(binding.name(), Kind.ATOM, Set.of(binding));
  }

  static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a name is made of letters, digits and _, found `" + name + "`");
    }
    return name;
  }

  /** A call of a layer, block or op by its name. */
  public static Term call(String callee, Object... arguments) {
    return compose(Kind.ATOM, checked(callee) + "(", joined(arguments), ")");
  }

  /** An argument, default or carried value with its name: {@code kernel = 5}. */
  public static Term named(String name, Object value) {
    return compose(Kind.BLOCK, checked(name) + " = ", of(value), "");
  }

  /** What a scan slices, by the name of one slice: {@code xt in x}. */
  public static Term in(String name, Object value) {
    return compose(Kind.BLOCK, checked(name) + " in ", of(value), "");
  }

  /** An argument of a block with its type: {@code x: f32[N, C, S...]}. */
  public static Term typed(String name, Term type) {
    return compose(Kind.BLOCK, checked(name) + ": ", type, "");
  }

  /** A typed argument of a block with its default: {@code scale: f32[] = 1}. */
  public static Term typed(String name, Term type, Object value) {
    return merge(Kind.BLOCK, typed(name, type), " = ", of(value), "");
  }

  /**
   * A type: {@code f32[N, 3, S...]}.
   *
   * @param dtype null where any matches
   * @param sizes numbers, terms, or as strings the names of sizes, {@code _}, {@code ...} and {@code S...}
   */
  public static Term type(DType dtype, Object... sizes) {
    var parts = new ArrayList<Term>();
    for (var size : sizes) {
      parts.add(size instanceof String written ? new Term(dim(written), Kind.ATOM, Set.of()) : of(size));
    }
    return compose(Kind.BLOCK, (dtype == null ? "" : dtype.label()) + "[", joined(parts.toArray()), "]");
  }

  private static String dim(String written) {
    boolean spliced = written.endsWith("...");
    var name = spliced ? written.substring(0, written.length() - 3) : written;
    return spliced && name.isEmpty() ? written : checked(name) + (spliced ? "..." : "");
  }

  /** One of two values: {@code if condition { a } else { b }}, decided when a plan is compiled. */
  public static Term choose(Object condition, Object then, Object otherwise) {
    var head = compose(Kind.BLOCK, "if ", of(condition), " { ");
    return merge(Kind.BLOCK, merge(Kind.BLOCK, head, " ", of(then), ""), " } else { ", of(otherwise), " }");
  }

  /** {@code start:stop} between the brackets of an index; null leaves an end open. */
  public static Term slice(Object start, Object stop) {
    var from = start == null ? new Term("", Kind.ATOM, Set.of()) : of(start);
    var to = stop == null ? new Term("", Kind.ATOM, Set.of()) : of(stop);
    return merge(Kind.BLOCK, from, ":", to, "");
  }

  /** {@code ...} between the brackets of an index: all axes that the others leave. */
  public static Term rest() {
    return new Term("...", Kind.ATOM, Set.of());
  }

  /** {@code this |> callee(arguments)}. */
  public Term pipe(String callee, Object... arguments) {
    var stage = arguments.length == 0 ? name(callee) : call(callee, arguments);
    return merge(Kind.PIPE, kind == Kind.BLOCK ? bracketed() : this, " |> ", stage, "");
  }

  /** {@code this[indices]}: ints, terms, {@link #slice}, {@link #rest}, and null, which makes an axis. */
  public Term at(Object... indices) {
    return merge(Kind.ATOM, operand(), "[", joined(indices), "]");
  }

  /** {@code this.name}: a parameter of a shared layer. */
  public Term member(String name) {
    return merge(Kind.ATOM, operand(), ".", name(name), "");
  }

  public Term plus(Object right) {
    return binary(Operator.ADD, right);
  }

  public Term minus(Object right) {
    return binary(Operator.SUBTRACT, right);
  }

  public Term times(Object right) {
    return binary(Operator.MULTIPLY, right);
  }

  public Term over(Object right) {
    return binary(Operator.DIVIDE, right);
  }

  /** {@code this @ right}, the matrix product. */
  public Term matmul(Object right) {
    return binary(Operator.MATMUL, right);
  }

  /**
   * Any operator with two sides.
   *
   * @throws IllegalArgumentException if the operator has one
   */
  public Term binary(Operator operator, Object right) {
    if (operator == Operator.NOT || operator == Operator.NEGATE) {
      throw new IllegalArgumentException("`" + operator.sign() + "` has one operand");
    }
    return merge(Kind.OPERATION, operand(), " " + operator.sign() + " ", of(right).operand(), "");
  }

  /** {@code -this}. */
  public Term negative() {
    return compose(Kind.OPERATION, "-", operand(), "");
  }

  /** {@code not this}. */
  public Term not() {
    return compose(Kind.OPERATION, "not ", operand(), "");
  }

  private Term operand() {
    return kind == Kind.ATOM ? this : bracketed();
  }

  private Term bracketed() {
    return compose(Kind.ATOM, "(", this, ")");
  }

  /** A term that begins with a scan or a choice whose bodies Java wrote. */
  static Term block(String text, Set<Binding> bindings) {
    return new Term(text, Kind.BLOCK, bindings);
  }

  static Term of(Object value) {
    return switch (value) {
      case null -> new Term("none", Kind.ATOM, Set.of());
      case Term term -> term;
      case Integer number -> number(number.toString());
      case Long number -> number(number.toString());
      case Double number when Double.isFinite(number) -> number(number.toString().replace('E', 'e'));
      case Float number when Float.isFinite(number) -> number(number.toString().replace('E', 'e'));
      case Boolean truth -> name(truth.toString());
      case DType dtype -> name(dtype.label());
      case String string -> new Term(quoted(string), Kind.ATOM, Set.of());
      case List<?> list -> compose(Kind.ATOM, "[", joined(list.toArray()), "]");
      default -> throw new IllegalArgumentException("the model language has no value like " + value + ", a "
          + value.getClass().getName());
    };
  }

  /** A string of the language stands on one line, and knows two escapes. */
  private static String quoted(String string) {
    if (string.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a string of the model language has no control characters");
    }
    return '"' + string.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static Term number(String text) {
    return new Term(text, text.startsWith("-") ? Kind.OPERATION : Kind.ATOM, Set.of());
  }

  /** Values as a list without brackets. */
  static Term joined(Object... values) {
    var terms = new ArrayList<Term>();
    for (var value : values) {
      terms.add(of(value));
    }
    var found = new LinkedHashSet<Binding>();
    terms.forEach(term -> found.addAll(term.bindings));
    return new Term(terms.stream().map(Term::text).collect(Collectors.joining(", ")), Kind.BLOCK, found);
  }

  private static Term compose(Kind kind, String before, Term inner, String after) {
    return new Term(before + inner.text + after, kind, inner.bindings);
  }

  private static Term merge(Kind kind, Term left, String between, Term right, String after) {
    var found = new LinkedHashSet<>(left.bindings);
    found.addAll(right.bindings);
    return new Term(left.text + between + right.text + after, kind, found);
  }

  String text() {
    return text;
  }

  /** The names that it mentions, as they were bound when it was made. */
  Set<Binding> bindings() {
    return bindings;
  }

  /** As it stands in the program's text. */
  @Override
  public String toString() {
    return text;
  }
}
