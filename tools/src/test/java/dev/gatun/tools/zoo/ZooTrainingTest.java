package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import dev.gatun.graph.Optimizer;
import dev.gatun.graph.Schedule;
import dev.gatun.graph.Trainer;
import dev.gatun.memory.TensorArena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every model of the zoo can learn a few samples by heart. */
class ZooTrainingTest {
  private static final int SAMPLES = 8;
  private static final int STEPS = 60;

  static Iterable<Zoo.Entry> models() {
    return Zoo.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void learnsAFewSamplesByHeart(Zoo.Entry entry) {
    var model = ZooSamples.model(entry);
    var data = ZooSamples.of(entry, SAMPLES);
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
