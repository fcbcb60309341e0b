package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Attend;
import dev.gatun.ops.AveragePool;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Dropout;
import dev.gatun.ops.Geometry;
import dev.gatun.ops.MaxPool;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Products, convolutions, windows and attention. */
final class ProductFunctions {

  private static final String WINDOW = "stride = none, pad = 0, dilation = 1";

  private ProductFunctions() {}

  static void addTo(Builtins table) {
    table.add("matmul(a, b, transpose_a = false, transpose_b = false)", a -> a.math().matmul(a.tensor("a"), a.tensor("b"),
        a.truth("transpose_a"), a.truth("transpose_b")));
    table.add("convolve(x, weight, stride = 1, pad = 0, dilation = 1, groups = 1)", ProductFunctions::convolve);
    table.add("convolve_transpose(x, weight, stride = 1, pad = 0, dilation = 1, groups = 1, output_pad = 0)",
        ProductFunctions::transposed);
    table.add("max_pool(x, kernel, " + WINDOW + ", ceil = false)", a -> {
      Tensor x = spatial(a, "x");
      Value pooled = a.builder().apply(new MaxPool(window(a, x, a.truth("ceil")), false), x.value());
      return leading(x, pooled, 2);
    });
    table.add("avg_pool(x, kernel, " + WINDOW + ", ceil = false, count_pad = true)", a -> {
      Tensor x = spatial(a, "x");
      var op = new AveragePool(window(a, x, a.truth("ceil")), a.truth("count_pad"));
      return leading(x, a.builder().apply(op, x.value()), 2);
    });
    table.add("attend(q, k, v, mask = none, scale = none, dropout = 0.0)", ProductFunctions::attend);
  }

  private static Tensor spatial(Arguments a, String name) {
    Tensor x = a.floats(name);
    return x.rank() > 2 ? x : a.fail(name, "[N, C, spatial…], floats with at least three axes");
  }

  /** A result whose first axes are x's. */
  private static Tensor leading(Tensor x, Value result, int axes) {
    List<FreeSize> dims = new ArrayList<>(Tensor.of(result).dims());
    for (int i = 0; i < axes; i++) {
      dims.set(i, x.dims().get(i));
    }
    return new Tensor(result, dims);
  }

  private static Geometry window(Arguments a, Tensor x, boolean ceil) {
    int axes = x.rank() - 2;
    List<Integer> kernel = a.perAxis("kernel", axes, 1);
    List<Integer> stride = a.has("stride") ? a.perAxis("stride", axes, 1) : kernel;
    List<List<Integer>> pad = a.pairs("pad", axes);
    List<Integer> dilation = a.perAxis("dilation", axes, 1);
    List<Integer> high = new ArrayList<>(pad.getLast());
    for (int i = 0; ceil && i < axes; i++) {
      long reach = dilation.get(i) * (kernel.get(i) - 1L) + 1;
      long room = x.size(i + 2) + pad.getFirst().get(i) + high.get(i) - reach;
      long missing = Math.floorMod(-room, (long) stride.get(i));
      boolean starts = room + missing < x.size(i + 2) + pad.getFirst().get(i);
      high.set(i, (int) (high.get(i) + (room >= 0 && starts ? missing : 0)));
    }
    return checked(a, x, new Geometry(kernel, stride, pad.getFirst(), high, dilation));
  }

  private static Geometry geometry(Arguments a, Tensor x, Tensor weight) {
    int axes = x.rank() - 2;
    if (weight.rank() != x.rank()) {
      return a.fail("weight", "as many axes as x, " + x.rank());
    }
    List<Integer> kernel = Arrays.stream(weight.value().shape().sizes()).skip(2).mapToObj(Math::toIntExact).toList();
    List<List<Integer>> pad = a.pairs("pad", axes);
    return new Geometry(kernel, a.perAxis("stride", axes, 1), pad.getFirst(), pad.getLast(),
        a.perAxis("dilation", axes, 1));
  }

