package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.graph.language.Given.One;
import dev.gatun.graph.language.Syntax.Argument;
import dev.gatun.graph.language.Syntax.Expression;
import dev.gatun.graph.language.Syntax.Operator;
import dev.gatun.memory.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Gives every expression its value: compile-time values are computed, tensors are emitted. */
final class Evaluator {

  private final Elaboration elaboration;
  private final Calls calls;
  private final Bodies bodies;
  private final TypeRules types;
  private final Scans scans;
  private final Indexing indexing;

  Evaluator(Elaboration elaboration) {
    this.elaboration = elaboration;
    this.calls = new Calls(elaboration, this);
    this.bodies = new Bodies(elaboration, this);
    this.types = new TypeRules(elaboration, this);
    this.scans = new Scans(elaboration, this);
    this.indexing = new Indexing(elaboration, this);
  }

  Calls calls() {
    return calls;
  }

  Bodies bodies() {
    return bodies;
  }

  TypeRules types() {
    return types;
  }

  /** The value of an expression; the first where there are several. */
  Datum value(Expression expression, Scope scope) {
    Datum datum = evaluate(expression, scope);
    return datum instanceof Datum.Results(List<Datum> items) ? items.getFirst() : datum;
  }

  /** The value or values of an expression. */
  Datum evaluate(Expression expression, Scope scope) {
    Datum datum = elaboration.deeper(expression.place(), () -> switch (expression) {
      case Syntax.If choice -> chosen(choice, scope);
      case Syntax.Scan scan -> scans.run(scan, scope);
      case Syntax.Pipe pipe -> pipe(pipe, scope);
      case Syntax.Binary binary -> binary(binary, scope);
      case Syntax.Unary unary -> unary(unary, scope);
      case Syntax.Call call -> call(call, scope);
      case Syntax.Indexed indexed -> indexing.index(indexed, value(indexed.from(), scope), scope);
      case Syntax.Member member -> member(member, scope);
      case Syntax.Group group -> evaluate(group.inner(), scope);
      case Syntax.Variable variable -> variable(variable, scope);
      case Syntax.IntLiteral literal -> new Datum.Int(literal.value());
      case Syntax.FloatLiteral literal -> new Datum.Real(literal.value());
      case Syntax.Text literal -> new Datum.Text(literal.value());
      case Syntax.BoolLiteral literal -> new Datum.Truth(literal.value());
      case Syntax.NoneLiteral _ -> Datum.NONE;
      case Syntax.ListOf list -> new Datum.Many(list.values().stream().map(v -> value(v, scope)).toList());
      case Syntax.Comprehension comprehension -> comprehension(comprehension, scope);
    });
    if (datum instanceof Datum.Many(List<Datum> items)) {
      elaboration.spend(items.size(), expression.place());
    }
    return datum;
  }

  private Datum chosen(Syntax.If choice, Scope scope) {
    Datum result = bodies.choose(choice, scope);
    if (result == null) {
      throw elaboration.fault(choice.place(), "this `if` has no value here: its condition is false and it has no `else`",
          "add an `else`");
    }
    return result;
  }

  private Datum pipe(Syntax.Pipe pipe, Scope scope) {
    Datum from = value(pipe.from(), scope);
    Syntax.Stage stage = pipe.stage();
    String name = stage.callee().text();
    Callee callee = calls.find(name, scope);
    if (callee == null && elaboration.inRecipe()) {
      return outside(name, given(List.of(new One(from, pipe.from().place())), stage.arguments(), scope), true, pipe.place());
    }
    callee = calls.resolve(name, stage.callee().place(), scope);
    Given given = given(List.of(new One(from, pipe.from().place())), stage.arguments(), scope);
    return calls.run(callee, given, stage, name, scope, stage.callee().place());
  }

  private Datum call(Syntax.Call call, Scope scope) {
    if (call.callee() instanceof Syntax.Variable(Place place, String name)) {
      Callee callee = calls.find(name, scope);
      if (callee == null && elaboration.inRecipe()) {
        return outside(name, given(List.of(), call.arguments(), scope), true, call.place());
      }
      callee = calls.resolve(name, place, scope);
      return calls.run(callee, given(List.of(), call.arguments(), scope), call, name, scope, place);
    }
    Datum callee = value(call.callee(), scope);
    if (callee instanceof Datum.Function(Callee found)) {
      return calls.run(found, given(List.of(), call.arguments(), scope), call, found.name(), scope, call.callee().place());
    }
    throw elaboration.fault(call.callee().place(), callee.described() + ", cannot be called", "");
  }

  private static Datum outside(String name, Given given, boolean called, Place place) {
    Map<String, Datum> named = new LinkedHashMap<>();
    given.named().forEach((key, one) -> named.put(key, one.value()));
    return new Datum.Outside(name, given.positional().stream().map(One::value).toList(), named, called, place);
  }

