package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.graph.language.Syntax.Body;
import dev.gatun.graph.language.Syntax.Name;
import dev.gatun.graph.language.Syntax.Statement;
import dev.gatun.memory.DType;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.List;

/** Runs the statements of bodies. */
final class Bodies {

  private final Elaboration elaboration;
  private final Evaluator evaluator;

  Bodies(Elaboration elaboration, Evaluator evaluator) {
    this.elaboration = elaboration;
    this.evaluator = evaluator;
  }

  /** The result or results of a body, or null if its last statement gives none. */
  Datum run(Body body, Scope scope) {
    return elaboration.deeper(body.place(), () -> {
      Datum result = null;
      for (Statement statement : body.statements()) {
        result = statement(statement, scope);
      }
      return result;
    });
  }

  /** Runs a model's body; a fault ends its statement and those that read what it would have bound. */
  void model(Body body, Scope scope) {
    List<Diagnostic> faults = new ArrayList<>();
    for (Statement statement : body.statements()) {
      try {
        statement(statement, scope);
      } catch (LanguageException fault) {
        faults.addAll(fault.diagnostics());
        broken(statement, scope);
      } catch (Datum.Broken.Read follows) {
        broken(statement, scope);
      }
      if (faults.size() >= Parser.MOST_FAULTS || statement instanceof Syntax.Shared && !faults.isEmpty()) {
        break;
      }
    }
    if (!faults.isEmpty()) {
      throw new LanguageException(faults);
    }
  }

  private static void broken(Statement statement, Scope scope) {
    for (Syntax node : Walk.nodes(statement, _ -> true)) {
      Name name = switch (node) {
        case Syntax.Target target -> target.name();
        case Syntax.Declare declare -> declare.name();
        case Syntax.Output output -> output.name();
        case Syntax _ -> null;
      };
      if (name != null && !name.ignored()) {
        scope.bind(name.text(), new Datum.Broken(), name.place());
      }
    }
  }

  /** The value of the branch that is taken, or null. */
  Datum choose(Syntax.If choice, Scope scope) {
    if (evaluator.condition(choice.condition(), choice, scope)) {
      return run(choice.then(), scope);
    }
    return switch (choice.otherwise()) {
      case null -> null;
      case Body body -> run(body, scope);
      case Syntax.If next -> elaboration.deeper(next.place(), () -> choose(next, scope));
    };
  }

  private Datum statement(Statement statement, Scope scope) {
    switch (statement) {
      case Syntax.Declare declare -> declare(declare, scope);
      case Syntax.Shared shared -> scope.share(shared.name().text(), evaluator.calls().shared(shared, scope));
      case Syntax.Update update -> update(update, scope);
      case Syntax.Output output -> output(output, scope);
      case Syntax.For loop -> {
        for (Datum item : evaluator.items(loop.list(), scope)) {
          bindItem(loop.names(), item, loop.list().place(), scope);
          run(loop.body(), scope);
        }
      }
      case Syntax.Bind bind -> bind(bind, scope);
      case Syntax.Result(Place _, var values) when values.size() == 1 && values.getFirst() instanceof Syntax.If choice -> {
        return choose(choice, scope);
      }
      case Syntax.Result(Place _, var values) when values.size() == 1 -> {
        return evaluator.evaluate(values.getFirst(), scope);
      }
      case Syntax.Result(Place _, var values) -> {
        return new Datum.Results(values.stream().map(v -> evaluator.value(v, scope)).toList());
      }
    }
    return null;
  }

  /** Binds the names of a `for` to one item; several names take a list apart. */
  void bindItem(List<Name> names, Datum item, Place place, Scope scope) {
    List<Datum> parts = names.size() == 1 ? List.of(item)
        : item instanceof Datum.Many(List<Datum> items) ? items : List.of();
    if (parts.size() != names.size()) {
      throw elaboration.fault(place, "each item is taken apart into " + names.size() + " names, found "
          + item.described(), "");
    }
    for (int i = 0; i < parts.size(); i++) {
      if (!names.get(i).ignored()) {
        scope.bind(names.get(i).text(), parts.get(i), names.get(i).place());
      }
    }
  }