  /** Refuses windows that do not fit before any op does, with the sizes that show it. */
  private static Geometry checked(Arguments a, Tensor x, Geometry geometry) {
    for (int i = 0; i < geometry.rank(); i++) {
      if (geometry.outputs(i, x.size(i + 2)) < 1) {
        throw a.fault(a.name() + ": a kernel of " + geometry.kernel().get(i) + " does not fit into " + x.shown()
            + " along axis " + (i + 2), "pad, or a smaller kernel");
      }
    }
    return geometry;
  }

  private static Datum convolve(Arguments a) {
    Tensor x = spatial(a, "x");
    Tensor weight = spatial(a, "weight");
    Geometry geometry = checked(a, x, geometry(a, x, weight));
    return leading(x, a.builder().convolve(x.value(), weight.value(), geometry, a.small("groups", 1)), 1);
  }

  /** The transposed convolution; its weight is [C, F / groups, kernel…], as PyTorch lays it out. */
  private static Datum transposed(Arguments a) {
    Tensor x = spatial(a, "x");
    Tensor weight = spatial(a, "weight");
    Geometry geometry = geometry(a, x, weight);
    int groups = a.small("groups", 1);
    List<Integer> more = a.perAxis("output_pad", geometry.rank(), 0);
    long[] sizes = new long[x.rank()];
    sizes[0] = x.size(0);
    sizes[1] = weight.size(1) * groups;
    for (int i = 0; i < geometry.rank(); i++) {
      sizes[i + 2] = (x.size(i + 2) - 1) * geometry.stride().get(i) - geometry.padLow().get(i)
          - geometry.padHigh().get(i) + geometry.dilation().get(i) * (geometry.kernel().get(i) - 1L) + 1 + more.get(i);
      if (more.get(i) >= geometry.stride().get(i) || sizes[i + 2] < 1) {
        throw a.fault(a.name() + ": no convolution leads from a size of " + sizes[i + 2] + " to " + x.size(i + 2),
            "output_pad is less than stride");
      }
    }
    var op = new Convolve(Convolve.Role.DATA, Shape.of(sizes), weight.value().shape(), geometry, groups);
    return leading(x, a.builder().apply(op, x.value(), weight.value()), 1);
  }

  private static Datum attend(Arguments a) {
    Tensor q = a.floats("q");
    Tensor k = a.floats("k");
    Tensor v = a.floats("v");
    for (String name : List.of("q", "k", "v")) {
      if (a.tensor(name).rank() != 4) {
        return a.fail(name, "[N, heads, T, D]");
      }
    }
    double scale = a.has("scale") ? a.real("scale") : 1 / Math.sqrt(q.size(3));
    List<Value> operands = new ArrayList<>(List.of(q.value(), k.value(), v.value()));
    if (a.has("mask")) {
      operands.add(mask(a, q, k));
    }
    var op = new Attend(scale, a.has("mask"));
    double rate = a.elaboration().training() ? a.real("dropout") : 0;
    Builder b = a.builder();
    Value result;
    if (rate == 0) {
      result = b.apply(op, operands).getFirst();
    } else {
      List<Value> key = a.elaboration().key(a.path());
      Value weights = b.apply(new Dropout(rate), op.weights(b, operands), key.getFirst(), key.getLast());
      result = b.matmul(weights, v.value());
    }
    List<FreeSize> dims = new ArrayList<>(q.dims());
    dims.set(3, v.dims().get(3));
    return new Tensor(result, dims);
  }

  private static Value mask(Arguments a, Tensor q, Tensor k) {
    Tensor mask = a.tensor("mask");
    Shape scores = Shape.of(q.size(0), q.size(1), q.size(2), k.size(2));
    boolean fits = mask.value().dtype() == DType.BOOL && mask.rank() <= 4;
    for (int i = 0; fits && i < mask.rank(); i++) {
      long size = scores.size(i + 4 - mask.rank());
      fits = mask.size(i) == size || mask.size(i) == 1;
    }
    return fits ? mask.value() : a.<Value>fail("mask", "bools that broadcast to " + scores);
  }
}