  /** The arguments of a call, after those that come from elsewhere. */
  Given given(List<One> first, List<Argument> arguments, Scope scope) {
    List<One> positional = new ArrayList<>(first);
    Map<String, One> named = new LinkedHashMap<>();
    for (Argument argument : arguments) {
      Datum value = value(argument.value(), scope);
      if (argument.name() == null) {
        positional.add(new One(value, argument.place()));
      } else if (named.put(argument.name().text(), new One(value, argument.name().place())) != null) {
        throw elaboration.fault(argument.name().place(), "argument `" + argument.name() + "` is given twice", "");
      }
    }
    return new Given(positional, named);
  }

  private Datum binary(Syntax.Binary binary, Scope scope) {
    Operator operator = binary.operator();
    Datum left = value(binary.left(), scope);
    if (left instanceof Datum.Truth(boolean truth) && operator == (truth ? Operator.OR : Operator.AND)) {
      return left;
    }
    Datum right = value(binary.right(), scope);
    boolean tensors = left instanceof Tensor || right instanceof Tensor;
    boolean absent = left instanceof Datum.None || right instanceof Datum.None;
    try {
      return tensors && !absent
          ? elaboration.builder().at(elaboration.origin(binary.sign()),
              () -> new TensorMath(elaboration.builder()).binary(operator, left, right))
          : Arithmetic.binary(operator, left, right);
    } catch (Arithmetic.Refused refused) {
      throw operands(binary, left, right, refused, scope);
    } catch (IllegalArgumentException wrong) {
      throw elaboration.fault(binary.sign(), "`" + operator.sign() + "`: " + wrong.getMessage(), "");
    }
  }

  /** A fault of an operator, with where its operands come from and the way out that fits them. */
  private LanguageException operands(Syntax.Binary binary, Datum left, Datum right, Arithmetic.Refused refused,
      Scope scope) {
    String hint = refused.hint();
    List<String> advice = new ArrayList<>();
    if (left instanceof Tensor a && right instanceof Tensor b) {
      if (refused.getMessage().contains("do not broadcast")) {
        String widen = a.rank() > 2 && a.rank() == b.rank() && a.size(1) != b.size(1)
            && Sources.bare(binary.right()) instanceof Syntax.Variable(Place _, String narrow)
            ? "widen " + narrow + " with a 1×1 conv" : "";
        String origins = origins(binary, scope);
        advice.addAll(hint.isEmpty() ? List.of() : List.of(hint));
        advice.addAll(widen.isEmpty() ? List.of() : List.of(widen));
        hint = origins;
      } else if (binary.operator() == Operator.MULTIPLY && bool(a) != bool(b)) {
        Expression mask = bool(a) ? binary.left() : binary.right();
        Expression other = bool(a) ? binary.right() : binary.left();
        hint = "write where(" + Sources.text(mask) + ", " + Sources.text(other) + ", 0.0) or cast(…, "
            + (bool(a) ? b : a).value().dtype().label() + ")";
      }
    }
    return elaboration.fault(binary.sign(), refused.getMessage(), hint, advice.toArray(String[]::new));
  }

  private static boolean bool(Tensor tensor) {
    return tensor.value().dtype() == DType.BOOL;
  }

  private static String origins(Syntax.Binary binary, Scope scope) {
    List<String> parts = new ArrayList<>();
    for (Expression side : List.of(binary.left(), binary.right())) {
      if (Sources.bare(side) instanceof Syntax.Variable(Place _, String name) && scope.find(name) != null) {
        parts.add(name + " from " + scope.find(name).place().seenFrom(binary.sign()));
      }
    }
    return String.join(", ", parts);
  }

  private Datum unary(Syntax.Unary unary, Scope scope) {
    Datum operand = value(unary.operand(), scope);
    try {
      return operand instanceof Tensor x
          ? elaboration.builder().at(elaboration.origin(unary.place()),
              () -> new TensorMath(elaboration.builder()).unary(unary.operator(), x))
          : Arithmetic.unary(unary.operator(), operand);
    } catch (Arithmetic.Refused refused) {
      throw elaboration.fault(unary.place(), refused.getMessage(), refused.hint());
    } catch (IllegalArgumentException wrong) {
      throw elaboration.fault(unary.place(), "`" + unary.operator().sign() + "`: " + wrong.getMessage(), "");
    }
  }

