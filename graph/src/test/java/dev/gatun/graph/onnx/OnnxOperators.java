package dev.gatun.graph.onnx;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Reference;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What ONNX's operators are in the model language: for a node, statements that bind y0, y1 … to its results, made of its
 * operands x0, x1 …. An operator, or a form of one, that is not here has no counterpart.
 */
final class OnnxOperators {
  private static final Map<String, Function<OnnxNode, Form>> ALL = new HashMap<>();

  private OnnxOperators() {}

  /**
   * A node in the language.
   *
   * @param declarations layers that stand outside the model
   * @param parameters what those own, by name
   */
  record Form(String declarations, String body, Map<String, Reference> parameters) {}

  /** A node's form, or null if it has none. */
  static Form of(OnnxNode node) {
    var form = ALL.get(node.operator());
    return form == null ? null : form.apply(node);
  }

  private static void add(String operator, Function<OnnxNode, String> result) {
    ALL.put(operator, node -> {
      var text = result.apply(node);
      return text == null ? null : new Form("", text.contains("y0 = ") || text.startsWith("y0,") ? text : "y0 = " + text,
          Map.of());
    });
  }

  private static void add(String operator, String result) {
    add(operator, _ -> result);
  }

  static {
    elementwise();
    variadic();
    reductions();
    searches();
    moves();
    windows();
    products();
    normalisations();
    losses();
    recurrences();
    detection();
  }

  private static void elementwise() {
    for (var name : List.of("Abs", "Ceil", "Cos", "Erf", "Exp", "Floor", "Log", "Relu", "Round", "Sigmoid", "Sign", "Sin",
        "Softplus", "Softsign", "Sqrt", "Tanh", "Identity", "Selu")) {
      add(name, name.toLowerCase(Locale.ROOT) + "(x0)");
    }
    add("Identity", n -> n.values().getFirst() == null ? null : "x0");
    add("Neg", "-x0");
    add("Not", "not x0");
    add("Reciprocal", "1 / x0");
    add("Sinh", "(exp(x0) - exp(-x0)) / 2");
    add("Cosh", "(exp(x0) + exp(-x0)) / 2");
    add("Tan", "sin(x0) / cos(x0)");
    add("Atanh", "log((1 + x0) / (1 - x0)) / 2");
    add("Asinh", "log(x0 + sqrt(x0 * x0 + 1))");
    add("Acosh", "log(x0 + sqrt(x0 * x0 - 1))");
    add("IsNaN", "x0 != x0");
    add("IsInf", n -> (n.integer("detect_negative", 1) == 0 ? "x0" : n.integer("detect_positive", 1) == 0 ? "-x0"
        : "abs(x0)") + " > 3.4028234663852886e38");
    add("Elu", n -> "elu(x0, alpha = " + n.real("alpha", 1) + ")");
    add("Celu", n -> "celu(x0, alpha = " + n.real("alpha", 1) + ")");
    add("Selu", n -> n.has("alpha") ? n.real("gamma", 0) + " * elu(x0, alpha = " + n.real("alpha", 0) + ")" : "selu(x0)");
    add("LeakyRelu", n -> "leaky_relu(x0, slope = " + n.real("alpha", 0.01) + ")");
    add("ThresholdedRelu", n -> "where(x0 > " + n.real("alpha", 1) + ", x0, 0)");
    add("HardSigmoid", n -> n.real("alpha", 0.2) + " * x0 + " + n.real("beta", 0.5) + " |> clamp(0, 1)");
    add("HardSwish", "hard_swish(x0)");
    add("Shrink", n -> "where(abs(x0) > " + n.real("lambd", 0.5) + ", x0 - sign(x0) * " + n.real("bias", 0) + ", 0)");
    add("PRelu", "where(x0 > 0, x0, x0 * x1)");
    add("Clip", n -> (n.has(1) ? "maximum(x0, x1)" : "x0") + (n.has(2) ? " |> minimum(x2)" : ""));
    add("Where", "where(x0, x1, x2)");
    add("Dropout", n -> n.wants(1) || n.has(2) && n.values().get(2).at(0) != 0 ? null : "x0");
    add("Softmax", n -> "softmax(x0, axis = " + n.integer("axis", -1) + ")");
    add("LogSoftmax", n -> "log_softmax(x0, axis = " + n.integer("axis", -1) + ")");
    add("Cast", n -> cast(OnnxTensor.dtype((int) n.integer("to", 0))));
    add("CastLike", n -> n.values().get(1) == null ? null : cast(n.values().get(1).type().dtype()));
  }

