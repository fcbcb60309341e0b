package dev.gatun.graph.language;

import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program in the model language: a file with what it imports, parsed, its constants known. Immutable and safe for use
 * by several threads; every {@link #elaborate} makes a graph of its own.
 */
public final class Program {

  /** Sizes that are tried where any will do, the best first: small, yet halved a few times. */
  private static final long[] TRIED = {2, 8, 32, 128, 1};

  private final Unit main;
  /** The models of the file and those that it imports, each with the file in which it stands. */
  private final Map<String, Unit> models;

  private Program(Unit main, List<Unit> units, Map<String, String> overrides) {
    this.main = main;
    this.models = main.allModels();
    for (Syntax.Train train : main.recipes().values()) {
      if (!models.containsKey(train.name().text())) {
        throw new LanguageException(new Diagnostic(train.name().place(), "no model is called `" + train.name() + "`",
            Similar.to(train.name().text(), models.keySet())));
      }
    }
    OwnStack.run(() -> {
      units.forEach(unit -> new Constants(unit).evaluate(unit == main ? overrides : Map.of()));
      return main;
    });
  }

  /**
   * Reads a file and what it imports.
   *
   * @param overrides literals that replace constants of the file: {@code depth} to {@code 3}
   * @throws LanguageException if the program does not stand
   * @throws IllegalArgumentException if an override names no constant, or has a value of another kind
   * @throws java.io.UncheckedIOException if the file itself cannot be read
   */
  public static Program read(Path file, Map<String, String> overrides) {
    Loader loader = new Loader();
    Unit main = loader.read(file);
    return new Program(main, loader.units(), overrides);
  }

  /** A program of one text, which imports nothing. Throws as {@link #read}. */
  public static Program of(Source source, Map<String, String> overrides) {
    Unit main = Loader.alone(source);
    return new Program(main, List.of(main), overrides);
  }

  /** The models of the file in the order written, then those that it imports. */
  public List<String> models() {
    return List.copyOf(models.keySet());
  }

  /** Whether the file says how to train a model. */
  public boolean hasRecipe(String model) {
    return main.recipes().containsKey(model);
  }

  /** The values of the file's constants as one would write them, by name, in the order written. */
  public Map<String, String> constants() {
    Map<String, String> texts = new LinkedHashMap<>();
    main.values().forEach((name, value) -> texts.put(name, value.brief()));
    return texts;
  }

  /** The free sizes of a model's inputs, in the order of their first use. */
  public Set<String> freeSizes(String model) {
    Set<String> names = new LinkedHashSet<>();
    for (Syntax.Input input : model(model).inputs()) {
      for (Syntax node : Walk.nodes(input.type(), _ -> true)) {
        if (node instanceof Syntax.Variable(Place _, String name) && Character.isUpperCase(name.charAt(0))) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /** The inputs of a model with their types as written: {@code image} to {@code f32[N, 1, 28, 28]}. */
  public Map<String, String> inputs(String model) {
    Map<String, String> inputs = new LinkedHashMap<>();
    model(model).inputs().forEach(input -> inputs.put(input.name().text(), Sources.type(input.type())));
    return inputs;
  }

  private Syntax.Model model(String name) {
    if (!models.containsKey(name)) {
      throw new IllegalArgumentException(main.source() + " has no model `" + name + "`, it has " + models());
    }
    return models.get(name).models().get(name);
  }

  /**
   * Makes the graph of a model.
   *
   * @param sizes a number from 1 to 2³¹ − 1 for each of {@link #freeSizes}
   * @param training what the program sees as {@code training}
   * @throws LanguageException if the program does not stand, or not with these sizes
   * @throws IllegalArgumentException if there is no such model, or a size is missing or out of range
   */
  public Elaborated elaborate(String model, Map<String, Long> sizes, boolean training) {
    Syntax.Model declared = model(model);
    Map<String, Long> bound = new LinkedHashMap<>();
    for (String name : freeSizes(model)) {
      Long size = sizes.get(name);
      if (size == null || size < 1 || size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("model " + model + " wants a size " + name + " from 1 to 2147483647, "
            + (size == null ? "none is given" : "found " + size));
      }
      bound.put(name, size);
    }
    return OwnStack.run(() -> {
      try {
        return elaborate(declared, bound, training);
      } catch (LanguageException fault) {
        throw new Remedies(other -> elaborate(declared, other, training)).explain(fault, bound);
      }
    });
  }

  /**
   * Makes the graph of a model with sizes that it takes, found by trying: for what does not hang on sizes, such as the
   * variables, and the data set that a recipe names. Throws as {@link #elaborate(String, Map, boolean)}.
   */
  public Elaborated elaborate(String model, boolean training) {
    var declared = model(model);
    var names = freeSizes(model);
    for (long tried : TRIED) {
      try {
        return OwnStack.run(() -> elaborate(declared, all(names, tried), training));
      } catch (LanguageException fault) {
        if (names.isEmpty()) {
          throw fault;
        }
      }
    }
    return elaborate(model, all(names, TRIED[0]), training);
  }

  private static Map<String, Long> all(Set<String> names, long size) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    names.forEach(name -> sizes.put(name, size));
    return sizes;
  }

  private Elaborated elaborate(Syntax.Model model, Map<String, Long> sizes, boolean training) {
    Elaboration elaboration = new Elaboration(Library.instance(), training);
    Evaluator evaluator = new Evaluator(elaboration);
    Unit unit = models.get(model.name().text());
    Scope scope = Scope.of(unit, new Frame("", evaluator.calls().sites(unit, model)));
    List<Elaborated.Input> inputs = inputs(model, sizes, elaboration, evaluator, scope);
    evaluator.bodies().model(model.body(), scope);
    Map<String, Value> bindings = new LinkedHashMap<>();
    scope.values().forEach((name, bound) -> {
      switch (bound.value()) {
        case Datum.Tensor tensor -> bindings.put(name, tensor.value());
        case Datum.Stored stored -> bindings.put(name, elaboration.latest(stored.variable()));
        case Datum _ -> { }
      }
    });
    List<Variable.Update> updates = List.copyOf(elaboration.updates());
    Syntax.Train train = main.recipes().get(model.name().text());
    Recipe recipe = train == null ? null : new RecipeReader(elaboration, evaluator, scope).read(train);
    return new Elaborated(model.name().text(), sizes, training, inputs, variables(elaboration, Syntax.Kind.PARAM),
        variables(elaboration, Syntax.Kind.STATE), variables(elaboration, Syntax.Kind.CACHE), elaboration.outputs(),
        bindings, updates, recipe);
  }

  private static List<Variable> variables(Elaboration elaboration, Syntax.Kind kind) {
    return elaboration.variables().values().stream().filter(v -> v.kind() == kind).toList();
  }

  private static List<Elaborated.Input> inputs(Syntax.Model model, Map<String, Long> sizes, Elaboration elaboration,
      Evaluator evaluator, Scope scope) {
    for (Syntax.Input input : model.inputs()) {
      for (Syntax node : Walk.nodes(input.type(), _ -> true)) {
        if (node instanceof Syntax.Variable(Place place, String name) && sizes.containsKey(name)
            && scope.find(name) == null) {
          var free = new FreeSize(name, Sources.text(input), place, true);
          scope.bind(name, new Datum.Int(sizes.get(name), free), place);
        }
      }
    }
    List<Elaborated.Input> inputs = new ArrayList<>();
    for (Syntax.Input input : model.inputs()) {
      if (input.type().dtype() == null) {
        throw elaboration.fault(input.type().place(), "an input names its dtype", "f32" + Sources.text(input.type()));
      }
      List<Datum.Int> dims = evaluator.types().sizes(input.type(), scope);
      var type = new TensorType(evaluator.types().dtype(input.type().dtype()), Arguments.shape(dims));
      String name = input.name().text();
      if (scope.find(name) != null) {
        throw elaboration.fault(input.name().place(), "the model has an input `" + name + "` already", "");
      }
      Value value = elaboration.builder().source(name, Role.INPUT, type);
      scope.bind(name, new Datum.Tensor(value, Arguments.dims(dims)), input.place());
      inputs.add(new Elaborated.Input(name, Sources.type(input.type()), type, value));
    }
    return inputs;
  }
}
