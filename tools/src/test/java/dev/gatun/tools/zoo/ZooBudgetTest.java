package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Dataset;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.graph.Settings;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.BudgetException;
import dev.gatun.memory.TensorArena;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Training in less memory than a step would take of itself. */
class ZooBudgetTest {
  private static Settings settings(Model model, Dataset data, int batch) {
    return Trainer.settings(model, data).withBatch(batch).withSteps(4);
  }

  private static Map<String, double[]> values(Trainer trainer, TensorArena arena) {
    var values = new LinkedHashMap<String, double[]>();
    trainer.variables().tensors(arena).forEach((name, tensor) -> values.put(name, tensor.toDoubles()));
    return values;
  }

  /** What a trainer left behind, and what it took: all bytes, and those of its plan. */
  private record Trained(Map<String, double[]> values, long bytes, long planBytes, int recomputed) {}

  private static Trained train(Model model, Settings settings, Dataset data, long limit) {
    try (var arena = TensorArena.root("test", limit);
        var trainer = new Trainer(model, settings, Machines.best(), arena, 2, data)) {
      long bytes = arena.usedBytes();
      trainer.train();
      return new Trained(values(trainer, arena), bytes, trainer.plan().planBytes(), trainer.recomputed());
    }
  }

  /** With less and less memory, the smaller last batch included, parameters and states come to the same bits. */
  @Test
  void budgetsKeepBits() {
    var model = Model.of(Program.of(new Source("resnet-small", Zoo.find("resnet-small").text()), Map.of("width", "8")));
    var data = ZooSamples.of(Zoo.find("resnet-small"), 22);
    var settings = settings(model, data, 16);
    var free = train(model, settings, data, 1L << 30);
    assertEquals(0, free.recomputed);
    var tight = free;
    for (long limit = free.bytes; tight.recomputed == 0; limit -= free.planBytes / 12) {
      tight = train(model, settings, data, limit);
      for (var variable : free.values.entrySet()) {
        assertArrayEquals(variable.getValue(), tight.values.get(variable.getKey()), variable.getKey());
      }
    }
    assertTrue(tight.planBytes < free.planBytes, tight.planBytes + " of " + free.planBytes);
  }

  /** The widest layer and its pooling fill a step of lenet: nothing that runs again would help. */
  @Test
  void whatCannotFitIsRefusedWithTheLeast() {
    var model = Model.of(Program.of(new Source("lenet", Zoo.find("lenet").text()), Map.of()));
    var data = ZooSamples.of(Zoo.find("lenet"), 64);
    var settings = settings(model, data, 64);
    var free = train(model, settings, data, 1L << 30);
    var fault = assertThrows(BudgetException.class,
        () -> train(model, settings, data, free.bytes - (long) (0.4 * free.planBytes)));
    assertTrue(fault.getMessage().matches(
        "the plan takes at least [0-9.]+ MiB and its kernels [0-9.]+ [KM]iB besides, and [0-9.]+ [KM]iB are left for "
        + "both; the plan holds most for `unpool at lenet:4:\\d+` 1\\.1 MiB, .*"), fault::getMessage);
    assertTrue(fault.requested() <= free.bytes && fault.requested() > fault.limit(), fault::getMessage);
  }
}