  private static String cast(DType to) {
    return to == null ? null : "cast(x0, " + to.label() + ")";
  }

  private static void variadic() {
    Map.of("Add", "+", "Sub", "-", "Mul", "*", "And", "and", "Or", "or", "Xor", "!=", "Equal", "==", "Greater", ">",
        "GreaterOrEqual", ">=", "Less", "<").forEach((name, sign) -> add(name, "x0 " + sign + " x1"));
    add("LessOrEqual", "x0 <= x1");
    add("Div", n -> n.values().getFirst().type().dtype().isFloat() ? "x0 / x1" : "x0 // x1");
    add("Pow", n -> n.values().get(0).type().dtype() != n.values().get(1).type().dtype()
        || !n.values().getFirst().type().dtype().isFloat() ? null : "x0 ^ x1");
    add("Mod", n -> n.integer("fmod", 0) == 1 ? null : "x0 % x1");
    add("Sum", n -> folded(n, "+"));
    add("Mean", n -> "(" + folded(n, "+") + ") / " + n.inputs().size());
    add("Max", n -> nested(n, "maximum"));
    add("Min", n -> nested(n, "minimum"));
  }

  private static String operands(OnnxNode n, String between) {
    return IntStream.range(0, n.inputs().size()).mapToObj(i -> "x" + i).collect(Collectors.joining(between));
  }

  private static String folded(OnnxNode n, String sign) {
    return operands(n, " " + sign + " ");
  }

  private static String nested(OnnxNode n, String function) {
    return IntStream.range(1, n.inputs().size()).mapToObj(i -> "x" + i)
        .reduce("x0", (a, b) -> function + "(" + a + ", " + b + ")");
  }

  private static void reductions() {
    reduction("ReduceSum", "sum(x0%s)");
    reduction("ReduceMean", "mean(x0%s)");
    reduction("ReduceMax", "max(x0%s)");
    reduction("ReduceMin", "min(x0%s)");
    reduction("ReduceProd", "product(x0%s)");
    reduction("ReduceL1", "sum(abs(x0)%s)");
    reduction("ReduceL2", "norm(x0%s)");
    reduction("ReduceSumSquare", "sum(square(x0)%s)");
    reduction("ReduceLogSum", "log(sum(x0%s))");
    reduction("ReduceLogSumExp", "log_sum_exp(x0%s)");
  }

  /** Axes stand in an attribute or, later, in an operand. */
  private static void reduction(String operator, String form) {
    add(operator, n -> {
      var axes = n.has(1) ? n.data(1) : n.integers("axes", List.of());
      if (axes.isEmpty() && n.integer("noop_with_empty_axes", 0) == 1) {
        return "x0";
      }
      return form.formatted((axes.isEmpty() ? ", axis = none" : ", axis = " + OnnxNode.list(axes))
          + (n.integer("keepdims", 1) == 1 ? ", keepdims = true" : ""));
    });
  }

