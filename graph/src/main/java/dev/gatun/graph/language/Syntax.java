package dev.gatun.graph.language;

import java.util.List;
import java.util.Locale;

/**
 * A parsed file as a tree. The records follow the grammar of {@code docs/language.md} name by name; an absent part is
 * {@code null}, an absent list is empty. Every node knows its place.
 */
public sealed interface Syntax {

  /** All of the node, as far as it stands on its first line. */
  Place place();

  /** A name with its place. The name {@code _} matches without binding. */
  record Name(Place place, String text) implements Syntax {

    boolean ignored() {
      return text.equals("_");
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** A whole file. */
  record File(Place place, List<Top> declarations) implements Syntax {}

  /** What stands at the level of a file. */
  sealed interface Top extends Syntax {}

  /** {@code import a, b from "file.gat"}. */
  record Import(Place place, List<Name> names, Text path) implements Top {}

  /** {@code const width = 64}. */
  record Constant(Place place, Name name, Expression value) implements Top {}

  /** {@code shared encode = encoder(64)}, in a file or in a body. */
  record Shared(Place place, Name name, Stage stage) implements Top, Statement {}

  /** {@code block name(x, size = 1) { … }}. */
  record Block(Place place, Name name, List<Formal> formals, Body body) implements Top {}

  /** {@code model name(x: f32[N, 4]) { … }}. */
  record Model(Place place, Name name, List<Input> inputs, Body body) implements Top {}

  /** {@code train name { … }}. */
  record Train(Place place, Name name, List<Item> items) implements Top {}

  /** One line of a recipe. */
  sealed interface Item extends Syntax {}

  /** {@code batch = 64}, or {@code freeze "head.*" = true} with a pattern of parameter names. */
  record Setting(Place place, Name name, Text pattern, Expression value) implements Item {}

  /** {@code minimize loss}. */
  record Minimize(Place place, Expression value) implements Item {}

  /** {@code metric accuracy(logits, label)}, or with a name of its own. */
  record Metric(Place place, Name name, Expression value) implements Item {}

  /** {@code augment [image, mask] |> random_flip}. */
  record Augment(Place place, Expression value) implements Item {}

  /** {@code step critic { … }}. */
  record Step(Place place, Name name, List<Item> items) implements Item {}

  /** One argument that a block takes. */
  record Formal(Place place, Name name, Type type, Expression value) implements Syntax {}

  /** One input of a model. */
  record Input(Place place, Name name, Type type) implements Syntax {}

  /** {@code f32[N, 3, S...]}; without dtype any matches. */
  record Type(Place place, Name dtype, List<Dim> dims) implements Syntax {}

  /** One entry of a type's list of sizes. */
  sealed interface Dim extends Syntax {}

  /** {@code _}: one size, whichever. */
  record AnyDim(Place place) implements Dim {}

  /** {@code ...}: any number of sizes. */
  record AnyDims(Place place) implements Dim {}

  /** A size, or with {@code spliced} a list of sizes. */
  record SizeDim(Place place, Expression value, boolean spliced) implements Dim {}

  /** Statements in braces. */
  record Body(Place place, List<Statement> statements) implements Otherwise {}

  /** One statement. */
  sealed interface Statement extends Syntax {}

  /** What a declaration makes. */
  enum Kind { PARAM, STATE, CACHE;

    /** The reserved word. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** {@code param weight: f32[size, C] = normal(0.02)}. */
  record Declare(Place place, Kind kind, Name name, Type type, Expression value) implements Statement {}

  /** {@code update s = e}. */
  record Update(Place place, Name name, Expression value) implements Statement {}

  /** {@code output probabilities = softmax(logits)}; without value, the binding of that name. */
  record Output(Place place, Name name, Expression value) implements Statement {}

  /** {@code for a, b in list { … }}. */
  record For(Place place, List<Name> names, Expression list, Body body) implements Statement {}

  /** {@code y, h = lstm(x, 64)}. */
  record Bind(Place place, List<Target> targets, Expression value) implements Statement {}

  /** One name on the left of a binding, with a type to check or to take sizes from. */
  record Target(Place place, Name name, Type type) implements Syntax {}

  /** The results of a body, or an {@code if} that stands for its bindings. */
  record Result(Place place, List<Expression> values) implements Statement {}

  /** Whatever has a value. */
  sealed interface Expression extends Syntax {}

  /** What may follow {@code else}. */
  sealed interface Otherwise extends Syntax {}

  /** {@code if c { … } else { … }}, decided when the plan is compiled. */
  record If(Place place, Expression condition, Body then, Otherwise otherwise) implements Expression, Otherwise {}

  /** {@code scan(axis = 1) xt in x, h = h0 { … }}. */
  record Scan(Place place, List<Argument> arguments, List<Feed> feeds, Body body) implements Expression {}

  /** One source of a scan: sliced ({@code in}) or carried ({@code =}). */
  record Feed(Place place, Name name, boolean carried, Expression value) implements Syntax {}

  /** {@code x |> f(a)}. */
  record Pipe(Place place, Expression from, Stage stage) implements Expression {}

  /** What a pipe leads into, and what {@code shared} names. */
  record Stage(Place place, Name callee, List<Argument> arguments) implements Syntax {}

  /** An argument, by place if {@code name} is null. */
  record Argument(Place place, Name name, Expression value) implements Syntax {}

  /** {@code a + b}; {@code sign} is the place of the operator. */
  record Binary(Place place, Place sign, Operator operator, Expression left, Expression right) implements Expression {}

  /** {@code -a}, {@code not a}. */
  record Unary(Place place, Operator operator, Expression operand) implements Expression {}

  /** {@code f(a, k = b)}. */
  record Call(Place place, Expression callee, List<Argument> arguments) implements Expression {}

  /** {@code x[:, 0, none, ..., 1:-1]}. */
  record Indexed(Place place, Expression from, List<Index> indices) implements Expression {}

  /** {@code embed.weight}. */
  record Member(Place place, Expression from, Name name) implements Expression {}

  /** {@code (a)}, kept so that the formatter keeps it. */
  record Group(Place place, Expression inner) implements Expression {}

  /** A name or a size where a value stands. */
  record Variable(Place place, String name) implements Expression {}

  /** An int. */
  record IntLiteral(Place place, long value) implements Expression {}

  /** A float. */
  record FloatLiteral(Place place, double value) implements Expression {}

  /** A string, without quotes and escapes. */
  record Text(Place place, String value) implements Expression {}

  /** {@code true} or {@code false}. */
  record BoolLiteral(Place place, boolean value) implements Expression {}

  /** {@code none}. */
  record NoneLiteral(Place place) implements Expression {}

  /** {@code [a, b]}. */
  record ListOf(Place place, List<Expression> values) implements Expression {}

  /** {@code [2 * i for i in range(4) if i > 0]}. */
  record Comprehension(Place place, Expression value, List<Name> names, Expression list, Expression condition)
      implements Expression {}

  /** One entry between the brackets of an index. */
  sealed interface Index extends Syntax {}

  /** {@code ...}: all axes that the others leave. */
  record Ellipsis(Place place) implements Index {}

  /** An int, which drops its axis, or {@code none}, which makes one. */
  record At(Place place, Expression value) implements Index {}

  /** {@code start:stop:step}. */
  record Slice(Place place, Expression start, Expression stop, Expression step) implements Index {}

  /** The operators with their signs. */
  enum Operator {
    OR("or"), AND("and"), NOT("not"),
    EQUAL("=="), DIFFERENT("!="), LESS("<"), AT_MOST("<="), GREATER(">"), AT_LEAST(">="),
    ADD("+"), SUBTRACT("-"), MULTIPLY("*"), DIVIDE("/"), FLOOR_DIVIDE("//"), REMAINDER("%"), MATMUL("@"),
    NEGATE("-"), POWER("^");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    /** As it is written. */
    public String sign() {
      return sign;
    }
  }
}
