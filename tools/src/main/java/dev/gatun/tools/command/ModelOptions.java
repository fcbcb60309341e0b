package dev.gatun.tools.command;

import dev.gatun.graph.Model;
import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.tools.zoo.Zoo;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model a verb is about. */
final class ModelOptions {
  private static final String WEIGHTS = ".safetensors";

  @Parameters(index = "0", paramLabel = "MODEL", description = "A model of the zoo (gatun zoo list) or a .gat file.")
  private String name;

  @Option(names = "--model", paramLabel = "NAME", description = "Which model of the file, where it has several.")
  private String chosen;

  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "Replace a constant of the model's file.")
  private Map<String, String> constants = new LinkedHashMap<>();

  /** As the user typed it. */
  String name() {
    return name;
  }

  /** The model and its constants as words of a command line. */
  List<String> words() {
    var words = new ArrayList<>(List.of(name));
    if (chosen != null) {
      words.addAll(List.of("--model", chosen));
    }
    constants.forEach((constant, value) -> words.addAll(List.of("--set", constant + "=" + value)));
    return words;
  }

  /** Opens the model: the chosen one, or else the only one that has a recipe, or else the first. */
  Model open() {
    var program = program();
    if (chosen != null) {
      return Model.of(program, models(program).getFirst());
    }
    var trained = program.models().stream().filter(program::hasRecipe).toList();
    if (trained.size() > 1) {
      throw new UsageException(name + " has recipes for " + String.join(", ", trained) + ": choose with --model");
    }
    try {
      return Model.of(program);
    } catch (IllegalArgumentException e) {
      throw new InputException(name + ": " + e.getMessage());
    }
  }

  /** The names of the models that the user means: the chosen one, or else all. */
  List<String> models(Program program) {
    var all = program.models();
    if (chosen == null) {
      return all;
    }
    if (!all.contains(chosen)) {
      throw new UsageException(name + " has no model `" + chosen + "`" + Names.similar(chosen, all)
          + (all.isEmpty() ? "" : " (it has " + String.join(", ", all) + ")"));
    }
    return List.of(chosen);
  }

  /** Reads the file or the zoo's text. */
  Program program() {
    try {
      var entry = Zoo.find(name);
      return entry != null ? Program.of(new Source("zoo/" + name + Zoo.SUFFIX, entry.text()), constants)
          : Program.read(path(), constants);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--set: " + e.getMessage());
    }
  }

  private Path path() {
    boolean looksLikePath = name.endsWith(Zoo.SUFFIX) || name.contains("/") || name.contains(File.separator);
    try {
      var path = Path.of(name);
      if (looksLikePath || Files.isRegularFile(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new UsageException("`" + name + "` is no path: " + e.getReason());
    }
    var names = Zoo.all().stream().map(Zoo.Entry::name).toList();
    throw new UsageException("no model is called `" + name + "`" + Names.similar(name, names) + " (the zoo has "
        + String.join(", ", names) + "; a file's name ends in " + Zoo.SUFFIX + ")");
  }

  /** Fails if the model has no output. */
  void requireOutput(Elaborated elaborated) {
    if (elaborated.outputs().isEmpty()) {
      throw new InputException(name + ": model " + elaborated.model() + " has no output: add a line such as "
          + "`output y = …`");
    }
  }

  /** Fails if the file does not say how to train the model, since that also says what to measure. */
  void requireRecipe(Model model) {
    if (!model.program().hasRecipe(model.name())) {
      throw new InputException(name + ": model " + model.name() + " has no recipe: add `train " + model.name()
          + " { minimize loss }`");
    }
  }

  /** Where the weights lie if nothing else is said: beside the user, under the file's name and the chosen model's. */
  Path weights() {
    var file = Path.of(name).getFileName().toString();
    int end = file.endsWith(Zoo.SUFFIX) ? file.length() - Zoo.SUFFIX.length() : file.length();
    return Path.of(file.substring(0, end) + (chosen == null ? "" : "." + chosen) + WEIGHTS);
  }
}
