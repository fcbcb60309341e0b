package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Dataset;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.graph.Optimizer;
import dev.gatun.graph.Schedule;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.TensorType;
import dev.gatun.tools.data.ByteDataset;
import dev.gatun.tools.data.DataFolders;
import dev.gatun.tools.data.DataSets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every model of the zoo can learn a few samples by heart. */
class ZooTrainingTest {
  private static final int SAMPLES = 8;
  private static final int STEPS = 60;

  /** Constants that make the larger models small, so that the test is short. */
  private static final Map<String, Map<String, String>> SMALLER = Map.of("resnet-small", Map.of("width", "8"),
      "gpt-char", Map.of("width", "32", "depth", "2", "rate", "0.0"));

  /** The first samples of a data set. */
  private record First(Dataset of, int size) implements Dataset {
    @Override
    public Map<String, TensorType> fields() {
      return of.fields();
    }

    @Override
    public void copy(String field, int[] rows, int from, int count, Tensor into) {
      of.copy(field, rows, from, count, into);
    }
  }

  static Iterable<Zoo.Entry> models() {
    return Zoo.all();
  }

  /** Samples of the model's data set; noise with labels where that set is in files, which may be absent. */
  private static Dataset samples(Zoo.Entry entry) {
    if (!entry.dataSet().endsWith("mnist")) {
      var split = DataSets.find(entry.dataSet()).load(new DataFolders(null, null), Map.of());
      return new First(split.train(), SAMPLES);
    }
    var random = new Random(7);
    byte[] images = new byte[SAMPLES * 28 * 28];
    random.nextBytes(images);
    byte[] labels = new byte[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = (byte) random.nextInt(10);
    }
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("image", ByteDataset.Field.scaled(images, 255, 1, 28, 28));
    fields.put("label", ByteDataset.Field.numbers(labels));
    return new ByteDataset(fields);
  }

  @ParameterizedTest
  @MethodSource("models")
  void learnsAFewSamplesByHeart(Zoo.Entry entry) {
    var model = Model.of(Program.of(new Source(entry.name(), entry.text()),
        SMALLER.getOrDefault(entry.name(), Map.of())));
    var data = samples(entry);
    var adam = new Optimizer.Adam(new Schedule.Constant(3e-3), 0.9, 0.999, 1e-8, 0);
    var settings = Trainer.settings(model, data).withBatch(SAMPLES).withSteps(STEPS).withOptimizer(adam);
    try (var arena = TensorArena.root("test", 1L << 30);
        var trainer = new Trainer(model, settings, Machines.best(), arena, 2, data)) {
      var before = trainer.evaluate(data);
      trainer.train();
      var after = trainer.evaluate(data);
      assertTrue(after.get("loss") < 0.6 * before.get("loss"), entry.name() + ": " + before + " to " + after);
      assertTrue(after.getOrDefault("accuracy", 1.0) == 1.0, entry.name() + ": " + after);
    }
  }
}
