package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Interpreter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Weights that a plan only reads are packed once for all who read them, and again when they have changed. */
class PackedWeightsTest {
  /** Products with a constant on either side, lying either way, in several blocks of k; batches; a convolution. */
  private static final String BODY = """
        rows = reshape(x, [80, 700])
        output straight = rows @ w
        output turned = rows @ transpose(v)
        output left = transpose(u) @ rows
        output batch = reshape(x, [2, 40, 700]) @ w
        output image = convolve(reshape(x, [5, 14, 20, 40]), f, pad = 1)
      }
      """;
  private static final List<String> OUTPUTS = List.of("straight", "turned", "left", "batch", "image");
  private static final Map<String, Shape> WEIGHTS = Map.of("w", Shape.of(700, 100), "v", Shape.of(90, 700),
      "u", Shape.of(80, 60), "f", Shape.of(24, 14, 3, 3));
  private static final Model GIVEN = Model.of("model given(x: f32[56000]"
      + WEIGHTS.entrySet().stream().map(w -> ", " + w.getKey() + ": f32" + w.getValue()).collect(Collectors.joining())
      + ") {\n" + BODY);
  private static final Model KEPT = Model.of("model kept(x: f32[56000]) {\n"
      + WEIGHTS.entrySet().stream().map(w -> "param " + w.getKey() + ": f32" + w.getValue() + " = 0\n")
      .collect(Collectors.joining()) + BODY);

  private final TensorArena arena = TensorArena.root("test", 1L << 28);

  @AfterEach
  void close() {
    arena.close();
  }

  private Tensor random(Shape shape, long seed) {
    var tensor = arena.allocate(DType.F32, shape);
    tensor.setDoubles(new Random(seed).doubles(shape.elements(), -1, 1).toArray());
    return tensor;
  }

  private Predictor kept() {
    return new Predictor(KEPT, new Variables(Machines.named("cpu"), arena, Model.saved(KEPT.elaborate(false))), arena,
        2);
  }

  private void write(Variables variables, long seed) {
    WEIGHTS.forEach((name, shape) -> variables.write(name, random(shape, seed + name.hashCode())));
  }

  private void requireSame(Map<String, Tensor> expected, Map<String, Tensor> found) {
    OUTPUTS.forEach(name -> assertArrayEquals(expected.get(name).toFloats(), found.get(name).toFloats(), name));
  }

  /** To the bit what the same numbers give as inputs, which are packed in each run; before and after a change. */
  @Test
  void packedWeightsGiveWhatInputsGiveAndFollowWrites() {
    try (var given = new Predictor(GIVEN, new Variables(Machines.named("cpu"), arena, Map.of()), arena, 1);
        var kept = kept()) {
      for (long seed = 1; seed <= 3; seed++) {
        var inputs = new LinkedHashMap<String, Tensor>();
        inputs.put("x", random(Shape.of(56000), 7));
        for (var weight : WEIGHTS.entrySet()) {
          inputs.put(weight.getKey(), random(weight.getValue(), seed + weight.getKey().hashCode()));
        }
        write(kept.variables(), seed);
        var expected = given.run(inputs, OUTPUTS, arena);
        for (int run = 0; run < 2; run++) {
          requireSame(expected, kept.run(Map.of("x", inputs.get("x")), OUTPUTS, arena));
        }
      }
    }
  }

  /** A plan that changes a weight is noticed by one that has packed it. */
  @Test
  void updatesByAnotherPlanAreNoticed() {
    var model = Model.of("""
        model doubling(x: f32[64, 128]) {
          param w: f32[128, 96] = 1
          output y = x @ w
        }
        """);
    var doubled = Model.of("""
        model doubled() {
          state w: f32[128, 96] = 0
          update w = w * 2
          output y = w
        }
        """);
    var machine = Machines.named("cpu");
    var weights = new Variables(machine, arena, Model.saved(model.elaborate(false)));
    weights.write("w", random(Shape.of(128, 96), 5));
    var x = Map.of("x", random(Shape.of(64, 128), 6));
    try (var reads = new Predictor(model, weights, arena, 1); var writes = new Predictor(doubled, weights, arena, 1)) {
      var before = reads.run(x, List.of("y"), arena).get("y").toFloats();
      writes.run(Map.of(), List.of("y"), arena);
      var after = reads.run(x, List.of("y"), arena).get("y").toFloats();
      for (int i = 0; i < before.length; i++) {
        assertEquals(2 * before[i], after[i]);
      }
    }
  }

  /** In a loop, what no turn changes is packed once a run; a weight that turns change, or slices of one, never. */
  @Test
  void loopsPackWhatStays() {
    var model = Model.of("""
        model loop(x: f32[5, 32, 20], v: f32[24, 20], each: f32[5, 24, 20]) {
          y, _, _ = scan xt in transpose(x, [1, 0, 2]), et in transpose(each, [1, 0, 2]), h = zeros([32, 24]), w = v {
            at = xt + 0.1 * h[:, :20]
            h = at @ transpose(v) + at @ transpose(w) + at @ transpose(et)
            w = w * 0.5
            h
          }
          output total = y
        }
        """);
    var given = new LinkedHashMap<String, Tensor>();
    try (var cpu = new Predictor(model, new Variables(Machines.named("cpu"), arena, Map.of()), arena, 2);
        var plain = new Predictor(model, new Variables(new Interpreter(), arena, Map.of()), arena, 1)) {
      for (long seed = 1; seed <= 2; seed++) {
        given.put("x", random(Shape.of(5, 32, 20), seed));
        given.put("v", random(Shape.of(24, 20), seed + 10));
        given.put("each", random(Shape.of(5, 24, 20), seed + 20));
        assertArrayEquals(plain.run(given, List.of("total"), arena).get("total").toFloats(),
            cpu.run(given, List.of("total"), arena).get("total").toFloats(), 1e-5f);
      }
    }
  }

  /** The second session finds the copies that the first one made. */
  @Test
  void sessionsShareTheCopies() {
    try (var kept = kept(); var first = kept.session(Map.of()); var second = kept.session(Map.of())) {
      var plan = kept.plan(Map.of(), OUTPUTS);
      long before = arena.usedBytes();
      first.load(plan);
      long one = arena.usedBytes() - before;
      second.load(plan);
      long two = arena.usedBytes() - before - one;
      long weights = WEIGHTS.values().stream().mapToLong(shape -> Float.BYTES * shape.elements()).sum();
      assertTrue(one - two >= weights, "the first takes " + one + " bytes, the second " + two);
    }
  }

  /** A tensor that shows a weight where it lies cannot be written behind the machine's back. */
  @Test
  void weightsAreShownToBeRead() {
    try (var kept = kept()) {
      var shown = kept.variables().tensors(arena).get("w");
      assertThrows(IllegalArgumentException.class, () -> shown.setDoubles(new double[70_000]));
    }
  }
}
