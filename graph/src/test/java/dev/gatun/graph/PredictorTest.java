package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Weights and plans shared by callers; caches and memory that are each session's own. */
class PredictorTest {
  private static final String COUNTER = """
      model counter(x: f32[N]) {
        cache seen: f32[N] = 10
        update seen = seen + x
        output total = seen
      }
      """;

  private final TensorArena arena = TensorArena.root("test", 1 << 24);

  @AfterEach
  void close() {
    arena.close();
  }

  private Predictor predictor(String text) {
    var model = Model.of(text);
    var weights = new Variables(Machines.best(), arena, Model.saved(model.elaborate(false)));
    return new Predictor(model, weights, arena, 1);
  }

  private Tensor row(float... values) {
    var row = arena.allocate(DType.F32, Shape.of(values.length));
    row.setFloats(values);
    return row;
  }

  private float[] total(Predictor of, float... x) {
    return of.run(Map.of("x", row(x)), List.of("total"), arena).get("total").toFloats();
  }

  /** Many threads and sizes at once, more of both than sessions and plans are kept. */
  @Test
  void anyNumberOfThreadsMayRun() {
    try (var predictor = predictor("model twice(x: f32[N]) { output total = 2 * x }")) {
      IntStream.range(0, 400).parallel().forEach(i -> {
        var x = new float[1 + i % 40];
        x[i % 40] = i;
        assertEquals(2 * i, total(predictor, x)[i % 40]);
      });
    }
  }

  /** What is written to shared weights shows in the next run. */
  @Test
  void sharedWeightsAreNotCopied() {
    try (var predictor = predictor("model m(x: f32[N]) { param w: f32[] = 3; output total = w * x }")) {
      assertArrayEquals(new float[] {0}, total(predictor, 5));
      predictor.variables().write("w", row(2).reshape(Shape.SCALAR));
      assertArrayEquals(new float[] {10}, total(predictor, 5));
    }
  }

  /** A run whose plan changes states is alone, so that no update is lost. */
  @Test
  void updatesOfStatesAreNotLost() {
    try (var predictor = predictor("""
        model m(x: f32[N]) {
          state count: f32[] = 0
          update count = count + 1
          output total = x + count
        }
        """)) {
      IntStream.range(0, 200).parallel().forEach(_ -> total(predictor, 1, 2));
      assertArrayEquals(new float[] {201}, total(predictor, 0));
    }
  }

  /** Nobody need say how many samples to measure at a time: where memory is short there are fewer, down to one. */
  @Test
  void dataIsMeasuredInPartsThatFit() {
    var model = Model.of("""
        model m(x: f32[N, 1000]) { mean = mean(x) }
        train m { minimize mean }
        """);
    var data = arena.allocate(DType.F32, Shape.of(700, 1000));
    var values = new float[700_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 1000 < 10 ? i / 1000 : 1;
    }
    data.setFloats(values);
    for (long limit : new long[] {32 << 20, 200_000}) {
      try (var small = TensorArena.root("small", limit);
          var predictor = new Predictor(model, new Variables(Machines.best(), small, Map.of()), small, 1)) {
        double mean = (990 + 10 * 349.5) / 1000;
        assertEquals(mean, predictor.evaluate(TensorDataset.of(Map.of("x", data))).get("loss"), 1e-5 * mean);
      }
    }
  }

  @Test
  void cachesStartAnewInEachRunAndLiveInASession() {
    try (var predictor = predictor(COUNTER)) {
      assertArrayEquals(new float[] {11, 12}, total(predictor, 1, 2));
      assertArrayEquals(new float[] {11, 12}, total(predictor, 1, 2));
      var sizes = Map.of("N", 2L);
      try (var one = predictor.session(sizes); var other = predictor.session(sizes)) {
        var first = one.load(predictor.plan(sizes, List.of("total")));
        var second = other.load(predictor.plan(sizes, List.of("total")));
        first.set("x", row(1, 2));
        second.set("x", row(5, 5));
        first.run();
        second.run();
        first.run();
        var total = row(0, 0);
        first.get("total", total);
        assertArrayEquals(new float[] {12, 14}, total.toFloats());
        second.get("total", total);
        assertArrayEquals(new float[] {15, 15}, total.toFloats());
      }
    }
  }