  private Datum variable(Syntax.Variable variable, Scope scope) {
    String name = variable.name();
    Scope.Bound bound = scope.find(name);
    Datum found = bound != null ? bound.value() : scope.unit().constant(name);
    if (found instanceof Datum.Broken) {
      throw new Datum.Broken.Read();
    }
    if (found instanceof Datum.Stored(Variable stored)) {
      return Tensor.of(elaboration.latest(stored));
    }
    if (found != null) {
      return found;
    }
    if (name.equals("training")) {
      return new Datum.Truth(elaboration.training());
    }
    Callee callee = calls.find(name, scope);
    if (callee != null) {
      return new Datum.Function(callee);
    }
    for (DType dtype : DType.values()) {
      if (dtype.label().equals(name)) {
        return new Datum.Type(dtype);
      }
    }
    if (elaboration.inRecipe()) {
      return new Datum.Outside(name, List.of(), Map.of(), false, variable.place());
    }
    throw unknown(variable, scope);
  }

  private LanguageException unknown(Syntax.Variable variable, Scope scope) {
    var names = new TreeSet<>(scope.names(false));
    names.addAll(scope.unit().names(false));
    names.addAll(scope.names(true));
    names.addAll(scope.unit().names(true));
    names.addAll(Arrays.stream(DType.values()).map(DType::label).toList());
    String name = variable.name();
    if (name.equals("_")) {
      return elaboration.fault(variable.place(), "`_` has no value: it matches without binding", "");
    }
    if (scope.unit().constants().containsKey(name)) {
      return elaboration.fault(variable.place(), "`" + name + "` has no value yet: it is declared further down",
          "a constant may use those above it");
    }
    boolean size = Character.isUpperCase(name.charAt(0));
    return elaboration.fault(variable.place(), size ? "no size is called `" + name + "`"
        : "nothing is called `" + name + "`", Similar.to(name, names));
  }

  private Datum member(Syntax.Member member, Scope scope) {
    if (!(Sources.bare(member.from()) instanceof Syntax.Variable(Place place, String name))
        || !(calls.find(name, scope) instanceof Callee.Shared layer)) {
      throw elaboration.fault(member.from().place(), "only a shared layer has parameters to name, found `"
          + Sources.text(member.from()) + "`", "declare it: shared embed = embedding(…)");
    }
    Variable found = elaboration.variables().get(layer.path() + "." + member.name());
    if (found == null) {
      String prefix = layer.path() + ".";
      List<String> known = elaboration.variables().keySet().stream().filter(v -> v.startsWith(prefix))
          .map(v -> v.substring(prefix.length())).toList();
      throw elaboration.fault(member.name().place(), "`" + name + "` has no parameter `" + member.name() + "`",
          known.isEmpty() ? "it has parameters after its first call, and " + place.local() + " comes before"
              : "it has " + String.join(", ", known));
    }
    return Tensor.of(elaboration.latest(found));
  }

  private Datum comprehension(Syntax.Comprehension comprehension, Scope scope) {
    List<Datum> found = new ArrayList<>();
    for (Datum item : items(comprehension.list(), scope)) {
      Scope inner = scope.inner();
      bodies.bindItem(comprehension.names(), item, comprehension.list().place(), inner);
      if (comprehension.condition() == null || condition(comprehension.condition(), null, inner)) {
        found.add(value(comprehension.value(), inner));
      }
    }
    return new Datum.Many(found);
  }

  /** The items that a `for` goes through. */
  List<Datum> items(Expression list, Scope scope) {
    Datum datum = value(list, scope);
    if (datum instanceof Datum.Many(List<Datum> items)) {
      return items;
    }
    throw elaboration.fault(list.place(), "`for` goes through a list, found " + datum.described(),
        datum instanceof Tensor ? "scan goes through a tensor" : datum instanceof Datum.Int ? "range(…) makes a list" : "");
  }

  /** The value of a condition. @param choice the `if` around it, for the way out, or null */
  boolean condition(Expression condition, Syntax.If choice, Scope scope) {
    Datum datum = value(condition, scope);
    if (datum instanceof Datum.Truth(boolean truth)) {
      return truth;
    }
    if (datum instanceof Tensor tensor) {
      throw elaboration.fault(condition.place(), "`if` is decided when the plan is compiled, found a tensor, "
          + tensor.shown(), "to choose between tensors: where(" + Sources.text(condition) + ", " + branches(choice) + ")");
    }
    throw elaboration.fault(condition.place(), "`if` wants a bool, found " + datum.described(), "");
  }

  private static String branches(Syntax.If choice) {
    if (choice != null && branch(choice.then()) instanceof Expression a
        && branch(choice.otherwise()) instanceof Expression b) {
      return Sources.text(a) + ", " + Sources.text(b);
    }
    return "…, …";
  }

  private static Expression branch(Syntax.Otherwise otherwise) {
    return otherwise instanceof Syntax.Body body && body.statements().size() == 1
        && body.statements().getFirst() instanceof Syntax.Result(Place _, List<Expression> values)
        ? values.getFirst() : null;
  }
}
