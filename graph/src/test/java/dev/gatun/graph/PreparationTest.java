package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What hangs on parameters and states alone is computed when these change; normalisations fold into weights. */
class PreparationTest {
  private static final Model NORMALISED = Model.of("""
      model normalised(x: f32[2, 8, 12, 12]) {
        a = x |> conv(16, kernel = 3, pad = 1) |> batch_norm |> relu
        b = a |> conv(24, kernel = 3, stride = 2, bias = false) |> batch_norm
        c = a |> depthwise_conv(kernel = 3, stride = 2) |> batch_norm |> conv(24, kernel = 1)
        d = mean(relu(b + c), axis = [2, 3]) |> linear(40, bias = false) |> batch_norm
        output y = d
      }
      """);

  private final TensorArena arena = TensorArena.root("test", 1L << 28);
  private final Backend machine = Machines.named("cpu");

  @AfterEach
  void close() {
    arena.close();
  }

  private Tensor random(Shape shape, double low, double high, long seed) {
    var tensor = arena.allocate(DType.F32, shape);
    tensor.setDoubles(new Random(seed).doubles(shape.elements(), low, high).toArray());
    return tensor;
  }

  private Variables variables(Model model, Backend on) {
    return new Variables(on, arena, Model.saved(model.elaborate(false)));
  }

  /** Variances positive, all else around 0. */
  private void write(Variables variables, long seed) {
    variables.types().forEach((name, type) -> variables.write(name,
        random(type.shape(), name.endsWith("var") ? 0.3 : -1, 1.5, seed + name.hashCode())));
  }

  private float[] run(Predictor predictor, Tensor x) {
    return predictor.run(Map.of("x", x), List.of("y"), arena).get("y").toFloats();
  }

