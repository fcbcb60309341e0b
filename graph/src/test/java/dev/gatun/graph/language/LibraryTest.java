package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.ops.Evaluator;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What the library computes, by the ops' definitions in double. Each program sets a layer beside the same thing written
 * out; x, y and z hold random numbers, {@code got} and {@code want} must agree.
 */
class LibraryTest {

  static final List<String> SAME = List.of("""
      shared cell = lstm(3)
      model m(x: f32[2, 4, 5], y: f32[2]) {
        mask = arange(4) < where(y > 100, cast(y, i32), 3)[:, none]
        got, h, c = cell(x, mask = mask)
        z = x @ transpose(cell.weight_ih) + cell.bias_ih + cell.bias_hh
        hs = zeros([2, 3]); cs = zeros([2, 3]); ys = []
        for t in range(4) {
          i, f, g, o = split(z[:, t] + hs @ transpose(cell.weight_hh), 4, axis = -1)
          on = mask[:, t, none]
          cs = where(on, sigmoid(f) * cs + sigmoid(i) * tanh(g), cs); hs = where(on, sigmoid(o) * tanh(cs), hs)
          ys = ys + [where(on, hs, 0.0)]
        }
        got = concat([got, h[:, none], c[:, none]], axis = 1); want = concat([stack(ys, axis = 1), hs[:, none], cs[:, none]], axis = 1)
      }""", """
      shared cell = gru(3)
      model m(x: f32[2, 3, 5]) {
        got = cell(x, reverse = true)
        h = zeros([2, 3]); ys = []
        for t in reverse(range(3)) {
          wr, wz, wn = split(x[:, t] @ transpose(cell.weight_ih) + cell.bias_ih, 3, axis = -1)
          ur, uz, un = split(h @ transpose(cell.weight_hh) + cell.bias_hh, 3, axis = -1)
          u = sigmoid(wz + uz); h = (1 - u) * tanh(wn + sigmoid(wr + ur) * un) + u * h
          ys = [h] + ys
        }
        want = stack(ys, axis = 1)
      }
      """, """
      shared cell = rnn(3)
      model m(x: f32[2, 3, 5]) {
        got = cell(x)
        h = zeros([2, 3]); ys = []
        for t in range(3) {
          h = tanh(x[:, t] @ transpose(cell.weight_ih) + cell.bias_ih + h @ transpose(cell.weight_hh) + cell.bias_hh)
          ys = ys + [h]
        }
        want = stack(ys, axis = 1)
      }""", """
      model m(x: f32[2, 3, 4]) {
        a, total = scan(axis = 0, reverse = true) xt in x, h = zeros([3, 4]) { h = h + xt * size(x, 0); h }
        got = concat([a, total[none]], axis = 0)
        want = concat([2 * (x[0] + x[1])[none], 2 * x[1:], 2 * (x[0] + x[1])[none]], axis = 0)
      }""", """
      model m(x: f32[2, 4]) {
        all, last = scan(steps = 3) h = x { h = 2 * h; h }
        got = concat([all, last[:, none]], axis = 1); want = stack([2 * x, 4 * x, 8 * x, 8 * x], axis = 1)
      }""", """
      model m(x: f32[2, 3, 4]) {
        got = scan(axis = -1) xt in x { outer = scan(axis = 1) xi in xt { xi * xi + size(x, 2) }; outer }
        want = x * x + 4
      }""", """
      shared attend_all = attention(2, causal = true)
      model m(x: f32[2, 3, 4]) { got = attend_all(x, cached = 3, at = 0); want = attend_all(x) }""", """
      shared self = attention(2)
      model m(x: f32[2, 3, 4]) { got = self(x); want = self(x, memory = x, mask = full([3, 3], true)) }""", """
      model m(x: f32[2, 6, 5, 5], y: f32[6, 2, 3, 3]) {
        got = convolve_transpose(x, y, stride = 2, pad = 1, output_pad = 1, groups = 2)
        base = x[:, :4] |> resize(10)
        base = base * 0 + 1
        want = gradient(sum(convolve(base, y, stride = 2, pad = 1, groups = 2) * x), base)
      }""", """
      shared norm = group_norm(2)
      model m(x: f32[2, 4, 3]) {
        got = norm(x); p = reshape(x, [2, 2, 6]); c = p - mean(p, axis = -1, keepdims = true)
        want = reshape(c / sqrt(mean(c * c, axis = 2, keepdims = true) + 1e-5), [2, 4, 3]) * norm.weight[:, none] + norm.bias[:, none]
      }""", """
      shared norm = layer_norm
      model m(x: f32[2, 4]) {
        got = norm(x); c = x - mean(x, axis = 1)[:, none]
        want = c / sqrt(mean(c ^ 2.0, axis = -1)[:, none] + 1e-5) * norm.weight + norm.bias
      }""", """
      model m(x: f32[4, 3]) {
        label = tensor([2, 0, -1, 1], dtype = i32); weights = tensor([1.0, 2.0, 3.0])
        p = -log_softmax(x)
        got = stack([cross_entropy(x, label, ignore = -1), cross_entropy(x, label, weights = weights, ignore = -1, reduce = "sum"),
                     cross_entropy(x[:2], label[:2], smoothing = 0.3), cross_entropy(x[:2], label[:2], weights = weights)], axis = 0)
        a = p[0, 2]; b = p[1, 0]; d = p[3, 1]
        want = stack([(a + b + d) / 3, 3 * a + b + 2 * d, mean(0.7 * stack([a, b], axis = 0) + 0.1 * sum(p[:2], axis = 1)), (3 * a + b) / 4], axis = 0)
      }""", """
      model m(x: f32[4], y: f32[4]) {
        t = cast(y > 0, f32); p = sigmoid(x)
        got = stack([binary_cross_entropy(x, t), mse(x, y), mae(x, y, reduce = "sum"), huber(3 * x, y), softplus(x[0]), elu(x[1]), kl(x, y)], axis = 0)
        e = abs(3 * x - y)
        want = stack([-mean(t * log(p) + (1 - t) * log(1 - p)), mean((x - y) * (x - y)), sum(maximum(x - y, y - x)),
                      mean(where(e < 1, e * e / 2, e - 0.5)), log(1 + exp(x[0])), where(x[1] > 0, x[1], exp(x[1]) - 1),
                      -sum(1 + y - x * x - exp(y)) / 2], axis = 0)
      }""", """
      model m(x: f32[2, 8, 2, 3]) {
        got = pixel_shuffle(x, 2)[:, :, 1, 4]; want = stack([x[:, 2, 0, 2], x[:, 6, 0, 2]], axis = 1)
      }""", """
      model m(x: f32[1, 1, 5]) {
        got = concat([max_pool(x, 2, ceil = true), avg_pool(x, 3, stride = 1, pad = 1, count_pad = false), resize(x, 3), flip(x, axis = 2)], axis = 2)
        a, b, c, d, e = [x[..., i] for i in range(5)]
        want = stack([maximum(a, b), maximum(c, d), e, (a + b) / 2, (a + b + c) / 3, (b + c + d) / 3, (c + d + e) / 3, (d + e) / 2,
                      a, b, d, e, d, c, b, a], axis = 2)
      }""", """
      model m(x: f32[1, 4, 2]) {
        got = lrn(x, size = 3, alpha = 0.6, k = 2)[:, 1:3]; s = x * x
        want = x[:, 1:3] / (2 + 0.2 * (s[:, 0:2] + s[:, 1:3] + s[:, 2:4])) ^ 0.75
      }""", """
      model m(x: f32[1, 2, 3, 4]) {
        got = rotary(x)[..., :, :] |> square |> sum(axis = -1); want = sum(x * x, axis = -1)
      }""", """
      model m(x: f32[3, 4], y: f32[3]) {
        i = argmax(x, axis = 1)
        got = stack([max(x, axis = 1), trace(x[:, :3])[none] + zeros([3]), sum(scatter_add(zeros([4]), i, y))[none] + zeros([3])], axis = 0)
        want = stack([sum(x * one_hot(i, 4), axis = -1), (x[0, 0] + x[1, 1] + x[2, 2])[none] + zeros([3]), sum(y)[none] + zeros([3])], axis = 0)
      }""");

