package dev.gatun.graph.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Explanation;
import dev.gatun.graph.Lifetimes;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Gather;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.ScatterAdd;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a training step holds, and in which order it lets go of it. */
class OrderingTest {
  private static final int LAYERS = 12;
  private static final String DEEP = """
      model deep(x: f32[N, 50], label: i32[N]) {
        y = x
        for _ in range(%d) { y = y |> linear(50) |> tanh }
        loss = cross_entropy(y |> linear(5), label)
      }
      train deep { minimize loss; optimizer = %s%s }
      """;
  private static final String WORDS = """
      model words(x: i32[N, 4], label: i32[N]) {
        y = x |> embedding(100, 20) |> flatten
        for _ in range(5) { y = y |> linear(80) |> batch_norm |> relu }
        loss = cross_entropy(y |> linear(5), label)
      }
      train words { minimize loss; optimizer = adam(0.1) }
      """;

  private static final String RECURRENT = """
      model recurrent(x: f32[N, 40, 20], label: i32[N]) {
        y = x
        for _ in range(%d) { y, h = lstm(y, 20) }
        loss = cross_entropy(h |> linear(5), label)
      }
      train recurrent { minimize loss; optimizer = %s }
      """;

  private static Plan plan(String text, long batch) {
    return Explanation.ofTraining(Model.of(text).elaborate(Map.of("N", batch), true), Machines.named("cpu")).plan();
  }

  /** Whether a kernel writes parameters or states. */
  private static boolean changesModel(Plan plan, Plan.Run run) {
    return run.out().stream().anyMatch(out -> plan.buffers().get(out.buffer()).place() == Plan.Place.MODEL);
  }

  /** A layer's update comes before the gradients of the layers below, so that gradients never pile up. */
  @Test
  void updatesComeAsSoonAsTheyCan() {
    long batch = 400;
    long activation = 4 * 50 * batch;
    for (var optimizer : List.of("sgd(0.1)", "adam(0.1)", "sgd(0.1, momentum = 0.9)")) {
      var plan = plan(DEEP.formatted(LAYERS, optimizer, ""), batch);
      assertTrue(plan.planBytes() < (LAYERS + 4) * activation,
          optimizer + " takes " + plan.planBytes() / activation + " activations");
      var runs = Lifetimes.of(plan).steps();
      int first = 0;
      while (!changesModel(plan, runs.get(first))) {
        first++;
      }
      assertTrue(first < runs.size() - LAYERS, optimizer + " changes nothing before kernel " + first);
    }
  }

  /** The gradients of what goes into a recurrent layer's gates are free before those of the layer below are there. */
  @Test
  void gradientsOfGatesNeverPileUp() {
    long batch = 50;
    long gates = 4 * 4 * 20 * 40 * batch;
    for (var optimizer : List.of("sgd(0.1)", "adamw(0.1)")) {
      long one = plan(RECURRENT.formatted(2, optimizer), batch).planBytes();
      long other = plan(RECURRENT.formatted(6, optimizer), batch).planBytes();
      long layer = (other - one) / 4;
      assertTrue(layer < 2.5 * gates, optimizer + ": a layer more takes " + (double) layer / gates + " times its gates");
    }
  }

  /** Where the norm of all gradients is wanted first, the updates wait for it. */
  @Test
  void clippingByTheNormWaitsForAllGradients() {
    var plan = plan(DEEP.formatted(LAYERS, "sgd(0.1)", "; clip_norm = 1"), 400);
    var runs = Lifetimes.of(plan).steps();
    long updates = runs.stream().filter(run -> changesModel(plan, run)).count();
    assertEquals(2 * (LAYERS + 1), updates);
    var last = runs.subList(runs.size() - (int) updates, runs.size());
    assertTrue(last.stream().allMatch(run -> changesModel(plan, run)));
  }

  /** An index that is out of range ends a step before anything has changed. */
  @Test
  void nothingChangesBeforeTheLastKernelThatCanFail() {
    var plan = plan(WORDS, 30);
    boolean changed = false;
    int fallible = 0;
    for (var run : Lifetimes.of(plan).steps()) {
      if (run.spec() instanceof KernelSpec.Direct direct
          && (direct.op() instanceof Gather || direct.op() instanceof ScatterAdd)) {
        assertTrue(!changed, "a kernel that can fail comes behind an update");
        fallible++;
      }
      changed |= changesModel(plan, run);
    }
    assertEquals(2, fallible);
  }

  /** What batch_norm subtracts and what its gradient reads are the same numbers, and are written once. */
  @Test
  void noKernelWritesTheSameNumbersTwice() {
    int rows = 0;
    for (var run : Lifetimes.of(plan(WORDS, 30)).steps()) {
      var all = new ArrayList<List<Expr>>();
      if (run.spec() instanceof KernelSpec.Map map) {
        all.add(map.exprs());
      } else if (run.spec() instanceof KernelSpec.Row row) {
        all.add(row.rowExprs());
        all.add(row.mapExprs());
        rows++;
      }
      all.forEach(exprs -> assertEquals(exprs.size(), new HashSet<>(exprs).size(), () -> "twice in " + exprs));
    }
    assertTrue(rows > 10, "only " + rows + " kernels that could");
  }
}