  private static void requireClose(float[] expected, float[] found, double error) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], error * (1 + Math.abs(expected[i])));
    }
  }

  private static List<Plan.Run> kernels(Plan plan) {
    return Lifetimes.of(plan).steps();
  }

  /** Four convolutions, a mean and a product are left, each with its bias and what follows it, and one relayout. */
  @Test
  void normalisationsVanish() {
    try (var predictor = new Predictor(NORMALISED, variables(NORMALISED, machine), arena, 1)) {
      var plan = predictor.plan(Map.of(), List.of("y"));
      assertTrue(kernels(plan).size() <= 8, plan.text());
      assertTrue(kernels(plan).stream().noneMatch(run -> run.origin().contains("batch_norm")
          && run.choice().name().equals("map")), plan.text());
      assertNotNull(plan.preparation());
    }
  }

  /** Within the rounding of sums of scaled products; held to its order, a machine gives the same with other bits. */
  @Test
  void foldedWeightsGiveTheSameNumbers() {
    var x = random(Shape.of(2, 8, 12, 12), -1, 1, 3);
    var folded = variables(NORMALISED, machine);
    var exact = variables(NORMALISED, Machines.exact(machine));
    write(folded, 1);
    write(exact, 1);
    try (var one = new Predictor(NORMALISED, folded, arena, 1); var two = new Predictor(NORMALISED, exact, arena, 1)) {
      requireClose(run(two, x), run(one, x), 1e-4);
      assertTrue(kernels(two.plan(Map.of(), List.of("y"))).size() >= kernels(one.plan(Map.of(), List.of("y"))).size());
    }
  }

  /** Weights that are written after a run show in the next, in every session, and as if they had always been there. */
  @Test
  void changesAreNoticed() throws Exception {
    var x = random(Shape.of(2, 8, 12, 12), -1, 1, 3);
    var variables = variables(NORMALISED, machine);
    write(variables, 1);
    try (var predictor = new Predictor(NORMALISED, variables, arena, 1);
        var pool = Executors.newFixedThreadPool(4)) {
      var before = run(predictor, x);
      for (long seed = 2; seed < 6; seed++) {
        write(variables, seed);
        var fresh = variables(NORMALISED, machine);
        write(fresh, seed);
        float[] expected;
        try (var other = new Predictor(NORMALISED, fresh, arena, 1)) {
          expected = run(other, x);
        }
        Callable<float[]> again = () -> run(predictor, x);
        for (var found : pool.invokeAll(List.of(again, again, again, again, again, again))) {
          assertArrayEquals(expected, found.get());
        }
        assertNotEquals(before[0], expected[0]);
      }
    }
  }

  /** Queries, keys and values of an attention are one product, beside the scores, what they weigh, and the last. */
  @Test
  void productsOfOneOperandAreOne() {
    var model = Model.of("""
        model attending(x: f32[N, 12, 32]) {
          output y = attention(x, heads = 4)
        }
        """);
    var variables = variables(model, machine);
    write(variables, 1);
    var x = random(Shape.of(3, 12, 32), -1, 1, 2);
    try (var predictor = new Predictor(model, variables, arena, 2)) {
      var plan = predictor.plan(Map.of("N", 3L), List.of("y"));
      assertEquals(4, kernels(plan).stream().filter(run -> run.choice().name().equals("gemm")).count(), plan.text());
      assertTrue(kernels(plan).stream().noneMatch(run -> run.spec() instanceof KernelSpec.Map map
          && !map.equals(KernelSpec.Map.copy(map.in().getFirst()))), plan.text());
      requireClose(interpreted(model, variables, x), run(predictor, x), 1e-5);
    }
  }

  /** Products whose results arithmetic reads keep it in their kernels; one row gains nothing. */
  @Test
  void othersStayApart() {
    var gated = Model.of("model m(x: f32[N, 32]) { output y = sigmoid(linear(x, 8)) * linear(x, 8) }");
    assertEquals(2, products(gated, 4));
    var heads = Model.of("""
        model m(x: f32[N, 32]) {
          output y = reshape(linear(x, 8), [N, 2, 4]) @ transpose(reshape(linear(x, 8), [N, 2, 4]), [0, 2, 1])
        }
        """);
    assertEquals(1 + 1, products(heads, 4));
    assertEquals(2 + 1, products(heads, 1));
  }

  private long products(Model model, long samples) {
    try (var predictor = new Predictor(model, variables(model, machine), arena, 1)) {
      return kernels(predictor.plan(Map.of("N", samples), List.of("y"))).stream()
          .filter(run -> run.choice().name().equals("gemm")).count();
    }
  }

  private float[] interpreted(Model model, Variables same, Tensor x) {
    var plain = variables(model, new Interpreter());
    same.tensors(arena).forEach((name, value) -> {
      var copy = arena.allocate(value.dtype(), value.shape());
      same.read(name, copy);
      plain.write(name, copy);
    });
    try (var predictor = new Predictor(model, plain, arena, 1)) {
      return run(predictor, x);
    }
  }

  /** What is prepared lies in memory once, however many sessions read it and whatever the size of their batches. */
  @Test
  void sessionsShareIt() {
    var model = Model.of("""
        model wide(x: f32[N, 256]) {
          param v: f32[512, 256] = 1
          param g: f32[512, 1] = 1
          output y = x @ transpose(weight_norm(v, g))
        }
        """);
    try (var predictor = new Predictor(model, variables(model, machine), arena, 1);
        var first = predictor.session(Map.of("N", 4L)); var second = predictor.session(Map.of("N", 4L))) {
      long before = arena.usedBytes();
      first.load(predictor.plan(Map.of("N", 4L), List.of("y"))).run();
      long one = arena.usedBytes() - before;
      second.load(predictor.plan(Map.of("N", 8L), List.of("y"))).run();
      long two = arena.usedBytes() - before - one;
      assertTrue(one >= 512 * 256 * 4 && two <= 100_000, "the first takes " + one + " bytes, the second " + two);
    }
  }

  /** A weight of 16 bits cast to f32 would be prepared as something twice as large. */
  @Test
  void nothingLargerThanTheWeightsIsKept() {
    var model = Model.of("""
        model narrow(x: f32[64, 128]) {
          state w: f16[128, 96] = 1
          param scale: f32[96] = 2
          output y = x @ cast(w, f32) * scale
        }
        """);
    try (var predictor = new Predictor(model, variables(model, machine), arena, 1)) {
      var plan = predictor.plan(Map.of(), List.of("y"));
      assertNull(plan.preparation());
      assertEquals(1, kernels(plan).size(), plan.text());
    }
  }

  /** A plan that moves a parameter or state computes all in each run. */
  @Test
  void plansThatChangeTheModelPrepareNothing() {
    var model = Model.of("""
        model counting(x: f32[4]) {
          param w: f32[4] = 1
          state runs: f32[] = 0
          update runs = runs + 1.0
          output y = x * exp(w) * runs
        }
        """);
    var variables = variables(model, machine);
    variables.write("w", random(Shape.of(4), 1, 2, 2));
    try (var predictor = new Predictor(model, variables, arena, 1)) {
      assertNull(predictor.plan(Map.of(), List.of("y")).preparation());
      var x = random(Shape.of(4), 1, 2, 1);
      var first = run(predictor, x);
      assertEquals(2 * first[0], run(predictor, x)[0], 1e-5);
    }
  }

  /** A result that hangs on parameters alone is a result like any other. */
  @Test
  void resultsMayBePrepared() {
    var model = Model.of("""
        model constant(x: f32[4]) {
          param w: f32[4] = 0
          output y = x + exp(w)
          output e = exp(w)
        }
        """);
    var variables = variables(model, machine);
    variables.write("w", random(Shape.of(4), 1, 2, 1));
    try (var predictor = new Predictor(model, variables, arena, 1)) {
      var found = predictor.run(Map.of("x", random(Shape.of(4), 0, 1e-30, 1)), List.of("y", "e"), arena);
      assertArrayEquals(found.get("y").toFloats(), found.get("e").toFloats());
      assertTrue(found.get("e").toFloats()[0] > Math.E);
    }
  }
}