  @ParameterizedTest
  @FieldSource("SAME")
  void same(String text) {
    Program program = Program.of(new Source("t", text), Map.of());
    Elaborated model = program.elaborate("m", Map.of(), false);
    Map<Value, Reference> values = run(model, List.of("got", "want"), 5);
    Reference got = values.get(model.bindings().get("got"));
    Reference want = values.get(model.bindings().get("want"));
    assertEquals(want.type(), got.type());
    double scale = Arrays.stream(want.data()).map(Math::abs).max().orElse(0);
    assertTrue(scale > 1e-3, "nothing to compare");
    for (int i = 0; i < want.data().length; i++) {
      assertEquals(want.at(i), got.at(i), 1e-9 * (1 + scale), "element " + i);
    }
  }

  private static Map<Value, Reference> run(Elaborated model, List<String> names, int seed) {
    Graph graph = model.graph(names);
    Map<Value, Reference> sources = new HashMap<>();
    Random random = new Random(seed);
    for (Value source : graph.inputs()) {
      Reference reference = Reference.zeros(source.type());
      boolean real = source.dtype() == DType.F32;
      Arrays.setAll(reference.data(), _ -> real ? random.nextGaussian() : seed);
      sources.put(source, reference);
    }
    return Evaluator.evaluate(graph, sources);
  }

