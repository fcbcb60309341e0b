package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.plan.Planner;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which products of a recurrence run in its loops, and which over all turns at once. */
class ScanPlanTest {
  private static final String LSTM = """
      model reader(x: f32[N, T, 3], length: i32[N], label: i32[N]) {
        y, h = lstm(x, 8, mask = arange(T) < length[:, none], reverse = %s)
        loss = cross_entropy(linear(h, 2), label) + mean(y)
      }
      train reader { minimize loss; optimizer = sgd(0.1) }
      """;
  /** Every product stands in the loop. */
  private static final String CELL = """
      model reader(x: f32[N, T, 3], label: i32[N]) {
        y, h = scan xt in x, h = zeros([N, 8]) {
          z = linear(xt, 8)
          h = tanh(z + linear(h, 8))
          linear(h, 4)
        }
        loss = cross_entropy(linear(h, 2), label) + mean(y)
      }
      train reader { minimize loss; optimizer = sgd(0.1) }
      """;
  private static final long BATCH = 5;
  private static final long TURNS = 7;

  private static Plan plan(String text, long turns) {
    var model = Model.of(text);
    var elaborated = model.elaborate(Map.of("N", BATCH, "T", turns), true);
    var training = TrainingGraph.of(elaborated, SettingsReader.read(elaborated.recipe(), 10));
    var offsets = new LinkedHashMap<String, Long>();
    Model.saved(elaborated).keySet().forEach(name -> offsets.put(name, 0L));
    training.optimizerStates().keySet().forEach(name -> offsets.put(name, 0L));
    return Planner.plan(training.graph(), new Interpreter(), offsets, Map.of());
  }

  /** The products as m×k×n: those that run once, and those of each loop. */
  private static List<List<String>> products(Plan plan) {
    var products = new ArrayList<List<String>>();
    products.add(of(plan.steps()));
    plan.steps().forEach(step -> {
      if (step instanceof Plan.Repeat repeat) {
        products.add(of(repeat.body()));
      }
    });
    return products;
  }

  /** The products among some steps, in no order that means anything: when each runs is a matter of memory. */
  private static List<String> of(List<Plan.Step> steps) {
    var products = new ArrayList<String>();
    for (var step : steps) {
      if (step instanceof Plan.Run run && run.spec() instanceof KernelSpec.Direct direct
          && direct.op() instanceof MatMul) {
        var a = direct.in().get(0).shape();
        products.add(a.size(-2) + "×" + a.size(-1) + "×" + direct.in().get(1).shape().size(-1));
      }
    }
    products.sort(null);
    return products;
  }

  /**
   * An LSTM's training step has x · W before the loop, h · W in it, dz · Wᵀ in the loop back, and behind that one
   * product for each of the weights' gradients, over all turns: no gradient flows to x.
   */
  @Test
  void weightGradientsOfAnLstmAreOneProductEach() {
    for (var reverse : List.of("false", "true")) {
      var found = products(plan(LSTM.formatted(reverse), TURNS));
      assertEquals(List.of("2×5×8", "32×35×3", "32×35×8", "35×3×32", "5×2×8", "5×8×2"), found.get(0));
      assertEquals(List.of("5×8×32"), found.get(1));
      assertEquals(List.of("5×32×8"), found.get(2));
      assertEquals(3, found.size());
    }
  }

  /** One turn is a loop like any other. */
  @Test
  void oneTurn() {
    var found = products(plan(LSTM.formatted("false"), 1));
    assertEquals(List.of("5×8×32"), found.get(1));
    assertEquals(List.of("5×32×8"), found.get(2));
  }

  /** Products that a model writes into its loop leave it, but for the one that the state goes through. */
  @Test
  void productsInALoopLeaveIt() {
    var found = products(plan(CELL, TURNS));
    assertEquals(List.of("5×8×8"), found.get(1));
    assertEquals(List.of("5×8×8"), found.get(2));
    assertEquals(3, found.size());
    assertEquals(List.of("35×3×8", "35×4×8", "35×8×4", "4×35×8", "8×35×3", "8×35×8"),
        found.get(0).stream().filter(p -> p.contains("35")).toList());
  }

  /** A gradient that is a sum of equal sums, sixty deep, is not taken apart into 2⁶⁰ terms. */
  @Test
  @Timeout(20)
  void sumsOfEqualSumsEnd() {
    plan("""
        model doubling(x: f32[N, T, 3], label: i32[N]) {
          param g: f32[3] = 0.1
          _, h = scan xt in x, h = zeros([N, 3]) {
            z = xt + g
            for _ in range(60) { z = z + z }
            h = tanh(z) + h
            h
          }
          loss = cross_entropy(h, label)
        }
        train doubling { minimize loss; optimizer = sgd(0.1) }
        """, TURNS);
  }
}
