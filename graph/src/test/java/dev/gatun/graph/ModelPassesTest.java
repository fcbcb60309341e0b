package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.graph.plan.VerifiedPasses;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each pass of the planner leaves is sound: over the models of the zoo, those that are measured and the examples
 * of the language, for a run and, where the trainer knows what their recipes ask for, for a training step.
 */
class ModelPassesTest {
  private static final List<Path> FOLDERS = List.of(Path.of("..", "tools", "zoo"),
      Path.of("..", "bench", "src", "main", "resources", "dev", "gatun", "bench"),
      Path.of("src", "test", "resources", "dev", "gatun", "graph", "language"));
  private static final Map<String, Long> SIZES = Map.of("N", 3L, "H", 64L, "W", 64L, "T", 9L, "K", 3L);
  private static final Backend CPU = Machines.named("cpu");
  private static final List<Backend> MACHINES = List.of(CPU, new Interpreter(), new ContraryMachine());

  static List<Path> files() throws IOException {
    var files = new ArrayList<Path>();
    for (var folder : FOLDERS) {
      try (var found = Files.list(folder)) {
        // gpt-char has all that the bench's transformer has, in a fifth of the kernels.
        found.filter(file -> file.toString().endsWith(".gat") && !file.endsWith("transformer.gat")).sorted()
            .forEach(files::add);
      }
    }
    assertTrue(files.size() > 15, files.toString());
    return files;
  }

  @ParameterizedTest
  @MethodSource("files")
  void passesAreSound(Path file) throws IOException {
    var program = Program.of(new Source(file.getFileName().toString(), Files.readString(file)), Map.of());
    for (var name : program.models()) {
      var model = Model.of(program, name);
      var sizes = new HashMap<String, Long>();
      program.freeSizes(name).forEach(size -> sizes.put(size, SIZES.get(size)));
      var run = model.elaborate(sizes, false);
      var training = model.elaborate(sizes, true);
      // What the bench measures is large.
      for (var machine : file.toString().contains("bench") ? List.of(CPU) : MACHINES) {
        if (!run.outputs().isEmpty()) {
          VerifiedPasses.run(run.graph(), machine);
        }
        if (training.recipe() != null && training.recipe().steps().isEmpty()
            && training.recipe().common().augmentations().isEmpty()) {
          VerifiedPasses.run(TrainingGraph.of(training, SettingsReader.read(training.recipe(), 3)).graph(), machine);
        }
      }
    }
  }
}