  @Test
  void batchNormTrains() {
    Elaborated model = Program.of(new Source("t", "shared norm = batch_norm(momentum = 0.25)\n"
        + "model m(x: f32[2, 3, 2]) { y = norm(x); mean = mean(x, axis = [0, 2]) }"), Map.of()).elaborate("m", Map.of(), true);
    Map<Value, Reference> values = run(model, List.of("y", "mean"), 3);
    Value state = model.states().getFirst().value();
    Value next = model.updates(List.of(model.bindings().get("y"))).get(state);
    for (int c = 0; c < 3; c++) {
      double expected = 0.75 * values.get(state).at(c) + 0.25 * values.get(model.bindings().get("mean")).at(c);
      assertEquals(expected, values.get(next).at(c), 1e-12);
    }
  }

  @Test
  void drawsDifferByCallAndStep() {
    Elaborated model = Program.of(new Source("t", """
        model m(x: f32[4, 5]) {
          a = random_uniform([50], low = -1.0); b = random_normal([50])
          c = scan(axis = 0) xt in x { random_uniform([3]) }
          d = dropout(ones([100]), 0.25)
        }"""), Map.of()).elaborate("m", Map.of(), true);
    Map<Value, Reference> values = run(model, List.of("a", "b", "c", "d"), 7);
    double[] a = values.get(model.bindings().get("a")).data();
    assertTrue(Arrays.stream(a).allMatch(v -> v >= -1 && v < 1) && Arrays.stream(a).distinct().count() == 50);
    double[] b = values.get(model.bindings().get("b")).data();
    assertEquals(1, Math.sqrt(Arrays.stream(b).map(v -> v * v).average().orElse(0)), 0.3);
    assertEquals(12, Arrays.stream(values.get(model.bindings().get("c")).data()).distinct().count());
    double kept = Arrays.stream(values.get(model.bindings().get("d")).data()).filter(v -> v != 0).count();
    assertEquals(75, kept, 15);
  }

  @Test
  void everySignatureIsItsOwnDocumentation() {
    for (String name : Library.instance().names()) {
      String signature = Library.instance().find(name).signature();
      assertTrue(signature.startsWith(name + "("), signature);
      Parser.parse(new Source("t", "block " + signature + " { none }"));
    }
  }
}
