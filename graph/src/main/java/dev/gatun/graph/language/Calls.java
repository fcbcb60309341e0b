package dev.gatun.graph.language;

import dev.gatun.graph.language.Given.One;
import dev.gatun.ops.IndexException;
import dev.gatun.ops.ShapeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds what a name calls, meets arguments with formals, and runs it. */
final class Calls {

  private final Elaboration elaboration;
  private final Evaluator evaluator;

  Calls(Elaboration elaboration, Evaluator evaluator) {
    this.elaboration = elaboration;
    this.evaluator = evaluator;
  }

  /** What a name calls, looked for in body, file, imports and library; or null. */
  Callee find(String name, Scope scope) {
    Callee local = scope.callee(name);
    return local != null ? local : find(name, scope.unit());
  }

  private Callee find(String name, Unit unit) {
    Callee found = unit.block(name);
    if (found == null && unit.shared().containsKey(name)) {
      found = shared(unit.shared().get(name), Scope.of(unit, new Frame("", CallSites.NONE)));
    }
    if (found == null && unit.importer(name) != null) {
      found = find(name, unit.importer(name));
    }
    return found != null ? found : elaboration.library().find(name);
  }

  /** The layer that a {@code shared} names. */
  Callee.Shared shared(Syntax.Shared declaration, Scope scope) {
    Syntax.Stage stage = declaration.stage();
    return elaboration.deeper(stage.place(), () -> {
      Callee inner = resolve(stage.callee().text(), stage.callee().place(), scope);
      Given given = evaluator.given(List.of(), stage.arguments(), scope);
      String name = declaration.name().text();
      if (inner instanceof Callee.Shared) {
        throw elaboration.fault(stage.callee().place(), "`" + inner.name() + "` is shared already", "call it by its name");
      }
      return new Callee.Shared(name, scope.frame().path(name), inner, given);
    });
  }

  Callee resolve(String name, Place place, Scope scope) {
    Callee found = find(name, scope);
    if (found != null) {
      return found;
    }
    var names = new TreeSet<>(scope.names(true));
    names.addAll(scope.unit().names(true));
    names.addAll(elaboration.library().names());
    Scope.Bound value = scope.find(name);
    throw elaboration.fault(place, "no block, op or shared layer is called `" + name + "`",
        value != null ? "`" + name + "` is " + value.value().described() + ", which cannot be called"
            : Similar.to(name, names));
  }

  /**
   * Runs a call.
   *
   * @param site the call or stage in the tree; its names for parameters hang on it
   * @param written the callee as the call writes it
   */
  Datum run(Callee callee, Given given, Syntax site, String written, Scope caller, Place place) {
    return switch (callee) {
      case Callee.Builtin builtin -> builtin(builtin, null, given, caller.frame().draw(site, written), place);
      case Callee.Block block -> {
        String path = owns(block) ? caller.frame().layer(site, written) : caller.frame().draw(site, written);
        yield block(block, null, given, path, written, place);
      }
      case Callee.Shared shared -> switch (shared.inner()) {
        case Callee.Builtin builtin -> builtin(builtin, shared.given(), given, shared.path(), place);
        case Callee.Block block -> block(block, shared.given(), given, shared.path(), written, place);
        case Callee.Shared inner -> throw new IllegalStateException(inner.name() + " is shared twice");
      };
    };
  }

  private Datum builtin(Callee.Builtin builtin, Given fixed, Given given, String path, Place place) {
    Map<String, One> slots = bind(builtin, fixed, given, place);
    for (Syntax.Formal formal : builtin.formals()) {
      slots.computeIfAbsent(formal.name().text(),
          _ -> new One(evaluator.value(formal.value(), elaboration.library().scope()), null));
    }
    var arguments = new Arguments(elaboration, builtin, slots, place, path);
    try {
      return elaboration.builder().at(elaboration.origin(place), () -> builtin.body().apply(arguments));
    } catch (Arithmetic.Refused refused) {
      throw elaboration.fault(place, refused.getMessage(), refused.hint());
    } catch (ShapeException wrong) {
      throw elaboration.fault(place, "`" + builtin.name() + "`: " + wrong.rule() + ", found " + types(wrong), "");
    } catch (IllegalArgumentException | ArithmeticException | IndexException wrong) {
      throw elaboration.fault(place, "`" + builtin.name() + "`: " + wrong.getMessage(), builtin.signature());
    }
  }

  private static String types(ShapeException wrong) {
    return wrong.operands().stream().map(Object::toString).collect(Collectors.joining(" and "));
  }

