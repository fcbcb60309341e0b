package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.Dataset;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.DType;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.TensorType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The training plan of every model of the zoo, at its recipe's batch size, is the one that is stored: what a change
 * does to plans is seen where the change is read. The machine is {@code cpu}, which offers the same whatever processor
 * it runs on.
 *
 * <p>After a change that is meant: {@code mvn test -pl tools -am -Dtest=ZooPlanTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dplans=write}, then read what changed.
 */
class ZooPlanTest {
  private static final Path FOLDER = Path.of("src/test/resources/dev/gatun/tools/zoo/plans");

  /** One layer says what two would. */
  private static final Map<String, Map<String, String>> SMALLER = Map.of("gpt-char", Map.of("depth", "1"));

  private static final Map<String, Map<String, TensorType>> FIELDS = Map.of(
      "digits", Map.of("image", TensorType.of(DType.F32, 1, 8, 8), "label", TensorType.scalar(DType.I32)),
      "fashion-mnist", Map.of("image", TensorType.of(DType.F32, 1, 28, 28), "label", TensorType.scalar(DType.I32)),
      "brackets", Map.of("token", TensorType.of(DType.I32, 32), "length", TensorType.scalar(DType.I32),
          "label", TensorType.scalar(DType.I32)),
      "characters", Map.of("token", TensorType.of(DType.I32, 65)));

  /** As many samples as any recipe's batch has; nobody looks at them. */
  private record Fields(Map<String, TensorType> fields) implements Dataset {
    @Override
    public int size() {
      return 1000;
    }

    @Override
    public void copy(String field, int[] rows, int from, int count, Tensor into) {
      throw new UnsupportedOperationException("no step is run");
    }
  }

  static List<Zoo.Entry> models() {
    return Zoo.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void planIsTheStoredOne(Zoo.Entry entry) throws IOException {
    var model = Model.of(Program.of(new Source(entry.name(), entry.text()),
        SMALLER.getOrDefault(entry.name(), Map.of())));
    var data = new Fields(FIELDS.get(entry.dataSet()));
    try (var arena = TensorArena.root("test", 1L << 30);
        var trainer = new Trainer(model, Trainer.settings(model, data), Machines.named("cpu"), arena, 1, data)) {
      var found = "batch " + trainer.settings().batch() + ", " + PlanSummary.of(trainer.plan());
      var file = FOLDER.resolve(entry.name() + ".txt");
      if ("write".equals(System.getProperty("plans"))) {
        Files.createDirectories(FOLDER);
        Files.writeString(file, found);
      }
      assertEquals(Files.readString(file, StandardCharsets.UTF_8), found,
          () -> "the plan of " + entry.name() + " changed; if that is meant, run this test with -Dplans=write");
    }
  }
}
