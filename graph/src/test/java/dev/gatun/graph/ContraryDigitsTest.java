package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The zoo's digits, by its own recipe but shorter, on the contrary machine: real data, read from the tools' files. */
@Execution(ExecutionMode.CONCURRENT)
class ContraryDigitsTest {
  private static final int PIXELS = 64;

  /** Tests run in the module's folder or in the repository's. */
  private static Path tools(String file) {
    return Path.of(Files.exists(Path.of("tools")) ? "tools" : "../tools").resolve(file);
  }

  /** The lines: label, space, 64 pixels from 0 to 16 in base 17. */
  private static Dataset samples(List<String> lines, TensorArena arena) {
    var images = arena.allocate(DType.F32, Shape.of(lines.size(), 1, 8, 8));
    var labels = arena.allocate(DType.I32, Shape.of(lines.size()));
    images.setDoubles(lines.stream().flatMapToInt(line -> line.substring(2, 2 + PIXELS).chars())
        .mapToDouble(pixel -> Character.digit(pixel, 17) / 16.0).toArray());
    labels.setDoubles(lines.stream().mapToDouble(line -> Character.digit(line.charAt(0), 10)).toArray());
    return Dataset.of(Map.of("image", images, "label", labels));
  }

  private static void learns(int samples, int batch, int epochs, double accuracy) throws IOException {
    var model = Model.of(Files.readString(tools("zoo/digits.gat")));
    var lines = Files.readAllLines(tools("src/main/resources/dev/gatun/tools/data/digits.txt")).stream()
        .filter(line -> !line.startsWith("#")).toList();
    try (var arena = TensorArena.root("test", 1L << 30)) {
      var data = samples(lines.subList(0, samples), arena);
      var unseen = samples(lines.subList(samples, samples + samples / 2), arena);
      var settings = Trainer.settings(model, data).withBatch(batch).withEpochs(epochs);
      try (var trainer = new Trainer(model, settings, new ContraryMachine(), arena, 1, data)) {
        double before = trainer.evaluate(unseen).get("loss");
        trainer.train();
        var after = trainer.evaluate(unseen);
        assertTrue(after.get("loss") < 0.9 * before, before + " to " + after);
        assertTrue(after.get("accuracy") > accuracy, () -> "" + after);
      }
    }
  }

  /** By the recipe's own batch, on a third of the data: some minutes. */
  @Test
  @Tag("nightly")
  void learns() throws IOException {
    learns(576, 32, 6, 0.85);
  }
}