  private static void searches() {
    for (var name : List.of("argmax", "argmin")) {
      add(name.equals("argmax") ? "ArgMax" : "ArgMin", n -> {
        long axis = n.integer("axis", 0);
        var found = n.integer("select_last_index", 0) == 0 ? name + "(x0, axis = " + axis + ")"
            : "size(x0, " + axis + ") - 1 - " + name + "(flip(x0, " + axis + "), axis = " + axis + ")";
        return "reshape(" + found + ", " + n.resultShape(0) + ")";
      });
    }
    add("Hardmax", n -> {
      long axis = Math.floorMod(n.integer("axis", -1), n.rank(0));
      return "swapped(one_hot(argmax(swapped(x0, " + axis + "), axis = -1), size(x0, " + axis + ")), " + axis + ")";
    });
    add("TopK", n -> {
      long axis = n.integer("axis", -1);
      long k = n.data(1).getFirst();
      return n.integer("largest", 1) == 1 ? "y0, y1 = top_k(x0, " + k + ", axis = " + axis + ")"
          : "y0, y1 = top_k(-x0, " + k + ", axis = " + axis + "); y0 = -y0";
    });
    add("CumSum", n -> "cumsum(x0, axis = " + n.data(1).getFirst() + ", exclusive = " + (n.integer("exclusive", 0) == 1)
        + ", reverse = " + (n.integer("reverse", 0) == 1) + ")");
    add("Gather", n -> {
      long axis = n.integer("axis", 0);
      return "gather(x0, " + counted(1, "size(x0, " + axis + ")") + ", axis = " + axis + ")";
    });
    add("GatherElements", n -> {
      int axis = Math.floorMod((int) n.integer("axis", 0), n.rank(0));
      boolean whole = IntStream.range(0, n.rank(0)).allMatch(i -> i == axis || n.size(0, i) == n.size(1, i));
      return !whole ? null : "take_along(x0, " + counted(1, "size(x0, " + axis + ")") + ", axis = " + axis + ")";
    });
    add("OneHot", n -> {
      long depth = n.data(1).getFirst();
      int axis = Math.floorMod((int) n.integer("axis", -1), n.rank(0) + 1);
      var order = new ArrayList<Long>();
      for (long i = 0; i <= n.rank(0); i++) {
        order.add(i == axis ? (long) n.rank(0) : i < axis ? i : i - 1);
      }
      return "hot = transpose(one_hot(" + counted(0, String.valueOf(depth)) + ", " + depth + "), " + OnnxNode.list(order)
          + "); y0 = where(hot > 0, x2[1], x2[0])";
    });
  }

  /** An operand of positions that may count from the end. */
  private static String counted(int input, String size) {
    return "where(cast(x" + input + ", i32) < 0, cast(x" + input + ", i32) + " + size + ", cast(x" + input + ", i32))";
  }

  private static void moves() {
    for (var name : List.of("Reshape", "Flatten", "Squeeze", "Unsqueeze")) {
      add(name, n -> "reshape(x0, " + n.resultShape(0) + ")");
    }
    add("Expand", n -> "broadcast(x0, " + n.resultShape(0) + ")");
    add("Transpose", n -> "transpose(x0, " + OnnxNode.list(n.integers("perm",
        IntStream.range(0, n.rank(0)).mapToObj(i -> (long) n.rank(0) - 1 - i).toList())) + ")");
    add("Concat", n -> "concat([" + operands(n, ", ") + "], axis = " + n.integer("axis", 0) + ")");
    add("Split", n -> {
      int axis = Math.floorMod((int) n.integer("axis", 0), n.rank(0));
      var sizes = n.results().stream().map(r -> r.type().shape().size(axis)).toList();
      return sizes.contains(0L) ? null : IntStream.range(0, n.outputs().size()).mapToObj(i -> "y" + i)
          .collect(Collectors.joining(", ")) + " = split(x0, " + OnnxNode.list(sizes) + ", axis = " + axis + ")";
    });
    add("Slice", OnnxOperators::slice);
    add("Tile", n -> {
      var repeats = n.data(1);
      var apart = new ArrayList<Long>();
      var wide = new ArrayList<Long>();
      for (int i = 0; i < n.rank(0); i++) {
        apart.addAll(List.of(1L, n.size(0, i)));
        wide.addAll(List.of(repeats.get(i), n.size(0, i)));
      }
      return "x0 |> reshape(" + OnnxNode.list(apart) + ") |> broadcast(" + OnnxNode.list(wide) + ") |> reshape("
          + n.resultShape(0) + ")";
    });
    add("Pad", n -> {
      var amounts = n.data(1);
      int rank = n.rank(0);
      var pairs = IntStream.range(0, rank).mapToObj(i -> OnnxNode.list(List.of(amounts.get(i), amounts.get(i + rank))))
          .collect(Collectors.joining(", ", "[", "]"));
      return amounts.stream().anyMatch(a -> a < 0) ? null : "pad(x0, " + pairs + ", value = "
          + (n.has(2) ? n.first(2) : "0.0") + ", mode = \"" + n.text("mode", "constant") + "\")";
    });
    add("DepthToSpace", n -> {
      long b = n.integer("blocksize", 0);
      if (n.text("mode", "DCR").equals("CRD")) {
        return "pixel_shuffle(x0, " + b + ")";
      }
      var apart = List.of(n.size(0, 0), b, b, n.size(0, 1) / b / b, n.size(0, 2), n.size(0, 3));
      return "x0 |> reshape(" + OnnxNode.list(apart) + ") |> transpose([0, 3, 4, 1, 5, 2]) |> reshape("
          + n.resultShape(0) + ")";
    });
    add("SpaceToDepth", n -> {
      long b = n.integer("blocksize", 0);
      var apart = List.of(n.size(0, 0), n.size(0, 1), n.size(0, 2) / b, b, n.size(0, 3) / b, b);
      return "x0 |> reshape(" + OnnxNode.list(apart) + ") |> transpose([0, 3, 5, 1, 2, 4]) |> reshape("
          + n.resultShape(0) + ")";
    });
    add("Trilu", n -> {
      long k = n.has(1) ? n.data(1).getFirst() : 0;
      var sign = n.integer("upper", 1) == 1 ? ">=" : "<=";
      return n.size(0, -1) == 0 || n.size(0, -2) == 0 ? null
          : "where(arange(size(x0, -1)) " + sign + " arange(size(x0, -2))[:, none] + " + k + ", x0, 0)";
    });
    add("EyeLike", n -> {
      var dtype = OnnxTensor.dtype((int) n.integer("dtype", 6));
      return "cast(arange(size(x0, 1)) == arange(size(x0, 0))[:, none] + " + n.integer("k", 0) + ", " + dtype.label() + ")";
    });
    add("Shape", n -> n.integer("start", 0) == 0 && !n.has("end") && n.rank(0) > 0 ? "tensor(shape(x0), dtype = i64)" : null);
    add("Size", "tensor(product(shape(x0)), dtype = i64)");
    add("ConstantOfShape", n -> {
      var value = n.has("value") ? OnnxTensor.read(n.attributes().get("value").messages(5).getFirst()) : null;
      return value == null || n.data(0).contains(0L) ? null : "cast(full(" + n.resultShape(0) + ", " + value.at(0) + "), "
          + value.type().dtype().label() + ")";
    });
    add("Resize", OnnxOperators::resize);
    add("Upsample", n -> n.text("mode", "nearest").equals("nearest")
        ? "resize(x0, " + OnnxNode.list(spatial(n.results().getFirst())) + ")" : null);
  }

