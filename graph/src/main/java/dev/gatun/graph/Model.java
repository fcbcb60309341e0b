package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Recipe;
import dev.gatun.graph.language.Source;
import dev.gatun.graph.language.Variable;
import dev.gatun.ops.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model of a program in the model language: what makes graphs for given sizes. Immutable, safe for several threads.
 */
public final class Model {
  private final Program program;
  private final String name;

  private Model(Program program, String name) {
    this.program = program;
    this.name = name;
  }

  /**
   * The model of a file: the one with a recipe, or else the first.
   *
   * @param constants literals that replace constants of the file
   * @throws dev.gatun.graph.language.LanguageException if the program does not stand
   */
  public static Model open(Path file, Map<String, String> constants) {
    return of(Program.read(file, constants));
  }

  /** The model of a program text. Throws as {@link #open}. */
  public static Model of(String text) {
    return of(Program.of(new Source("model", text), Map.of()));
  }

  /** The model of a program that has a recipe, or else its first. */
  public static Model of(Program program) {
    var models = program.models();
    if (models.isEmpty()) {
      throw new IllegalArgumentException("the file declares no model");
    }
    return of(program, models.stream().filter(program::hasRecipe).findFirst().orElse(models.getFirst()));
  }

  /** A model of a program by its name. */
  public static Model of(Program program, String name) {
    return new Model(program, name);
  }

  public String name() {
    return name;
  }

  public Program program() {
    return program;
  }

  /** The graph for given free sizes. */
  public Elaborated elaborate(Map<String, Long> sizes, boolean training) {
    return program.elaborate(name, sizes, training);
  }

  /** The graph for free sizes that the model takes, whichever: for what does not hang on them. */
  public Elaborated elaborate(boolean training) {
    return program.elaborate(name, training);
  }

  /** The data set that the model's recipe names, with its arguments; null if it names none, or there is no recipe. */
  public Recipe.Call data() {
    var recipe = program.hasRecipe(name) ? elaborate(true).recipe() : null;
    return recipe == null ? null : SettingsReader.data(recipe);
  }

  /** The names of all parameters, in the order of their first use. */
  public List<String> parameters() {
    return elaborate(false).parameters().stream().map(Variable::name).toList();
  }

  /** The free sizes that inputs of these types tell: each is read off an axis where it stands alone. */
  public Map<String, Long> sizes(Map<String, TensorType> inputs) {
    var free = program.freeSizes(name);
    var sizes = new LinkedHashMap<String, Long>();
    program.inputs(name).forEach((input, declared) -> {
      var type = inputs.get(input);
      var dims = dims(declared);
      for (int axis = 0; type != null && axis < Math.min(dims.size(), type.shape().rank()); axis++) {
        if (free.contains(dims.get(axis))) {
          sizes.putIfAbsent(dims.get(axis), type.shape().size(axis));
        }
      }
    });
    return sizes;
  }

  /**
   * The free sizes that fit a data set: each is read off the field that has the input's name.
   *
   * @param fields the type of one sample of each field
   * @param batch samples in a batch: the first axis of every input
   */
  public Map<String, Long> sizes(Map<String, TensorType> fields, long batch) {
    var sizes = new LinkedHashMap<String, Long>();
    program.inputs(name).forEach((input, declared) -> {
      var field = fields.get(input);
      var dims = dims(declared);
      for (int axis = 0; axis < dims.size(); axis++) {
        if (program.freeSizes(name).contains(dims.get(axis))) {
          if (axis == 0) {
            sizes.putIfAbsent(dims.get(axis), batch);
          } else if (field != null && axis <= field.shape().rank()) {
            sizes.putIfAbsent(dims.get(axis), field.shape().size(axis - 1));
          }
        }
      }
    });
    return sizes;
  }

  private static List<String> dims(String declared) {
    int open = declared.indexOf('[');
    return List.of(declared.substring(open + 1, declared.length() - 1).split("\\s*,\\s*"));
  }

  /** The types of a model's parameters and states by name: what files hold. */
  public static Map<String, TensorType> saved(Elaborated elaborated) {
    var types = new LinkedHashMap<String, TensorType>();
    elaborated.parameters().forEach(v -> types.put(v.name(), v.type()));
    elaborated.states().forEach(v -> types.put(v.name(), v.type()));
    return types;
  }

  /** The types of a model's caches by name: what a session holds. */
  public static Map<String, TensorType> cached(Elaborated elaborated) {
    var types = new LinkedHashMap<String, TensorType>();
    elaborated.caches().forEach(v -> types.put(v.name(), v.type()));
    return types;
  }

  static List<Variable> variables(Elaborated elaborated) {
    var all = new ArrayList<>(elaborated.parameters());
    all.addAll(elaborated.states());
    return all;
  }
}
