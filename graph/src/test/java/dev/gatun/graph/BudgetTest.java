package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Training steps whose plans keep to a budget. */
class BudgetTest {
  private static final String RESIDUAL = """
      block residual(x, channels, stride = 1) {
        y = x |> conv(channels, kernel = 3, stride = stride, pad = 1, bias = false) |> batch_norm |> relu
            |> conv(channels, kernel = 3, pad = 1, bias = false) |> batch_norm
        skip = if stride == 1 { x }
            else { x |> conv(channels, kernel = 1, stride = stride, bias = false) |> batch_norm }
        relu(y + skip)
      }
      model net(x: f32[N, 3, 16, 16], label: i32[N]) {
        y = x |> conv(32, kernel = 3, pad = 1, bias = false) |> batch_norm |> relu
        for _ in range(3) { y = y |> residual(32) |> dropout(0.2) }
        y = y |> residual(64, stride = 2)
        loss = cross_entropy(y |> global_avg_pool |> linear(10), label)
      }
      train net { minimize loss; optimizer = %s%s }
      """;
  private static final String WORDS = """
      model words(x: i32[N, 16], label: i32[N]) {
        y = x |> embedding(50, 32)
        for _ in range(4) { y = y + (y |> layer_norm |> linear(128) |> gelu |> linear(32)) }
        y, h = lstm(y, 32)
        loss = cross_entropy(h |> linear(10), label)
      }
      train words { minimize loss; optimizer = adamw(0.01) }
      """;

  private static final String DEEP = """
      model deep(x: f32[N, 24, 16], label: i32[N]) {
        y = x
        for _ in range(4) {
          y, h = lstm(y, 32)
          y = y |> dropout(0.1)
        }
        loss = cross_entropy(h |> linear(10), label)
      }
      train deep { minimize loss; optimizer = adamw(0.01) }
      """;

  private static final String NORMED = """
      model normed(x: f32[N, 3, 16, 16], label: i32[N]) {
        y = x
        for _ in range(2) { y = y |> conv(16, kernel = 3, pad = 1, bias = false) |> batch_norm |> relu }
        loss = cross_entropy(y |> global_avg_pool |> linear(10), label)
      }
      train normed { minimize loss; optimizer = sgd(0.1) }
      """;

  private static Graph step(String text) {
    var elaborated = Model.of(text).elaborate(Map.of("N", 8L), true);
    return TrainingGraph.of(elaborated, SettingsReader.read(elaborated.recipe(), 8)).graph();
  }

  private static Map<String, Reference> sources(Graph graph) {
    return GraphRunner.sources(graph, (dtype, x) -> dtype.isFloat() ? (float) (0.1 + 0.5 * x) : (int) (10 * x));
  }

  /** At each part of the whole step's memory that can be kept to, the bits of the whole step; the least such part. */
  private static double least(Graph graph, Backend machine) {
    var sources = sources(graph);
    var free = GraphRunner.run(graph, machine, 2, sources);
    double least = 1;
    for (double part = 0.9; part > 0.2; part -= 0.2) {
      try {
        long budget = (long) (part * free.plan().planBytes());
        var tight = GraphRunner.run(graph, machine, 1, sources, budget);
        assertTrue(tight.plan().planBytes() <= budget, tight.plan().planBytes() + " of " + budget);
        free.requireSame(tight);
        least = part;
      } catch (BudgetException refused) {
        break;
      }
    }
    return least;
  }

  /** Convolutions by minimal filtering run again as they ran, and dropout draws again what it drew. */
  @Test
  void aResidualNetworkFitsHalfItsMemory() {
    assertTrue(least(step(RESIDUAL.formatted("adam(0.1)", "")), Machines.named("cpu")) < 0.55);
    assertTrue(least(step(RESIDUAL.formatted("sgd(0.1)", "; clip_norm = 1")), Machines.named("cpu")) < 0.75);
  }

  /** What is looked up is kept. */
  @Test
  void embeddingsAndRecurrences() {
    assertTrue(least(step(WORDS), Machines.named("cpu")) < 0.95);
  }

  /** The loops of all layers but the last run again for their gradients, with dropout between them. */
  @Test
  void loopsRunAgain() {
    for (String machine : List.of("cpu", "interpreter")) {
      double part = least(step(DEEP), Machines.named(machine));
      assertTrue(part < 0.75, machine + " " + part);
    }
    assertTrue(least(step(DEEP), new ContraryMachine()) < 0.75);
    var elaborated = Model.of(DEEP).elaborate(Map.of("N", 8L), true);
    var free = Explanation.ofTraining(elaborated, Machines.named("cpu"));
    var tight = Explanation.ofTraining(elaborated, Machines.named("cpu"),
        free.memoryBytes() - free.plan().planBytes() / 4);
    assertTrue(tight.reasons().stream().anyMatch(reason -> reason.kernel().equals("a loop")
        && reason.text().startsWith("runs again for %s: that frees ")), tight.reasons().toString());
  }