  private static List<Long> spatial(Reference of) {
    return java.util.Arrays.stream(of.type().shape().sizes()).skip(2).boxed().toList();
  }

  private static String slice(OnnxNode n) {
    var starts = n.data(1);
    var ends = n.data(2);
    var cuts = new ArrayList<String>();
    for (int i = 0; i < n.rank(0); i++) {
      cuts.add(":");
    }
    for (int i = 0; i < starts.size(); i++) {
      int axis = n.has(3) ? Math.floorMod(n.data(3).get(i).intValue(), n.rank(0)) : i;
      long step = n.has(4) ? n.data(4).get(i) : 1;
      long size = n.size(0, axis);
      long from = Math.clamp(starts.get(i) < 0 ? starts.get(i) + size : starts.get(i), 0, step > 0 ? size : size - 1);
      long to = Math.clamp(ends.get(i) < 0 ? ends.get(i) + size : ends.get(i), step > 0 ? 0 : -1, size);
      if (from == to) {
        return null;
      }
      cuts.set(axis, from + ":" + (to < 0 ? "" : to) + ":" + step);
    }
    return "x0[" + String.join(", ", cuts) + "]";
  }

  /** Only where the sizes alone tell the scale, and positions and roundings are those of the language. */
  private static String resize(OnnxNode n) {
    var mode = n.text("mode", "nearest");
    var place = n.text("coordinate_transformation_mode", "half_pixel");
    var shape = n.results().getFirst().type().shape();
    boolean whole = n.rank(0) == 4;
    boolean grows = true;
    for (int i = 0; i < shape.rank(); i++) {
      double scale = n.has(2) ? n.values().get(2).at(i) : (double) shape.size(i) / n.size(0, i);
      whole &= Math.abs(scale * n.size(0, i) - shape.size(i)) < 1e-4;
      grows &= shape.size(i) % n.size(0, i) == 0;
    }
    var rounds = n.text("nearest_mode", "round_prefer_floor");
    boolean nearest = mode.equals("nearest") && grows && (place.equals("half_pixel") && rounds.startsWith("round")
        || place.equals("asymmetric") && rounds.equals("floor"));
    boolean plain = n.integer("exclude_outside", 0) == 0 && n.real("cubic_coeff_a", -0.75).equals("-0.75")
        && (place.equals("half_pixel") || place.equals("align_corners"));
    if (!whole || !(nearest || plain && !mode.equals("nearest"))) {
      return null;
    }
    return "resize(x0, " + OnnxNode.list(spatial(n.results().getFirst())) + ", mode = \"" + mode + "\", align_corners = "
        + place.equals("align_corners") + ")";
  }

