package dev.gatun.graph.language;

import dev.gatun.graph.language.Syntax.Expression;
import dev.gatun.memory.DType;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a recipe in the scope of its elaborated model. */
final class RecipeReader {

  private static final Set<String> PATTERNED = Set.of("parameters", "freeze");

  private final Elaboration elaboration;
  private final Evaluator evaluator;
  private final Scope scope;

  RecipeReader(Elaboration elaboration, Evaluator evaluator, Scope scope) {
    this.elaboration = elaboration;
    this.evaluator = evaluator;
    this.scope = scope;
  }

  Recipe read(Syntax.Train train) {
    elaboration.enterRecipe();
    List<Recipe.Phase> steps = new ArrayList<>();
    for (Syntax.Item item : train.items()) {
      if (item instanceof Syntax.Step step) {
        steps.add(phase(step.name().text(), step.items(), true));
      }
    }
    return new Recipe(train.place(), phase("", train.items(), false), steps);
  }

  private Recipe.Phase phase(String name, List<Syntax.Item> items, boolean step) {
    List<Recipe.Setting> settings = new ArrayList<>();
    List<Recipe.Metric> metrics = new ArrayList<>();
    List<Recipe.Augmentation> augmentations = new ArrayList<>();
    Value objective = null;
    Place objectivePlace = null;
    for (Syntax.Item item : items) {
      switch (item) {
        case Syntax.Setting setting -> settings.add(setting(setting));
        case Syntax.Metric metric -> metrics.add(metric(metric));
        case Syntax.Augment augment -> augmentations.add(augmentation(augment));
        case Syntax.Minimize minimize -> {
          if (objective != null) {
            throw elaboration.fault(minimize.place(), "one loss is minimised here already, at " + objectivePlace.local(),
                "add them, or take turns by `step`");
          }
          objective = number(minimize.value(), "minimize");
          objectivePlace = minimize.value().place();
        }
        case Syntax.Step inner -> {
          if (step) {
            throw elaboration.fault(inner.place(), "a step has no steps inside", "");
          }
        }
      }
    }
    return new Recipe.Phase(name, settings, objective, objectivePlace, metrics, augmentations);
  }

  private Value number(Expression expression, String what) {
    Datum datum = evaluator.value(expression, scope);
    if (datum instanceof Datum.Tensor t && t.value().type().equals(TensorType.scalar(DType.F32))) {
      return t.value();
    }
    if (datum instanceof Datum.Outside outside && !outside.called()) {
      throw elaboration.fault(expression.place(), "nothing is called `" + outside.name() + "` in the model's body",
          Similar.to(outside.name(), scope.values().keySet()));
    }
    throw elaboration.fault(expression.place(), "`" + what + "` wants one number, f32[], found " + datum.described(),
        datum instanceof Datum.Tensor ? "mean(…) or sum(…) makes one" : "");
  }

  private Recipe.Setting setting(Syntax.Setting setting) {
    Recipe.Item value = item(evaluator.value(setting.value(), scope), setting.value().place());
    String pattern = setting.pattern() == null ? null : setting.pattern().value();
    if (pattern != null) {
      checkPattern(pattern, setting.pattern().place());
    }
    if (PATTERNED.contains(setting.name().text())) {
      for (Expression part : setting.value() instanceof Syntax.ListOf list ? list.values() : List.of(setting.value())) {
        if (part instanceof Syntax.Text text) {
          checkPattern(text.value(), text.place());
        }
      }
    }
    return new Recipe.Setting(setting.name().text(), pattern, value, setting.place());
  }

  private void checkPattern(String pattern, Place place) {
    Set<String> first = new LinkedHashSet<>();
    for (String name : elaboration.variables().keySet()) {
      if (Recipe.matches(pattern, name)) {
        return;
      }
      int dot = name.indexOf('.');
      first.add(dot < 0 ? name : name.substring(0, dot) + ".*");
    }
    throw elaboration.fault(place, "no parameter is named like \"" + pattern + "\"",
        first.isEmpty() ? "this model has none" : "this model has " + String.join(", ", first));
  }

  private Recipe.Metric metric(Syntax.Metric metric) {
    Datum datum = evaluator.value(metric.value(), scope);
    String name = metric.name() != null ? metric.name().text()
        : datum instanceof Datum.Outside outside ? outside.name() : Sources.text(metric.value());
    if (datum instanceof Datum.Outside outside && outside.called()) {
      return new Recipe.Metric(name, item(outside, metric.value().place()), metric.place());
    }
    return new Recipe.Metric(name, new Recipe.Tensor(number(metric.value(), "metric")), metric.place());
  }

  private Recipe.Augmentation augmentation(Syntax.Augment augment) {
    List<Recipe.Call> stages = new ArrayList<>();
    Expression from = augment.value();
    while (from instanceof Syntax.Pipe pipe) {
      Given given = evaluator.given(List.of(), pipe.stage().arguments(), scope);
      List<Recipe.Item> positional = given.positional().stream().map(one -> item(one.value(), one.place())).toList();
      Map<String, Recipe.Item> named = new LinkedHashMap<>();
      given.named().forEach((key, one) -> named.put(key, item(one.value(), one.place())));
      stages.addFirst(new Recipe.Call(pipe.stage().callee().text(), positional, named, pipe.stage().place()));
      from = pipe.from();
    }
    List<String> inputs = new ArrayList<>();
    for (Expression input : from instanceof Syntax.ListOf list ? list.values() : List.of(from)) {
      if (!(input instanceof Syntax.Variable(Place _, String name)) || scope.find(name) == null) {
        throw elaboration.fault(input.place(), "`augment` wants inputs of the model, found `" + Sources.text(input) + "`",
            "augment [image, mask] |> random_flip");
      }
      inputs.add(name);
    }
    return new Recipe.Augmentation(inputs, stages, augment.place());
  }

  private Recipe.Item item(Datum datum, Place place) {
    return switch (datum) {
      case Datum.Int i -> new Recipe.Int(i.value());
      case Datum.Real r -> new Recipe.Real(r.value());
      case Datum.Truth t -> new Recipe.Truth(t.value());
      case Datum.Text t -> new Recipe.Text(t.value());
      case Datum.None _ -> new Recipe.None();
      case Datum.Many m -> new Recipe.Many(m.items().stream().map(d -> item(d, place)).toList());
      case Datum.Tensor t -> new Recipe.Tensor(t.value());
      case Datum.Stored s -> new Recipe.Tensor(elaboration.latest(s.variable()));
      case Datum.Function f -> new Recipe.Call(f.callee().name(), List.of(), Map.of(), place);
      case Datum.Type t -> new Recipe.Text(t.dtype().label());
      case Datum.Results r -> item(r.items().getFirst(), place);
      case Datum.Outside o -> {
        Map<String, Recipe.Item> named = new LinkedHashMap<>();
        o.named().forEach((key, value) -> named.put(key, item(value, place)));
        yield new Recipe.Call(o.name(), o.positional().stream().map(d -> item(d, place)).toList(), named, o.place());
      }
      case Datum.Broken _ -> throw new Datum.Broken.Read();
      case Datum.Beginning _ -> throw elaboration.fault(place, "an initialiser has no place in a recipe", "");
    };
  }
}
