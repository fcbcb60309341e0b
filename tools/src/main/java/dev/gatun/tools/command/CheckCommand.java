package dev.gatun.tools.command;

import dev.gatun.graph.Model;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Program;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check}: whether a file stands and its recipes can be trained, without running it. */
@Command(name = "check", sortOptions = false,
    description = "Check a model's file: names, types, shapes and recipes of all its models.")
final class CheckCommand implements Callable<Integer> {
  /** What a free size is if the user does not say. */
  private static final long SIZE = 2;

  @Mixin
  private ModelOptions model;
  @Option(names = "--shapes", paramLabel = "SIZE=N", description = "A free size, such as N=8; 2 if not given.")
  private Map<String, Long> shapes = new LinkedHashMap<>();
  @Mixin
  private Output output;

  @Override
  public Integer call() {
    var program = model.program();
    var models = new ArrayList<Map<String, Object>>();
    var free = new LinkedHashSet<String>();
    var names = model.models(program);
    names.forEach(name -> free.addAll(program.freeSizes(name)));
    requireKnown(shapes, free);
    if (names.isEmpty()) {
      output.line(model.name() + ": stands, and declares no model");
    }
    for (var name : names) {
      var checked = check(program, name);
      models.add(checked);
      output.line(model.name() + ": model " + name + " stands; inputs " + program.inputs(name) + ", "
          + checked.get("parameters") + " parameters");
    }
    output.object(Map.of("models", models));
    return ExitCode.GOOD;
  }

  private Map<String, Object> check(Program program, String name) {
    var sizes = new LinkedHashMap<String, Long>();
    program.freeSizes(name).forEach(size -> sizes.put(size, shapes.getOrDefault(size, SIZE)));
    var opened = Model.of(program, name);
    var elaborated = opened.elaborate(sizes, true);
    var used = opened.elaborate(sizes, false);
    if (program.hasRecipe(name)) {
      Trainer.check(elaborated);
      Trainer.check(used);
      DataOptions.check(opened);
    }
    var checked = new LinkedHashMap<String, Object>();
    checked.put("name", name);
    checked.put("inputs", program.inputs(name));
    checked.put("parameters", ModelSize.parameters(elaborated));
    return checked;
  }

  /** Fails unless the free sizes that a user gave are those that the model has, and possible. */
  static void requireKnown(Map<String, Long> shapes, Collection<String> free) {
    shapes.forEach((size, value) -> {
      if (!free.contains(size)) {
        throw new UsageException("--shapes: there is no free size " + size + ", there "
            + (free.isEmpty() ? "are none" : "are " + String.join(", ", free)));
      }
      if (value < 1 || value > Integer.MAX_VALUE) {
        throw new UsageException("--shapes: " + size + " must be from 1 to " + Integer.MAX_VALUE + ", found " + value);
      }
    });
  }
}