  private void bind(Syntax.Bind bind, Scope scope) {
    Datum datum = evaluator.evaluate(bind.value(), scope);
    int wanted = bind.targets().size();
    List<Datum> parts = switch (datum) {
      case Datum.Results(List<Datum> items) when items.size() >= wanted -> items.subList(0, wanted);
      case Datum.Many(List<Datum> items) when wanted > 1 && items.size() == wanted -> items;
      case Datum other when wanted == 1 -> List.of(other);
      case Datum.Many(List<Datum> items) -> throw elaboration.fault(bind.place(), "a list is taken apart exactly: "
          + wanted + " names, and a list of " + items.size(), "");
      case Datum.Results(List<Datum> items) -> throw elaboration.fault(bind.place(), wanted + " names, and "
          + items.size() + " results", "");
      case Datum other -> throw elaboration.fault(bind.place(), wanted + " names, and one result, "
          + other.described(), "");
    };
    for (int i = 0; i < wanted; i++) {
      Syntax.Target target = bind.targets().get(i);
      Datum part = parts.get(i);
      if (target.type() != null) {
        part = evaluator.types().match(target.type(), part, scope, "`" + target.name() + "`", target.name().place(),
            target.name() + ": " + Sources.text(target.type()));
      }
      if (!target.name().ignored()) {
        scope.bind(target.name().text(), part, target.name().place());
      }
    }
  }

  private void declare(Syntax.Declare declare, Scope scope) {
    String path = scope.frame().path(declare.name().text());
    TensorType type = evaluator.types().declared(declare, scope);
    Initialiser initialiser = initialiser(declare, scope);
    Variable known = elaboration.variables().get(path);
    if (known != null && !known.place().equals(declare.name().place())) {
      throw elaboration.fault(declare.name().place(), "a " + declare.kind().word() + " is named " + path
          + " already, at " + known.place(), "rename one of the bindings");
    }
    if (known != null && !known.type().equals(type)) {
      throw elaboration.fault(declare.type().place(), "the first call made " + path + " as " + known.type()
          + ", this one needs " + type, "two layers with shapes of their own need two names");
    }
    Variable variable = known != null ? known : elaboration.declare(path, declare, type, initialiser);
    scope.bind(declare.name().text(), declare.kind() == Syntax.Kind.PARAM ? Tensor.of(variable.value())
        : new Datum.Stored(variable), declare.name().place());
  }

  private Initialiser initialiser(Syntax.Declare declare, Scope scope) {
    Datum value = evaluator.value(declare.value(), scope);
    return switch (value) {
      case Datum.Beginning(Initialiser initialiser) -> initialiser;
      case Datum.Int i -> new Initialiser.Constant(i.value());
      case Datum.Real r -> new Initialiser.Constant(r.value());
      case Datum.Truth t -> new Initialiser.Constant(t.value() ? 1 : 0);
      case Datum other -> throw elaboration.fault(declare.value().place(), "a " + declare.kind().word()
          + " begins as a number or by an initialiser, found " + other.described(), "normal(0.02), fan_in_uniform()");
    };
  }

  private void update(Syntax.Update update, Scope scope) {
    String name = update.name().text();
    if (scope.find(name) != null && scope.find(name).value() instanceof Datum.Broken) {
      throw new Datum.Broken.Read();
    }
    if (scope.find(name) == null || !(scope.find(name).value() instanceof Datum.Stored(Variable variable))) {
      throw elaboration.fault(update.name().place(), "`update` wants a state or cache of this body, found `" + name + "`",
          "declare it: state " + name + ": f32[] = 0");
    }
    if (elaboration.inScan()) {
      throw elaboration.fault(update.place(), "a scan's body cannot update `" + name + "`", "carry it: " + name + " = …");
    }
    Value next = tensor("`update`", evaluator.value(update.value(), scope), variable.type().dtype(),
        update.value().place()).value();
    if (next.rank() == 0 && variable.type().shape().rank() > 0 && next.dtype() == variable.type().dtype()) {
      next = elaboration.builder().broadcast(next, variable.type().shape());
    }
    if (!next.type().equals(variable.type())) {
      throw elaboration.fault(update.value().place(), "the next value of " + name + " must be " + variable.type()
          + ", found " + next.type(), "declared at " + variable.place().seenFrom(update.place()));
    }
    elaboration.update(variable, next, update.place());
  }

  /** A tensor, or a number as one. */
  Tensor tensor(String name, Datum datum, DType dtype, Place place) {
    try {
      return new TensorMath(elaboration.builder()).adapt(name, datum, dtype);
    } catch (Arithmetic.Refused refused) {
      throw elaboration.fault(place, refused.getMessage(), refused.hint());
    }
  }

  private void output(Syntax.Output output, Scope scope) {
    Name name = output.name();
    if (!scope.frame().path().isEmpty()) {
      throw elaboration.fault(output.place(), "`output` stands in a model's body", "a block's last statement is its result");
    }
    Datum value = evaluator.value(output.value() == null ? new Syntax.Variable(name.place(), name.text())
        : output.value(), scope);
    if (output.value() != null) {
      scope.bind(name.text(), value, name.place());
    }
    Tensor tensor = tensor("`output`", value, DType.F32, output.place());
    if (elaboration.outputs().put(name.text(), tensor.value()) != null) {
      throw elaboration.fault(name.place(), "the model has an output `" + name + "` already", "");
    }
  }
}
