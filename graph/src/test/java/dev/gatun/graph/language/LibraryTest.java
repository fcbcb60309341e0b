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
      }""", """
      model m(x: f32[2, 5, 3]) {
        rank = sum(cast(x[:, none] < x[:, :, none], i32), axis = 2)
        most, place = top_k(x, 2, axis = 1)
        at = [sum(where(rank == k, x, 0.0), axis = 1) for k in range(5)]
        got = concat([sort(x, axis = 1), sort(x, axis = 1, descending = true), most, take_along(x, place, axis = 1)], axis = 1)
        want = stack(at + reverse(at) + [at[4], at[3], at[4], at[3]], axis = 1)
      }""", """
      model m(x: f32[2, 3]) {
        a, b, c = [x[:, i] for i in range(3)]; z = a - a
        got = concat([cumsum(x), cumsum(x, exclusive = true), cumsum(x, reverse = true), cumsum(x, reverse = true, exclusive = true),
                      transpose(cumsum(transpose(x), axis = 0))], axis = 1)
        want = stack([a, a + b, a + b + c, z, a, a + b, a + b + c, b + c, c, b + c, c, z, a, a + b, a + b + c], axis = 1)
      }""", """
      model m(x: f32[2, 1, 5]) {
        a, b, c, d, e = [x[..., i] for i in range(5)]
        got = concat([adaptive_avg_pool(x, 3), adaptive_max_pool(x, 3), resize(x[..., :2], 4, mode = "linear"),
                      resize(x[..., :2], 3, mode = "linear", align_corners = true)], axis = 2)
        want = stack([(a + b) / 2, (b + c + d) / 3, (d + e) / 2, maximum(a, b), maximum(maximum(b, c), d), maximum(d, e),
                      a, 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b, b, a, (a + b) / 2, b], axis = 2)
      }""", """
      model m(x: f32[2, 3, 4]) {
        label = tensor([[1, 1], [2, 1]], dtype = i32)
        got = stack([ctc(x, label, tensor([3, 3], dtype = i32), tensor([2, 1], dtype = i32), reduce = "none")[0],
                     ctc(x, label, tensor([3, 2], dtype = i32), tensor([2, 1], dtype = i32), reduce = "none")[1],
                     ctc(x, label, tensor([3, 3], dtype = i32), tensor([0, 2], dtype = i32), reduce = "none")[0],
                     ctc(x, label, tensor([3, 3], dtype = i32), tensor([2, 2], dtype = i32), reduce = "sum")], axis = 0)
        p = softmax(x); f = p[0]; s = p[1]
        twice = f[0, 1] * f[1, 0] * f[2, 1]
        other = s[0, 2] * s[1, 1] * (s[2, 0] + s[2, 1]) + s[0, 2] * s[1, 2] * s[2, 1] + s[0, 0] * s[1, 2] * s[2, 1] + s[0, 2] * s[1, 0] * s[2, 1]
        want = -log(stack([twice, s[0, 2] * (s[1, 2] + s[1, 0]) + s[0, 0] * s[1, 2], f[0, 0] * f[1, 0] * f[2, 0], twice * other], axis = 0))
      }""", """
      model m(x: f32[3, 4], y: f32[3, 4]) {
        p = softmax(x); q = softmax(y)
        v = weight_norm(x, y[:, :1])
        got = concat([kl_divergence(log(q), p)[none], wasserstein(x, y)[none], log_sum_exp(x), log_sum_exp(x, axis = 0, keepdims = true)[0],
                      cosine_similarity(x, y), norm(x)[none], v[1], celu(x[0], alpha = 2.0), mish(x[1]), clamp(3 * x[2], -1, 1)], axis = 0)
        want = concat([mean(sum(p * log(p / q), axis = -1))[none], (mean(y) - mean(x))[none], log(sum(exp(x), axis = -1)), log(sum(exp(x), axis = 0)),
                       sum(x * y, axis = 1) / sqrt(sum(x * x, axis = 1) * sum(y * y, axis = 1)), sqrt(sum(x * x))[none],
                       x[1] * y[1, 0] / sqrt(sum(x[1] * x[1])), where(x[0] > 0, x[0], 2 * (exp(x[0] / 2) - 1)),
                       x[1] * tanh(log(1 + exp(x[1]))), maximum(minimum(3 * x[2], 1), -1)], axis = 0)
      }""", """
      shared slopes = prelu
      model m(x: f32[2, 3, 4]) { got = slopes(x); want = maximum(x, 0) + slopes.weight[:, none] * minimum(x, 0) }""", """
      model m(x: f32[3]) {
        z = 0 * x; n = z[none]
        got = stack([gradient(sum(elu(z)), z), gradient(sum(celu(z)), z), gradient(sum(softplus(z)), z), gradient(sum(norm(n, axis = 0)), z),
                     gradient(sum(binary_cross_entropy(z, 0 * x + 1, reduce = "sum")), z)], axis = 0)
        want = stack([z + 1, z + 1, z + 0.5, z, z - 0.5], axis = 0)
      }""", """
      model m(x: f32[2, 4, 3]) {
        _, h = scan(axis = 1) xt in x, t in arange(4)[none] + zeros([2, 4], dtype = i32), h = zeros([2, 3]) {
          before = where(t[0] % 2 == 0, stop_gradient(h), h)
          h = tanh(before + xt)
          h
        }
        got = gradient(sum(h), x)
        a = stop_gradient(tanh(tanh(x[:, 0]) + x[:, 1]))
        want = gradient(sum(tanh(tanh(a + x[:, 2]) + x[:, 3])), x)
      }""", """
      model m(x: f32[2, 150, 150], y: f32[2, 150, 3]) {
        a = x + 20 * eye(150); spd = x @ transpose(x) + 30 * eye(150)
        l = cholesky(spd); q, r = qr(a[..., :100]); z = solve(a, y)
        u = triangular_solve(triu(a), y, lower = false)
        got = concat([l @ transpose(l), q @ r, pad(transpose(q) @ q, [[0, 0], [0, 50], [0, 0]]), a @ z, a @ inverse(a), triu(a) @ u, tril(l) - l, pad(tril(r, k = -1)[..., :3], [[0, 0], [0, 50], [0, 0]])], axis = -1)
        want = concat([spd, a[..., :100], broadcast(pad(eye(100), [[0, 50], [0, 0]])[:100], [2, 100, 100]) |> pad([[0, 0], [0, 50], [0, 0]]), y,
                       broadcast(eye(150), [2, 150, 150]), y, zeros([2, 150, 150]), zeros([2, 100, 3]) |> pad([[0, 0], [0, 50], [0, 0]])], axis = -1)
      }""", """
      model m(x: f32[2, 5, 3], y: f32[2, 4, 4]) {
        u, s, v = svd(x); u2, s2, v2 = svd(transpose(x))
        sym = y + transpose(y); w, e = eigh(sym)
        got = concat([u * s[:, none] @ transpose(v), transpose(u2 * s2[:, none] @ transpose(v2)), pad(transpose(u) @ u, [[0, 0], [0, 2], [0, 0]]),
                      pad(transpose(v) @ v, [[0, 0], [0, 2], [0, 0]]), pad(e * w[:, none] @ transpose(e), [[0, 0], [0, 1], [0, 0]]),
                      pad(determinant(y)[:, none, none], [[0, 0], [0, 4], [0, 0]]), pad(product(w, axis = -1)[:, none, none], [[0, 0], [0, 4], [0, 0]]),
                      pad(gradient(sum(determinant(y)), y), [[0, 0], [0, 1], [0, 0]])], axis = -1)
        one = broadcast(pad(eye(3), [[0, 2], [0, 0]]), [2, 5, 3])
        a, b, c, d = split(y, 4, axis = 1)
        want = concat([x, x, one, one, pad(sym, [[0, 0], [0, 1], [0, 0]]), pad(laplace(y)[:, none, none], [[0, 0], [0, 4], [0, 0]]),
                       pad(determinant(sym)[:, none, none], [[0, 0], [0, 4], [0, 0]]),
                       pad(laplace(y)[:, none, none] * transpose(inverse(y)), [[0, 0], [0, 1], [0, 0]])], axis = -1)
      }
      block minor(y, i) { concat([y[..., 1:, :i], y[..., 1:, i + 1:]], axis = -1) }
      block laplace(y: [..., D, D]) {
        total = 0
        for i in range(D) { total = total + y[..., 0, i] * (if D == 1 { 1 } else { laplace(minor(y, i)) }) * (if i % 2 == 0 { 1 } else { -1 }) }
        total
      }
      """, """
      model m(x: f32[2, 4, 5, 4]) {
        w = cast(arange(5), f32)[none, none, none] + zeros([2, 4, 4, 1]); h = cast(arange(4), f32)[none, none, :, none] + zeros([2, 4, 1, 5])
        box = tensor([[0.0, 0.0, 3.0, 2.0], [1.0, 0.5, 3.5, 2.5]]); image = tensor([1, 0], dtype = i32)
        got = roi_align(2 * w + h, box, image, [2, 3], samples = 2, aligned = false)[:, 0]
        row = box[:, 1, none] + (box[:, 3] - box[:, 1])[:, none] * (cast(arange(2), f32) + 0.5) / 2
        column = box[:, 0, none] + (box[:, 2] - box[:, 0])[:, none] * (cast(arange(3), f32) + 0.5) / 3
        want = 2 * column[:, none] + row[..., none]
      }""", """
      model m(x: f32[1, 2, 4, 3, 3], y: f32[3, 2, 2, 3, 3]) {
        got = concat([convolve(x, y, pad = 1, stride = [2, 1, 1])[:, :, 1], max_pool(x[:, :1] |> pad([[0, 0], [0, 2], [0, 0], [0, 0], [0, 0]]), 2, stride = 1, pad = [[0, 0], [0, 1], [0, 1]])[:, :, 1]], axis = 0)
        flat = convolve(x[:, :, 1], y[:, :, 0], pad = 1) + convolve(x[:, :, 2], y[:, :, 1], pad = 1)
        pair = maximum(x[:, :1, 1], x[:, :1, 2])
        want = concat([flat, max_pool(pair |> pad([[0, 0], [0, 2], [0, 0], [0, 0]]), 2, stride = 1, pad = [[0, 1], [0, 1]])], axis = 0)
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
          e = random_truncated_normal([2000], bound = 1.5); f = bernoulli(full([500], 0.3)); g = permutation(100)
        }"""), Map.of()).elaborate("m", Map.of(), true);
    Map<Value, Reference> values = run(model, List.of("a", "b", "c", "d", "e", "f", "g"), 7);
    double[] a = values.get(model.bindings().get("a")).data();
    assertTrue(Arrays.stream(a).allMatch(v -> v >= -1 && v < 1) && Arrays.stream(a).distinct().count() == 50);
    double[] b = values.get(model.bindings().get("b")).data();
    assertEquals(1, Math.sqrt(Arrays.stream(b).map(v -> v * v).average().orElse(0)), 0.3);
    assertEquals(12, Arrays.stream(values.get(model.bindings().get("c")).data()).distinct().count());
    double kept = Arrays.stream(values.get(model.bindings().get("d")).data()).filter(v -> v != 0).count();
    assertEquals(75, kept, 15);
    double[] e = values.get(model.bindings().get("e")).data();
    assertTrue(Arrays.stream(e).allMatch(v -> Math.abs(v) <= 1.5) && Arrays.stream(e).anyMatch(v -> Math.abs(v) > 1.2));
    // The variance of a normal distribution within 1.5 standard deviations is 0.5523.
    assertEquals(0.5523, Arrays.stream(e).map(v -> v * v).average().orElse(0), 0.05);
    assertEquals(150, Arrays.stream(values.get(model.bindings().get("f")).data()).sum(), 35);
    double[] order = values.get(model.bindings().get("g")).data();
    assertEquals(100, Arrays.stream(order).distinct().count());
    assertTrue(Arrays.stream(order).allMatch(v -> v >= 0 && v < 100) && order[0] + order[1] + order[2] != 3);
  }

  @Test
  void erfinvIsTheInverseOfErf() {
    Elaborated model = Program.of(new Source("t", """
        model m(x: f32[1000]) { y = tanh(2 * x); back = erf(erfinv(y)); ends = erfinv(tensor([0.99999904632568359375, -0.99999904632568359375])) }"""),
        Map.of()).elaborate("m", Map.of(), false);
    Map<Value, Reference> values = run(model, List.of("y", "back", "ends"), 3);
    double[] y = values.get(model.bindings().get("y")).data();
    for (int i = 0; i < y.length; i++) {
      assertEquals(y[i], values.get(model.bindings().get("back")).at(i), 5e-7 * Math.abs(y[i]));
    }
    assertEquals(3.465505025803331, values.get(model.bindings().get("ends")).at(0), 2e-6);
    assertEquals(-3.465505025803331, values.get(model.bindings().get("ends")).at(1), 2e-6);
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