  private static void windows() {
    add("Conv", n -> {
      var bias = n.has(2) ? " + channelwise(x2, x0)" : "";
      return "convolve(x0, x1" + window(n, spatial(n.values().get(1))) + ", groups = " + n.integer("group", 1) + ")" + bias;
    });
    add("ConvTranspose", n -> {
      int axes = n.rank(0) - 2;
      var ones = java.util.Collections.nCopies(axes, 1L);
      var kernel = spatial(n.values().get(1));
      var stride = n.integers("strides", ones);
      var dilation = n.integers("dilations", ones);
      var pads = n.integers("pads", java.util.Collections.nCopies(2 * axes, 0L));
      var more = new ArrayList<Long>();
      for (int i = 0; i < axes; i++) {
        more.add(n.results().getFirst().type().shape().size(i + 2) - ((n.size(0, i + 2) - 1) * stride.get(i)
            - pads.get(i) - pads.get(i + axes) + dilation.get(i) * (kernel.get(i) - 1) + 1));
      }
      if (!n.text("auto_pad", "NOTSET").equals("NOTSET") || n.has("output_shape")
          || IntStream.range(0, axes).anyMatch(i -> more.get(i) < 0 || more.get(i) >= stride.get(i))) {
        return null;
      }
      return "convolve_transpose(x0, x1, stride = " + OnnxNode.list(stride) + ", pad = " + pairs(pads) + ", dilation = "
          + OnnxNode.list(dilation) + ", output_pad = " + OnnxNode.list(more) + ")";
    });
    add("MaxPool", n -> n.wants(1) || n.integer("storage_order", 0) != 0
        || !n.values().getFirst().type().dtype().isFloat() ? null
        : "max_pool(x0, " + OnnxNode.list(n.integers("kernel_shape", List.of()))
        + window(n, n.integers("kernel_shape", List.of())) + ", ceil = " + (n.integer("ceil_mode", 0) == 1) + ")");
    add("AveragePool", n -> "avg_pool(x0, " + OnnxNode.list(n.integers("kernel_shape", List.of()))
        + window(n, n.integers("kernel_shape", List.of())) + ", ceil = " + (n.integer("ceil_mode", 0) == 1)
        + ", count_pad = " + (n.integer("count_include_pad", 0) == 1) + ")");
    add("GlobalAveragePool", n -> "reshape(global_avg_pool(x0), " + n.resultShape(0) + ")");
    add("GlobalMaxPool", n -> "adaptive_max_pool(x0, 1)");
    add("LRN", n -> "lrn(x0, size = " + n.integer("size", 0) + ", alpha = " + n.real("alpha", 1e-4) + ", beta = "
        + n.real("beta", 0.75) + ", k = " + n.real("bias", 1) + ")");
  }

