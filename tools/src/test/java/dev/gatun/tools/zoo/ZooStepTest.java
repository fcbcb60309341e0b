package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Dataset;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.graph.Optimizer;
import dev.gatun.graph.Schedule;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One whole training step. */
class ZooStepTest {
  private static final int SAMPLES = 4;

  /**
   * What the gradients of two machines may differ by, as a part of the model's largest: a path through the model rounds
   * about 100 times to 24 bits, in sums whose errors grow with the root of some 1000 terms, 2⁻²⁴ · 100 · 32.
   */
  private static final double TOLERANCE = 0x1p-24 * 100 * 32;

  static Iterable<Zoo.Entry> models() {
    return Zoo.all();
  }

  /** The parameters after one step of plain descent by the whole gradient, and before it. */
  private static List<Map<String, double[]>> step(Model model, Backend machine, Dataset data) {
    var settings = Trainer.settings(model, data).withBatch(data.size()).withSteps(1)
        .withOptimizer(new Optimizer.Sgd(new Schedule.Constant(1), 0, false));
    try (var arena = TensorArena.root("test", 1L << 30);
        var trainer = new Trainer(model, settings, machine, arena, 2, data)) {
      var before = values(trainer, arena);
      trainer.train();
      return List.of(before, values(trainer, arena));
    }
  }

  private static Map<String, double[]> values(Trainer trainer, TensorArena arena) {
    var values = new LinkedHashMap<String, double[]>();
    var snapshot = trainer.variables().tensors(arena);
    trainer.parameters().forEach(p -> values.put(p.name(), snapshot.get(p.name()).toDoubles()));
    return values;
  }

  /** The machine that users get takes the step that the ops' definitions take. */
  @ParameterizedTest
  @MethodSource("models")
  void meansItsDefinition(Zoo.Entry entry) {
    compare(entry, SAMPLES);
  }

  /** So it does for batches with which kernels lay lanes along samples, along channels, or leave some over. */
  @ParameterizedTest
  @ValueSource(ints = {1, 8, 17, 64})
  void meansItsDefinitionForEveryBatch(int batch) {
    compare(Zoo.find("digits"), batch);
  }

  private static void compare(Zoo.Entry entry, int samples) {
    var model = ZooSamples.model(entry);
    var data = ZooSamples.of(entry, samples);
    var found = step(model, Machines.best(), data);
    var expected = step(model, new Interpreter(), data);
    double largest = 0;
    double apart = 0;
    for (var name : expected.getLast().keySet()) {
      var start = expected.getFirst().get(name);
      for (int i = 0; i < start.length; i++) {
        assertEquals(start[i], found.getFirst().get(name)[i], 0.0, name);
        largest = Math.max(largest, Math.abs(expected.getLast().get(name)[i] - start[i]));
        apart = Math.max(apart, Math.abs(expected.getLast().get(name)[i] - found.getLast().get(name)[i]));
      }
    }
    assertTrue(largest > 1e-3, entry.name() + " does not move");
    assertTrue(apart <= TOLERANCE * largest, entry.name() + ": " + apart + " apart of " + largest);
  }

  /** The residual network takes 32×32 colours, as its file says. */
  @Test
  void resnetTakesColours() {
    var text = Zoo.find("resnet-small").text();
    var model = Model.of(Program.of(new Source("resnet-small", text), Map.of("channels_in", "3", "side", "32")));
    var moved = step(model, Machines.best(), ZooSamples.noise(SAMPLES, 3, 32));
    assertEquals(16 * 3 * 3 * 3, moved.getFirst().get("x.unit1.conv1.weight").length, moved.getFirst()::toString);
    moved.getLast().forEach((name, values) -> {
      for (double value : values) {
        assertTrue(Double.isFinite(value), name);
      }
    });
  }
}