  /** A plan for caches of another size would read past them. */
  @Test
  void plansOfOtherCachesAreRefused() {
    try (var predictor = predictor(COUNTER); var session = predictor.session(Map.of("N", 2L))) {
      var plan = predictor.plan(Map.of("N", 3L), List.of("total"));
      var fault = assertThrows(IllegalArgumentException.class, () -> session.load(plan));
      assertEquals("the plan was made for another session: it reads seen: f32[3], here it is f32[2]",
          fault.getMessage());
    }
  }

  /** Weights of another model would be read at wrong places. */
  @Test
  void plansOfOtherWeightsAreRefused() {
    try (var large = predictor("model m(x: f32[N]) { param w: f32[4] = 0; output total = sum(w) * x }");
        var small = predictor("model m(x: f32[N]) { param w: f32[2] = 0; output total = sum(w) * x }");
        var session = small.session(Map.of("N", 1L))) {
      var plan = large.plan(Map.of("N", 1L), List.of("total"));
      var fault = assertThrows(IllegalArgumentException.class, () -> session.load(plan));
      assertEquals("the plan was made for another model: it reads w: f32[4], here it is f32[2]", fault.getMessage());
    }
  }

  /** What is drawn depends on the seed and the number of the run, and on nothing else. */
  @Test
  void drawsAreDecidedBySeedAndRun() {
    var text = "model m(x: f32[N]) { output total = x + random_uniform([N]) }";
    try (var predictor = predictor(text); var other = predictor(text)) {
      var first = total(predictor, 0, 0, 0);
      var second = total(predictor, 0, 0, 0);
      assertFalse(Arrays.equals(first, second), "another run draws anew");
      assertArrayEquals(first, total(other, 0, 0, 0));
      var named = other.run(Map.of("x", row(0, 0, 0)), List.of("total"), arena, 1);
      assertArrayEquals(second, named.get("total").toFloats());
      predictor.seed(2);
      assertFalse(Arrays.equals(first, total(predictor, 0, 0, 0)), "another seed draws otherwise");
      predictor.seed(1);
      assertArrayEquals(first, total(predictor, 0, 0, 0));
    }
  }

  /** A model with caches draws by the same rule, and so does a session whose caller names seed and run. */
  @Test
  void sessionsDrawAlike() {
    var text = """
        model m(x: f32[N]) {
          cache seen: f32[N] = 0
          update seen = seen + x
          output total = seen + random_uniform([N])
        }
        """;
    var sizes = Map.of("N", 2L);
    try (var predictor = predictor(text); var session = predictor.session(sizes)) {
      var first = total(predictor, 0, 0);
      var second = total(predictor, 0, 0);
      assertFalse(Arrays.equals(first, second));
      var step = session.load(predictor.plan(sizes, List.of("total")));
      step.set("x", row(0, 0));
      for (var expected : List.of(second, first)) {
        step.seed(1, expected == first ? 0 : 1);
        step.run();
        var total = row(0, 0);
        step.get("total", total);
        assertArrayEquals(expected, total.toFloats());
      }
    }
  }

  @Test
  void missingInputsAreNamed() {
    try (var predictor = predictor("model m(a: f32[N], b: f32[N]) { output total = a + b }")) {
      var fault = assertThrows(IllegalArgumentException.class,
          () -> predictor.run(Map.of("a", row(1)), List.of("total"), arena));
      assertEquals("the model wants the input b: f32[1]", fault.getMessage());
    }
  }

  @Test
  void closedIsClosed() {
    var predictor = predictor("model twice(x: f32[N]) { output total = 2 * x }");
    total(predictor, 1);
    predictor.close();
    assertThrows(IllegalStateException.class, () -> total(predictor, 1));
  }
}