  /** Reasons and the plan agree on how many kernels run again, and the peak is lower. */
  @Test
  void explanationsTellWhatRunsAgain() {
    var elaborated = Model.of(RESIDUAL.formatted("sgd(0.1)", "")).elaborate(Map.of("N", 8L), true);
    var free = Explanation.ofTraining(elaborated, Machines.named("cpu"));
    assertEquals(0, free.again());
    long budget = free.memoryBytes() - free.plan().planBytes() / 3;
    var tight = Explanation.ofTraining(elaborated, Machines.named("cpu"), budget);
    assertTrue(tight.memoryBytes() <= budget, tight.memoryBytes() + " of " + budget);
    assertTrue(tight.again() > 0);
    var said = tight.reasons().stream().filter(r -> r.text().startsWith("runs again for %s: that frees ")).toList();
    assertTrue(!said.isEmpty() && said.size() <= tight.again(), said.toString());
    assertEquals(tight.plan().text(), Explanation.ofTraining(elaborated, Machines.named("cpu"), budget).plan().text());
  }

  /** The least that a refusal names is a budget that is kept to. */
  @Test
  void aRefusalNamesTheLeastAndWhatHoldsIt() {
    var graph = step(RESIDUAL.formatted("sgd(0.1)", ""));
    var machine = Machines.named("cpu");
    var refused = assertThrows(BudgetException.class,
        () -> GraphRunner.run(graph, machine, 1, sources(graph), 100_000));
    assertTrue(refused.getMessage().matches("the plan takes at least [0-9.]+ [KM]iB, and 97\\.7 KiB are left for it; "
        + "it holds most for `[^`]+ at model:\\d+:\\d+[^`]*` 256\\.0 KiB, .*"), refused::getMessage);
    var kept = GraphRunner.run(graph, machine, 1, sources(graph), refused.requested());
    assertEquals(refused.requested(), kept.plan().planBytes());
  }

  /** A trainer fits what its arena leaves it, the smaller last batch included. */
  @Test
  void aTrainerHasTheBudgetOfItsArena() {
    try (var inputs = TensorArena.root("inputs", 1 << 20)) {
      var data = images(inputs);
      var free = trained(data, 1 << 30);
      assertEquals(0, free.recomputed);
      var tight = free;
      for (long limit = free.bytes - 64; tight.recomputed == 0; limit -= free.planBytes / 12) {
        tight = trained(data, limit);
        assertArrayEquals(free.weights, tight.weights);
      }
    }
  }

  /** With less and less memory a trainer and its evaluation fit, until they are refused, and from there on always. */
  @Test
  void lessMemoryIsRefusedFromSomewhereOn() {
    try (var inputs = TensorArena.root("inputs", 1 << 20)) {
      var data = images(inputs);
      var whole = evaluated(data, 1 << 30);
      int fitted = 0;
      BudgetException refused = null;
      for (int eighth = 4; eighth > -16; eighth--) {
        long limit = whole.bytes + whole.planBytes / 8 * eighth;
        try {
          evaluated(data, limit);
          assertTrue(refused == null, limit + " bytes are enough, though more were refused");
          fitted++;
        } catch (BudgetException full) {
          refused = full;
        }
      }
      assertTrue(fitted > 1 && refused != null, fitted + " limits of 20 are enough");
    }
  }

  /** What training and measuring take. */
  private static Trained evaluated(Dataset data, long limit) {
    var model = Model.of(NORMED);
    var settings = Trainer.settings(model, data).withBatch(8).withSteps(4);
    try (var arena = TensorArena.root("test", limit);
        var trainer = new Trainer(model, settings, Machines.named("cpu"), arena, 1, data)) {
      trainer.prepareEvaluation(data);
      long bytes = arena.usedBytes();
      trainer.train();
      assertTrue(Double.isFinite(trainer.evaluate(data).get("loss")));
      assertEquals(bytes, arena.usedBytes());
      return new Trained(bytes, trainer.plan().planBytes(), trainer.recomputed(), null);
    }
  }

  private static Dataset images(TensorArena inputs) {
    var images = inputs.allocate(DType.F32, Shape.of(12, 3, 16, 16));
    images.setDoubles(new Random(1).doubles(images.shape().elements()).toArray());
    var labels = inputs.allocate(DType.I32, Shape.of(12));
    labels.setDoubles(IntStream.range(0, 12).mapToDouble(i -> i % 10).toArray());
    return Dataset.of(Map.of("x", images, "label", labels));
  }

  private record Trained(long bytes, long planBytes, int recomputed, double[] weights) {}

  private static Trained trained(Dataset data, long limit) {
    var model = Model.of(RESIDUAL.formatted("sgd(0.1)", ""));
    var settings = Trainer.settings(model, data).withBatch(8).withSteps(4);
    try (var arena = TensorArena.root("test", limit);
        var trainer = new Trainer(model, settings, Machines.named("cpu"), arena, 1, data)) {
      long bytes = arena.usedBytes();
      trainer.train();
      return new Trained(bytes, trainer.plan().planBytes(), trainer.recomputed(),
          trainer.variables().tensor("y.conv1.weight", arena).toDoubles());
    }
  }
}
