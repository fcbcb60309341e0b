package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.graph.language.Syntax.Operator;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.ArgSort;
import dev.gatun.ops.Builder;
import dev.gatun.ops.CrossEntropy;
import dev.gatun.ops.KernelSpec.Fold;
import dev.gatun.ops.Moments;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.List;

/** Functions that fold axes away, or search along them. */
final class ReduceFunctions {

  private ReduceFunctions() {}

  static void addTo(Builtins table) {
    table.add("sum(x, axis = none, keepdims = false)", a -> a.isTensor("x") ? fold(a, Fold.SUM)
        : list(a, Operator.ADD, new Int(0)));
    table.add("product(x, axis = none, keepdims = false)", a -> a.isTensor("x") ? fold(a, Fold.PRODUCT)
        : list(a, Operator.MULTIPLY, new Int(1)));
    table.add("max(x, axis = none, keepdims = false)", a -> fold(a, Fold.MAX));
    table.add("min(x, axis = none, keepdims = false)", a -> fold(a, Fold.MIN));
    table.add("mean(x, axis = none, keepdims = false)", ReduceFunctions::mean);
    table.add("any(x, axis = none, keepdims = false)", a -> truths(a, Fold.MAX));
    table.add("all(x, axis = none, keepdims = false)", a -> truths(a, Fold.MIN));
    table.add("argmax(x, axis = -1)", a -> position(a, true));
    table.add("argmin(x, axis = -1)", a -> position(a, false));
    table.add("argsort(x, axis = -1, descending = false, count = none)", ReduceFunctions::order);
    table.add("moments(x, axis, keepdims = false)", ReduceFunctions::moments);
    table.add("reduced(x, reduce)", ReduceFunctions::reduced);
    table.add("label_loss(logits, label, axis = -1, smoothing = 0.0)", ReduceFunctions::labelLoss);
  }

  private static Datum list(Arguments a, Operator operator, Datum start) {
    Datum total = start;
    for (Datum item : a.list("x")) {
      total = Arithmetic.binary(operator, total, item);
    }
    return total;
  }

  private static Tensor fold(Arguments a, Fold fold) {
    Tensor x = a.tensor("x");
    List<Integer> axes = a.axes("axis", x.rank());
    boolean keep = a.truth("keepdims");
    return dropped(x, axes, keep, a.builder().reduce(fold, x.value(), axes, keep));
  }

  private static Tensor mean(Arguments a) {
    Tensor x = a.floats("x");
    List<Integer> axes = a.axes("axis", x.rank());
    boolean keep = a.truth("keepdims");
    return dropped(x, axes, keep, a.builder().mean(x.value(), axes, keep));
  }

  private static Tensor truths(Arguments a, Fold fold) {
    return a.tensor("x").value().dtype() == DType.BOOL ? fold(a, fold) : a.fail("x", "a tensor of bools");
  }

  private static Tensor dropped(Tensor x, List<Integer> axes, boolean keep, Value result) {
    List<FreeSize> dims = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!axes.contains(axis)) {
        dims.add(x.dims().get(axis));
      } else if (keep) {
        dims.add(null);
      }
    }
    return new Tensor(result, dims);
  }

  private static Datum order(Arguments a) {
    Tensor x = a.tensor("x");
    int axis = a.axis("axis", x.rank());
    if (!a.has("count")) {
      return ElementwiseFunctions.same(x, v -> a.builder().apply(new ArgSort(a.truth("descending"), axis), v));
    }
    long count = a.integer("count");
    if (count < 0 || count > x.value().shape().size(axis)) {
      return a.fail("count", "an int from 0 to the size of the axis, " + x.value().shape().size(axis));
    }
    List<FreeSize> dims = new ArrayList<>(x.dims());
    dims.set(axis, null);
    ArgSort op = new ArgSort(a.truth("descending"), axis, Math.toIntExact(count));
    return new Tensor(a.builder().apply(op, x.value()), dims);
  }

  private static Datum position(Arguments a, boolean largest) {
    Tensor x = a.tensor("x");
    int axis = a.axis("axis", x.rank());
    return dropped(x, List.of(axis), false, a.builder().argReduce(largest, x.value(), axis));
  }

  private static Datum moments(Arguments a) {
    Tensor x = a.floats("x");
    List<Integer> axes = a.axes("axis", x.rank());
    boolean keep = a.truth("keepdims");
    List<Datum> results = new ArrayList<>();
    for (Value moment : a.builder().apply(new Moments(axes), List.of(x.value()))) {
      Tensor kept = dropped(x, axes, true, moment);
      results.add(keep ? kept : without(a.builder(), kept, axes));
    }
    return new Datum.Results(results);
  }

  private static Tensor without(Builder b, Tensor kept, List<Integer> axes) {
    List<Long> sizes = new ArrayList<>();
    List<FreeSize> dims = new ArrayList<>();
    for (int axis = 0; axis < kept.rank(); axis++) {
      if (!axes.contains(axis)) {
        sizes.add(kept.size(axis));
        dims.add(kept.dims().get(axis));
      }
    }
    return new Tensor(b.reshape(kept.value(), Shape.of(sizes.stream().mapToLong(Long::longValue).toArray())), dims);
  }

  private static Datum reduced(Arguments a) {
    Tensor x = a.floats("x");
    Builder b = a.builder();
    return switch (a.text("reduce")) {
      case "mean" -> Tensor.of(b.mean(x.value(), Builder.allAxes(x.value()), false));
      case "sum" -> Tensor.of(b.sum(x.value(), Builder.allAxes(x.value()), false));
      case "none" -> x;
      default -> a.fail("reduce", "\"mean\", \"sum\" or \"none\"");
    };
  }

  private static Datum labelLoss(Arguments a) {
    Tensor logits = a.floats("logits");
    Tensor label = a.tensor("label");
    int axis = a.axis("axis", logits.rank());
    List<Long> wanted = new ArrayList<>();
    for (int i = 0; i < logits.rank(); i++) {
      if (i != axis) {
        wanted.add(logits.size(i));
      }
    }
    Shape shape = Shape.of(wanted.stream().mapToLong(Long::longValue).toArray());
    if (label.value().dtype() != DType.I32 || !label.value().shape().equals(shape)) {
      throw a.fault("`cross_entropy` of " + logits.shown() + " wants labels i32" + shape + ", found " + label.shown(),
          label.value().dtype() == logits.value().dtype() ? "for probabilities: -sum(target * log_softmax(logits), axis = "
              + a.integer("axis") + ")" : "");
    }
    Value loss = a.builder().apply(new CrossEntropy(axis, a.real("smoothing")), logits.value(), label.value());
    return new Tensor(loss, label.dims());
  }
}