  private Datum block(Callee.Block block, Given fixed, Given given, String path, String written, Place place) {
    Map<String, One> slots = bind(block, fixed, given, place);
    Frame frame = new Frame(path, sites(block.unit(), block.block()));
    Scope scope = Scope.of(block.unit(), frame);
    return elaboration.call(shown(written, given), place, () -> {
      for (Syntax.Formal formal : block.formals()) {
        One one = slots.get(formal.name().text());
        Datum value = one == null ? evaluator.value(formal.value(), scope) : one.value();
        Place at = one == null || one.place() == null ? place : one.place();
        boolean absent = value instanceof Datum.None && formal.value() instanceof Syntax.NoneLiteral;
        if (formal.type() != null && !absent) {
          value = evaluator.types().match(formal.type(), value, scope, "argument `" + formal.name() + "` of "
              + block.name(), at, Sources.text(formal));
        }
        scope.bind(formal.name().text(), value, formal.place());
      }
      elaboration.entered();
      Datum result = evaluator.bodies().run(block.block().body(), scope);
      if (result == null) {
        throw elaboration.fault(place, written + " gives no result here: no branch of its last `if` is taken",
            "give the `if` an `else`");
      }
      return result;
    });
  }

  private static String shown(String written, Given given) {
    List<String> parts = new ArrayList<>();
    for (One one : given.positional()) {
      if (one.value() instanceof Datum.Tensor) {
        continue;
      }
      if (!(one.value() instanceof Datum.Int)) {
        return written;
      }
      parts.add(one.value().brief());
    }
    return parts.isEmpty() ? written : written + "(" + String.join(", ", parts) + ")";
  }

  /** The arguments by formal: fixed ones first, positional ones fill what is left in order. */
  private Map<String, One> bind(Callee callee, Given fixed, Given given, Place place) {
    Map<String, One> slots = new LinkedHashMap<>();
    List<Syntax.Formal> formals = callee.formals();
    if (fixed != null) {
      for (int i = 0; i < fixed.positional().size(); i++) {
        if (i + 1 >= formals.size()) {
          throw tooMany(callee, fixed.positional().get(i).place());
        }
        slots.put(formals.get(i + 1).name().text(), fixed.positional().get(i));
      }
      named(callee, fixed, slots);
    }
    int next = 0;
    for (One one : given.positional()) {
      while (next < formals.size() && slots.containsKey(formals.get(next).name().text())) {
        next++;
      }
      if (next == formals.size()) {
        throw tooMany(callee, one.place() == null ? place : one.place());
      }
      slots.put(formals.get(next).name().text(), one);
    }
    named(callee, given, slots);
    for (Syntax.Formal formal : formals) {
      if (formal.value() == null && !slots.containsKey(formal.name().text())) {
        throw elaboration.fault(place, callee.name() + " needs the argument `" + formal.name() + "`", callee.signature());
      }
    }
    return slots;
  }

  private void named(Callee callee, Given given, Map<String, One> slots) {
    given.named().forEach((name, one) -> {
      List<String> names = callee.formals().stream().map(f -> f.name().text()).toList();
      if (!names.contains(name)) {
        String similar = Similar.to(name, names);
        throw elaboration.fault(one.place(), callee.name() + " has no argument `" + name + "`",
            (similar.isEmpty() ? "" : similar + " ") + callee.signature());
      }
      if (slots.put(name, one) != null) {
        throw elaboration.fault(one.place(), "argument `" + name + "` of " + callee.name() + " is given twice",
            callee.signature());
      }
    });
  }

  private LanguageException tooMany(Callee callee, Place place) {
    return elaboration.fault(place, callee.name() + " takes at most " + callee.formals().size() + " arguments",
        callee.signature());
  }

  /** The calls of a body with the names that they belong to. */
  CallSites sites(Unit unit, Syntax declaration) {
    return elaboration.sites(declaration, () -> {
      var local = new HashSet<String>();
      for (Syntax node : Walk.nodes(declaration, _ -> true)) {
        if (node instanceof Syntax.Shared shared) {
          local.add(shared.name().text());
        }
      }
      return new CallSites(declaration, name -> !local.contains(name) && mayOwn(name, unit));
    });
  }

  private boolean mayOwn(String name, Unit unit) {
    return elaboration.library().mayOwn(name, unit);
  }

  private boolean owns(Callee.Block block) {
    return elaboration.library().owns(block);
  }
}
