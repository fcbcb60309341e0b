package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.GraphRunner;
import dev.gatun.graph.Machines;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Source;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Laws of algebra that operations keep, whatever the sizes: {@code got} and {@code want} are one thing said in two ways.
 * By the definitions in double they agree to rounding; on the fastest machine, in f32, to what its sums may lose.
 */
class LawsTest {
  /** Each law is a model of x: f32[A, B, C, D], for small sizes that stand in its text. */
  private static final Map<String, String> LAWS = Map.ofEntries(
      Map.entry("transposing twice", "got = x |> transpose([2, 0, 3, 1]) |> transpose([1, 3, 0, 2]); want = x"),
      Map.entry("reshaping there and back", "got = reshape(reshape(x, [-1]), shape(x)); want = x"),
      Map.entry("parts of a split", "p = split(x, [1, C], axis = 2); got = concat(p, axis = 2); want = x"),
      Map.entry("flipping twice", "got = flip(flip(x, [1, 3]), [1, 3]); want = x"),
      Map.entry("product of transposes",
          "y = x + 1; got = transpose(x @ transpose(y)); want = y @ transpose(x)"),
      Map.entry("products add up", "y = x * x; z = x - 2; got = x @ transpose(y + z); "
          + "want = x @ transpose(y) + x @ transpose(z)"),
      Map.entry("convolution as a product", "w = reshape(x[:1, :, 0, 0] + 0.5, [1, B, 1, 1]); got = convolve(x, w); "
          + "want = transpose(transpose(x, [0, 2, 3, 1]) @ reshape(w, [B, 1]), [0, 3, 1, 2])"),
      Map.entry("convolution of a sum", "y = x * x; w = ones([3, B, 2, 1]) - 0.25; got = convolve(x + y, w, pad = [1, 0]); "
          + "want = convolve(x, w, pad = [1, 0]) + convolve(y, w, pad = [1, 0])"),
      Map.entry("groups are convolutions side by side", "w = full([B, 1, 2, 1], 0.5) + cast(arange(B), f32)[:, none, none, none]; "
          + "got = convolve(x, w, groups = B); "
          + "want = concat([convolve(x[:, i:i + 1], w[i:i + 1]) for i in range(B)], axis = 1)"),
      Map.entry("transposed convolution is a gradient", "w = full([B, 2, 2, 1], 0.5) - cast(arange(2), f32)[:, none, none]; "
          + "got = convolve_transpose(x, w); base = zeros([A, 2, C + 2, D]) + 0 * sum(x); "
          + "want = gradient(sum(convolve(base, w) * x), base)"),
      Map.entry("softmax does not see a shift", "got = softmax(x + 3); want = softmax(x)"),
      Map.entry("softmax is a distribution", "got = sum(softmax(x, axis = 1), axis = 1); want = ones([A, C + 1, D])"),
      Map.entry("log of softmax", "got = log_softmax(x, axis = 2); want = log(softmax(x, axis = 2))"),
      Map.entry("a loop of one turn", "got, h = scan(axis = 0) t in x[:1], h = x[0] { h = tanh(h + t); h }; want = tanh(2 * x[:1])"),
      Map.entry("a loop there is a loop back", "s = zeros(shape(x[0])); got, _ = scan(axis = 0) t in x, s = s { s = 0.5 * s + t; s }; "
          + "r = zeros(shape(x[0])); want, _ = scan(axis = 0, reverse = true) t in flip(x, 0), r = r { r = 0.5 * r + t; r }; "
          + "want = flip(want, 0)"),
      Map.entry("pooling of what is the same everywhere",
          "y = zeros(shape(x)) + 1.5; got = max_pool(y, [2, 1]) + avg_pool(y, [2, 1]); want = full(shape(got), 3.0)"),
      Map.entry("mean pooling is linear", "got = avg_pool(2 * x + 1, [2, 1], stride = 1); "
          + "want = 2 * avg_pool(x, [2, 1], stride = 1) + 1"),
      Map.entry("directions have no length", "got = normalize(4 * x); want = normalize(x)"),
      Map.entry("gather undoes an order", "p = argsort(x[0, :, 0, 0]); got = gather(gather(x, p, axis = 1), argsort(p), axis = 1); "
          + "want = x"),
      Map.entry("what is scattered is gathered", "p = argsort(x[0, 0, :, 0]); y = transpose(x, [2, 0, 1, 3]); "
          + "got = gather(scatter_add(0 * y, p, y), p); want = y"),
      Map.entry("sorting twice", "got = sort(sort(x, axis = 1, descending = true), axis = 1); want = sort(x, axis = 1)"),
      Map.entry("sums up to the last", "got = cumsum(x, axis = 1)[:, -1]; want = sum(x, axis = 1)"),
      Map.entry("sums from both ends", "got = cumsum(x, axis = 2) + cumsum(x, axis = 2, reverse = true) - x; "
          + "want = sum(x, axis = 2, keepdims = true) + 0 * x"),
      Map.entry("a mean of means", "got = mean(mean(x, axis = 3), axis = 1); want = mean(x, axis = [1, 3])"),
      Map.entry("resizing to the same size", "got = resize(x, [C + 1, D], mode = \"cubic\"); want = x"),
      Map.entry("an inverse of a product", "a = x @ transpose(x) + 8 * eye(C + 1); "
          + "got = inverse(a @ a); want = inverse(a) @ inverse(a)"),
      Map.entry("determinant of a product", "a = x @ transpose(x) / 4 + 2 * eye(C + 1); "
          + "got = determinant(a @ a) / determinant(a); want = determinant(a)"));

  @Provide
  Arbitrary<String> laws() {
    return Arbitraries.of(LAWS.keySet().stream().sorted().toList());
  }

  @Property(tries = 200)
  void hold(@ForAll("laws") String law, @ForAll long seed) {
    var random = new Random(seed);
    var text = "model m(x: f32[A, B, C + 1, D]) { " + LAWS.get(law) + " }";
    for (var size : List.of("A", "B", "C", "D")) {
      text = text.replaceAll("\\b" + size + "\\b", String.valueOf(List.of(1, 2, 3, 5, 7).get(random.nextInt(5))));
    }
    // A size that is known stands in the declaration as a number.
    for (int n = 1; n <= 7; n++) {
      text = text.replaceFirst(", " + n + " \\+ 1, ", ", " + (n + 1) + ", ");
    }
    var model = Program.of(new dev.gatun.graph.language.Source("laws", text), Map.of()).elaborate("m", Map.of(), false);
    var graph = model.graph(List.of("got", "want"));
    var sources = new HashMap<String, Reference>();
    for (var input : graph.inputs()) {
      var name = ((Source) input.node().op()).name();
      var values = random.doubles(input.shape().elements(), -2, 2).map(v -> (float) v).toArray();
      sources.put(name, Reference.of(input.type(), values));
    }
    var defined = GraphRunner.define(graph, sources);
    check(law, text, defined.get(graph.outputs().get("got")), defined.get(graph.outputs().get("want")), 1e-7);
    var found = GraphRunner.run(graph, Machines.best(), 2, sources).outputs();
    check(law, text, found.get("got"), found.get("want"), 1e-4);
  }

  private static void check(String law, String text, Reference got, Reference want, double tolerance) {
    assertEquals(want.type(), got.type(), law);
    double scale = Arrays.stream(want.data()).map(Math::abs).max().orElse(0);
    assertTrue(scale > 1e-3, law + ": nothing to compare in " + text);
    for (int i = 0; i < want.data().length; i++) {
      assertEquals(want.at(i), got.at(i), tolerance * (1 + scale), law + ", element " + i + " of " + text);
    }
  }
}
