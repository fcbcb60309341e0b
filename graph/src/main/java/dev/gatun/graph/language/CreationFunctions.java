package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Many;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Random;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Functions that make tensors from nothing: constants, counts and draws. */
final class CreationFunctions {

  private CreationFunctions() {}

  static void addTo(Builtins table) {
    table.add("full(shape, value)", a -> {
      List<Int> sizes = a.sizes("shape", 0);
      DType dtype = switch (a.get("value")) {
        case Tensor t -> t.value().dtype();
        case Datum.Truth _ -> DType.BOOL;
        case Int _ -> DType.I32;
        case Datum _ -> DType.F32;
      };
      return filled(a, sizes, a.tensor("value", dtype));
    });
    table.add("zeros(shape, dtype = f32)", a -> number(a, 0));
    table.add("ones(shape, dtype = f32)", a -> number(a, 1));
    table.add("eye(n, dtype = f32)", a -> {
      long n = a.small("n", 1);
      Shape square = Shape.of(n, n);
      Value hit = a.builder().equal(a.builder().index(square, 0), a.builder().index(square, 1));
      return Tensor.of(a.builder().cast(hit, a.dtype("dtype")));
    });
    table.add("tensor(list, dtype = f32)", CreationFunctions::table);
    table.add("arange(n)", a -> {
      Int n = a.sized("n");
      Shape line = Shape.of(a.small("n", 1));
      return new Tensor(a.builder().index(line, 0), Collections.singletonList(n.free()));
    });
    table.add("random_uniform(shape, low = 0.0, high = 1.0)", a -> {
      double low = a.real("low");
      double high = a.real("high");
      List<Int> sizes = a.sizes("shape", 0);
      Value draw = draw(a, sizes, a.elaboration().key(a.path()), 0);
      Builder b = a.builder();
      return new Tensor(b.add(b.mul(draw, high - low), low), Arguments.dims(sizes));
    });
    table.add("random_normal(shape)", CreationFunctions::normal);
  }

  private static Tensor filled(Arguments a, List<Int> sizes, Tensor value) {
    if (value.rank() != 0) {
      return a.fail("value", "one number");
    }
    return new Tensor(a.builder().broadcast(value.value(), Arguments.shape(sizes)), Arguments.dims(sizes));
  }

  private static Tensor number(Arguments a, double value) {
    List<Int> sizes = a.sizes("shape", 0);
    return filled(a, sizes, Tensor.of(a.builder().constant(TensorType.scalar(a.dtype("dtype")), value)));
  }

  private static Datum table(Arguments a) {
    List<Long> sizes = new ArrayList<>();
    Datum first = a.get("list");
    while (first instanceof Many(List<Datum> items) && !items.isEmpty()) {
      sizes.add((long) items.size());
      first = items.getFirst();
    }
    List<Double> numbers = new ArrayList<>();
    collect(a, a.get("list"), sizes, 0, numbers);
    DType dtype = a.dtype("dtype");
    TensorType type = TensorType.of(dtype, sizes.stream().mapToLong(Long::longValue).toArray());
    return Tensor.of(a.builder().table(type, numbers.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static void collect(Arguments a, Datum datum, List<Long> sizes, int depth, List<Double> numbers) {
    boolean leaf = depth == sizes.size();
    switch (datum) {
      case Many(List<Datum> items) when !leaf && items.size() == sizes.get(depth) ->
          items.forEach(item -> collect(a, item, sizes, depth + 1, numbers));
      case Datum.Truth(boolean truth) when leaf && a.dtype("dtype") == DType.BOOL -> numbers.add(truth ? 1.0 : 0.0);
      case Int i when leaf && a.dtype("dtype") != DType.BOOL -> numbers.add((double) i.value());
      case Datum.Real r when leaf && a.dtype("dtype").isFloat() -> numbers.add(r.value());
      case Datum _ -> a.fail("list", "numbers that fit " + a.dtype("dtype").label() + ", in lists of equal length");
    }
  }

  private static Value draw(Arguments a, List<Int> sizes, List<Value> key, int stream) {
    return a.builder().apply(new Random(Arguments.shape(sizes), stream, DType.F32), key.getFirst(), key.getLast());
  }

  /** Box and Muller 1958: √(−2 ln(1 − u)) cos 2πv. */
  private static Datum normal(Arguments a) {
    Builder b = a.builder();
    List<Int> sizes = a.sizes("shape", 0);
    List<Value> key = a.elaboration().key(a.path());
    Value u = draw(a, sizes, key, 0);
    Value v = draw(a, sizes, key, 1);
    Value radius = b.sqrt(b.mul(b.log(b.add(b.neg(u), 1)), -2));
    Value cosine = b.unary(UnaryFn.COS, b.mul(v, 2 * Math.PI));
    return new Tensor(b.mul(radius, cosine), Arguments.dims(sizes));
  }
}
