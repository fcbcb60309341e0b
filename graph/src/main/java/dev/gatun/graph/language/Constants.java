package dev.gatun.graph.language;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates the constants of a file, in order, some of them replaced from outside. */
final class Constants {

  private final Unit unit;
  private final Elaboration elaboration = new Elaboration(Library.instance(), false);
  private final Evaluator evaluator = new Evaluator(elaboration);

  Constants(Unit unit) {
    this.unit = unit;
  }

  void evaluate(Map<String, String> overrides) {
    for (String name : overrides.keySet()) {
      if (!unit.constants().containsKey(name)) {
        String similar = Similar.to(name, unit.constants().keySet());
        throw new IllegalArgumentException(unit.source() + " has no constant `" + name + "`"
            + (similar.isEmpty() ? "" : ": " + similar));
      }
    }
    Scope scope = Scope.of(unit, new Frame("", CallSites.NONE));
    for (Syntax.Constant constant : unit.constants().values()) {
      String name = constant.name().text();
      Datum value = evaluator.value(constant.value(), scope);
      if (hasTensor(value)) {
        throw elaboration.fault(constant.place(), "a constant is known when the plan is compiled, found "
            + value.described(), "tensor(list) makes it one where it is used");
      }
      unit.values().put(name, overrides.containsKey(name) ? replaced(name, value, overrides.get(name)) : value);
    }
  }

  private static boolean hasTensor(Datum datum) {
    return datum instanceof Datum.Tensor || datum instanceof Datum.Results
        || datum instanceof Datum.Many(List<Datum> items) && items.stream().anyMatch(Constants::hasTensor);
  }

  private Datum replaced(String name, Datum old, String text) {
    Datum value;
    try {
      Unit literal = Loader.alone(new Source("--set", "const " + name + " = " + text));
      Syntax.Expression expression = literal.constants().get(name).value();
      boolean plain = literal.constants().size() == 1
          && Walk.nodes(expression, _ -> true).stream().allMatch(Constants::isLiteral);
      value = plain ? evaluator.value(expression, Scope.of(literal, new Frame("", CallSites.NONE))) : null;
    } catch (LanguageException unreadable) {
      value = null;
    }
    if (value instanceof Datum.Int i && old instanceof Datum.Real) {
      value = new Datum.Real(i.value());
    }
    if (value == null || value.getClass() != old.getClass()) {
      throw new IllegalArgumentException("the constant `" + name + "` is " + old.described() + "; `" + text
          + "` is no literal of that kind");
    }
    return value;
  }

  private static boolean isLiteral(Syntax node) {
    return switch (node) {
      case Syntax.IntLiteral _, Syntax.FloatLiteral _, Syntax.Text _, Syntax.BoolLiteral _, Syntax.NoneLiteral _,
          Syntax.ListOf _, Syntax.Group _ -> true;
      case Syntax.Unary unary -> unary.operator() == Syntax.Operator.NEGATE;
      case Syntax _ -> false;
    };
  }
}