  private static String pairs(List<Long> pads) {
    int axes = pads.size() / 2;
    return IntStream.range(0, axes).mapToObj(i -> OnnxNode.list(List.of(pads.get(i), pads.get(i + axes))))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String window(OnnxNode n, List<Long> kernel) {
    int axes = n.rank(0) - 2;
    var ones = java.util.Collections.nCopies(axes, 1L);
    var stride = n.integers("strides", ones);
    var dilation = n.integers("dilations", ones);
    var pads = new ArrayList<>(n.integers("pads", java.util.Collections.nCopies(2 * axes, 0L)));
    var auto = n.text("auto_pad", "NOTSET");
    for (int i = 0; auto.startsWith("SAME") && i < axes; i++) {
      long size = n.size(0, i + 2);
      long outputs = (size + stride.get(i) - 1) / stride.get(i);
      long total = Math.max(0, (outputs - 1) * stride.get(i) + dilation.get(i) * (kernel.get(i) - 1) + 1 - size);
      pads.set(i, auto.equals("SAME_UPPER") ? total / 2 : total - total / 2);
      pads.set(i + axes, total - pads.get(i));
    }
    return ", stride = " + OnnxNode.list(stride) + ", pad = " + pairs(pads) + ", dilation = " + OnnxNode.list(dilation);
  }

  private static void products() {
    add("MatMul", "x0 @ x1");
    add("Det", "determinant(x0)");
    add("Gemm", n -> n.real("alpha", 1) + " * matmul(x0, x1, transpose_a = " + (n.integer("transA", 0) == 1)
        + ", transpose_b = " + (n.integer("transB", 0) == 1) + ")"
        + (n.has(2) ? " + " + n.real("beta", 1) + " * x2" : ""));
  }

  private static void normalisations() {
    add("MeanVarianceNormalization", n -> "m, v = moments(x0, axis = " + OnnxNode.list(n.integers("axes",
        List.of(0L, 2L, 3L))) + ", keepdims = true); y0 = (x0 - m) * rsqrt(v)");
    ALL.put("InstanceNormalization", n -> new Form("shared norm = instance_norm(eps = " + n.real("epsilon", 1e-5) + ")\n",
        "y0 = norm(x0)", Map.of("norm.weight", n.values().get(1), "norm.bias", n.values().get(2))));
    ALL.put("BatchNormalization", n -> n.integer("training_mode", 0) == 1 ? null
        : new Form("shared norm = batch_norm(eps = " + n.real("epsilon", 1e-5) + ")\n", "y0 = norm(x0)",
        Map.of("norm.weight", n.values().get(1), "norm.bias", n.values().get(2), "norm.running_mean", n.values().get(3),
            "norm.running_var", n.values().get(4))));
    ALL.put("LayerNormalization", n -> {
      int axis = Math.floorMod((int) n.integer("axis", -1), n.rank(0));
      var eps = n.real("epsilon", 1e-5);
      long inner = IntStream.range(axis, n.rank(0)).mapToLong(i -> n.size(0, i)).reduce(1, (a, b) -> a * b);
      var flat = "reshape(x0, [-1, " + inner + "])";
      return new Form("shared norm = layer_norm(eps = " + eps + ")\n", "y0 = reshape(norm(" + flat + "), shape(x0)); "
          + "m, v = moments(" + flat + ", axis = -1); y1 = reshape(m, " + n.resultShape(1) + "); y2 = reshape(rsqrt(v + "
          + eps + "), " + n.resultShape(2) + ")", Map.of("norm.weight", flat(n.values().get(1)), "norm.bias",
          n.has(2) ? flat(n.values().get(2)) : Reference.zeros(flat(n.values().get(1)).type())));
    });
  }

  private static Reference flat(Reference x) {
    return Reference.of(x.type().withShape(Shape.of(x.type().shape().elements())), x.data());
  }

  private static void losses() {
    add("SoftmaxCrossEntropyLoss", n -> {
      var weights = n.has(2) ? ", weights = x2" : "";
      var ignore = n.has("ignore_index") ? ", ignore = " + n.integer("ignore_index", 0) : "";
      return "y0 = cross_entropy(x0, cast(x1, i32), axis = 1" + weights + ignore + ", reduce = \""
          + n.text("reduction", "mean") + "\"); y1 = log_softmax(x0, axis = 1)";
    });
  }

  private static void recurrences() {
    ALL.put("LSTM", n -> recurrence(n, "lstm", List.of(0, 2, 3, 1)));
    ALL.put("GRU", n -> recurrence(n, "gru", List.of(1, 0, 2)));
    ALL.put("RNN", n -> recurrence(n, "rnn", List.of(0)));
  }

  /** @param gates where each gate of the layer stands among ONNX's */
  private static Form recurrence(OnnxNode n, String layer, List<Integer> gates) {
    boolean batchFirst = n.integer("layout", 0) == 1;
    long hidden = n.integer("hidden_size", 0);
    // A GRU whose reset acts before the product differs, but in a first step from nothing.
    boolean resetsLate = n.integer("linear_before_reset", 0) == 1 || n.size(0, batchFirst ? 1 : 0) == 1 && !n.has(5);
    if (n.has(7) || n.has("activations") || !n.text("direction", "forward").equals("forward")
        || layer.equals("gru") && !resetsLate) {
      return null;
    }
    var parameters = new LinkedHashMap<String, Reference>();
    parameters.put("cell.weight_ih", rows(n.values().get(1), 0, hidden, gates));
    parameters.put("cell.weight_hh", rows(n.values().get(2), 0, hidden, gates));
    for (int part = 0; part < 2; part++) {
      parameters.put(part == 0 ? "cell.bias_ih" : "cell.bias_hh", n.has(3)
          ? flat(rows(n.values().get(3), part * gates.size(), hidden, gates))
          : Reference.zeros(TensorType.of(DType.F32, hidden * gates.size())));
    }
    var given = (n.has(4) ? ", mask = arange(size(t, 1)) < x4[:, none]" : "") + (n.has(5) ? ", h = x5[0]" : "")
        + (n.has(6) ? ", c = x6[0]" : "");
    var body = (batchFirst ? "t = x0" : "t = transpose(x0, [1, 0, 2])") + "; y, h = cell(t" + given + "); "
        + (batchFirst ? "y0 = y[:, :, none]; y1 = h[:, none]" : "y0 = transpose(y, [1, 0, 2])[:, none]; y1 = h[none]");
    return new Form("shared cell = " + layer + "(" + hidden + ")\n", body, parameters);
  }

  /** The rows of each gate, in the layer's order; of a matrix [1, gates · hidden, columns], or of a line of numbers. */
  private static Reference rows(Reference x, int first, long hidden, List<Integer> gates) {
    var shape = x.type().shape();
    long columns = shape.rank() == 3 ? shape.size(2) : 1;
    int block = (int) (hidden * columns);
    var values = new double[block * gates.size()];
    for (int gate = 0; gate < gates.size(); gate++) {
      System.arraycopy(x.data(), (first + gates.get(gate)) * block, values, gate * block, block);
    }
    return Reference.of(TensorType.of(DType.F32, hidden * gates.size(), columns), values);
  }

  private static void detection() {
    add("RoiAlign", n -> n.text("mode", "avg").equals("avg")
        ? "roi_align(x0, x1, cast(x2, i32), [" + n.integer("output_height", 1) + ", " + n.integer("output_width", 1)
        + "], samples = " + n.integer("sampling_ratio", 0) + ", scale = " + n.real("spatial_scale", 1) + ", aligned = "
        + n.text("coordinate_transformation_mode", "half_pixel").equals("half_pixel") + ")" : null);
    add("NonMaxSuppression", OnnxOperators::suppression);
  }

  /** Rows of batch, class and box; how many there are of each, which is not known to a static model, the result tells. */
  private static String suppression(OnnxNode n) {
    var found = n.results().getFirst();
    long most = n.has(2) ? n.data(2).getFirst() : 0;
    var parts = new ArrayList<String>();
    // Corners in either order.
    var text = new StringBuilder(n.integer("center_point_box", 0) == 1
        ? "b = concat([x0[..., :2] - x0[..., 2:] / 2, x0[..., :2] + x0[..., 2:] / 2], axis = -1); "
        : "b = concat([minimum(x0[..., :2], x0[..., 2:]), maximum(x0[..., :2], x0[..., 2:])], axis = -1); ");
    for (int batch = 0; batch < n.size(1, 0); batch++) {
      for (int kind = 0; kind < n.size(1, 1); kind++) {
        int b = batch;
        int c = kind;
        long rows = IntStream.range(0, (int) found.type().shape().size(0))
            .filter(i -> found.at(3L * i) == b && found.at(3L * i + 1) == c).count();
        if (rows > 0) {
          text.append("p = nms(b[%d:%d], x1[%d:%d, %d], %d, overlap = %s, least = %s)[0]; ".formatted(b, b + 1, b, b + 1, c,
              most, n.has(3) ? n.first(3) : "0.0", n.has(4) ? n.first(4) : "-1e30"));
          var part = "r" + b + "_" + c;
          text.append(part).append(" = stack([full([%d], %d), full([%d], %d), p[:%d]], axis = 1); ".formatted(rows, b, rows, c,
              rows));
          parts.add(part);
        }
      }
    }
    return parts.isEmpty() ? null : text + "y0 = concat([" + String.join(", ", parts) + "], axis = 0)";
  }
}
