package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Many;
import dev.gatun.graph.language.Datum.Real;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Dropout;
import dev.gatun.ops.Gelu;
import dev.gatun.ops.Graph;
import dev.gatun.ops.LogSoftmax;
import dev.gatun.ops.Softmax;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Functions that keep the shape, or broadcast. Those of numbers also serve compile-time numbers. */
final class ElementwiseFunctions {

  private ElementwiseFunctions() {}

  static void addTo(Builtins table) {
    for (UnaryFn fn : List.of(UnaryFn.ABS, UnaryFn.SIGN, UnaryFn.FLOOR, UnaryFn.CEIL, UnaryFn.ROUND, UnaryFn.SQRT,
        UnaryFn.EXP, UnaryFn.EXPM1, UnaryFn.LOG, UnaryFn.LOG1P, UnaryFn.SIN, UnaryFn.COS, UnaryFn.TANH,
        UnaryFn.SIGMOID, UnaryFn.ERF, UnaryFn.ERFC)) {
      table.add(fn.name().toLowerCase(Locale.ROOT) + "(x)", a -> unary(a, fn));
    }
    table.add("minimum(a, b)", a -> extreme(a, BinaryFn.MIN));
    table.add("maximum(a, b)", a -> extreme(a, BinaryFn.MAX));
    table.add("where(c, a, b)", a -> a.math().select(a.get("c"), a.get("a"), a.get("b")));
    table.add("cast(x, dtype)", a -> same(a.tensor("x"), x -> a.builder().cast(x, a.dtype("dtype"))));
    table.add("stop_gradient(x)", a -> same(a.tensor("x"), a.builder()::stopGradient));
    table.add("relu(x)", a -> same(a.floats("x"), a.builder()::relu));
    table.add("gelu(x, approximate = false)",
        a -> same(a.floats("x"), x -> a.builder().apply(new Gelu(a.truth("approximate")), x)));
    table.add("softmax(x, axis = -1)", a -> same(a.floats("x"),
        x -> a.builder().apply(new Softmax(a.axis("axis", x.rank())), x)));
    table.add("log_softmax(x, axis = -1)", a -> same(a.floats("x"),
        x -> a.builder().apply(new LogSoftmax(a.axis("axis", x.rank())), x)));
    table.add("dropout(x, rate = 0.5)", ElementwiseFunctions::dropout);
    table.add("gradient(y, x)", ElementwiseFunctions::gradient);
  }

  /** A tensor of x's shape. */
  static Tensor same(Tensor x, UnaryOperator<Value> function) {
    return new Tensor(function.apply(x.value()), x.dims());
  }

  private static Datum unary(Arguments a, UnaryFn fn) {
    if (a.isTensor("x")) {
      Tensor x = fn.domain() == UnaryFn.Domain.FLOAT ? a.floats("x") : a.tensor("x");
      return same(x, v -> a.builder().unary(fn, v));
    }
    double result = fn.apply(a.real("x"));
    if (Double.isNaN(result) || Double.isInfinite(result)) {
      throw a.fault(a.name() + " of " + a.get("x").brief() + " is no finite number", "");
    }
    boolean whole = fn == UnaryFn.FLOOR || fn == UnaryFn.CEIL || fn == UnaryFn.ROUND
        || a.get("x") instanceof Int && (fn == UnaryFn.ABS || fn == UnaryFn.SIGN);
    return whole ? new Int(CompileTimeFunctions.whole(a, result)) : new Real(result);
  }

  private static Datum extreme(Arguments a, BinaryFn fn) {
    Datum x = a.get("a");
    Datum y = a.get("b");
    if (x instanceof Tensor || y instanceof Tensor) {
      return a.math().binary(a.name(), fn, x, y);
    }
    double left = a.real("a");
    double right = a.real("b");
    if (x instanceof Int i && y instanceof Int j) {
      return (fn == BinaryFn.MIN) == (i.value() <= j.value()) ? i : j;
    }
    return new Real(fn.apply(left, right));
  }

  private static Datum dropout(Arguments a) {
    Tensor x = a.floats("x");
    double rate = a.real("rate");
    if (!(rate >= 0 && rate < 1)) {
      return a.fail("rate", "a number from 0 to below 1");
    }
    if (!a.elaboration().training() || rate == 0) {
      return x;
    }
    List<Value> key = a.elaboration().key(a.path());
    return same(x, v -> a.builder().apply(new Dropout(rate), v, key.getFirst(), key.getLast()));
  }

  private static Datum gradient(Arguments a) {
    Tensor y = a.tensor("y");
    if (y.rank() != 0 || !y.value().dtype().isFloat()) {
      return a.fail("y", "one number: a tensor of floats without axes");
    }
    List<Tensor> xs = a.get("x") instanceof Many ? a.tensors("x") : List.of(a.tensor("x"));
    for (Tensor x : xs) {
      var reached = Graph.reachableFrom(List.of(x.value()), Graph.ordered(List.of(y.value())));
      if (!x.value().dtype().isFloat() || x.value().dtype().isStorageOnly() || !reached.contains(y.value().node())) {
        return a.fail("x", "what y was computed from, in floats");
      }
    }
    List<Value> gradients = a.builder().gradients(y.value(), xs.stream().map(Tensor::value).toList());
    List<Datum> found = new ArrayList<>();
    for (int i = 0; i < xs.size(); i++) {
      found.add(new Tensor(gradients.get(i), xs.get(i).dims()));
    }
    return a.get("x") instanceof Many ? new Many(found) : found.getFirst();
  }
}
