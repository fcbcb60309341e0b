package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The arguments of one call of a builtin, read as what it wants. Whatever does not fit ends in a fault at the argument.
 */
final class Arguments {

  /** Elements that a list may have: more is no model. */
  static final int LONGEST_LIST = 1_000_000;

  private final Elaboration elaboration;
  private final Callee callee;
  private final Map<String, Given.One> values;
  private final Place place;
  private final String path;

  /** @param path names the call for random keys */
  Arguments(Elaboration elaboration, Callee callee, Map<String, Given.One> values, Place place, String path) {
    this.elaboration = elaboration;
    this.callee = callee;
    this.values = values;
    this.place = place;
    this.path = path;
  }

  Elaboration elaboration() {
    return elaboration;
  }

  Builder builder() {
    return elaboration.builder();
  }

  TensorMath math() {
    return new TensorMath(elaboration.builder());
  }

  /** The function's name as messages print it. */
  String name() {
    return "`" + callee.name() + "`";
  }

  String path() {
    return path;
  }

  Datum get(String name) {
    return values.get(name).value();
  }

  boolean has(String name) {
    return !(get(name) instanceof Datum.None);
  }

  boolean isTensor(String name) {
    return get(name) instanceof Tensor;
  }

  Tensor tensor(String name) {
    return get(name) instanceof Tensor t ? t : fail(name, "a tensor");
  }

  /** A tensor, or a number as one of rank 0. */
  Tensor tensor(String name, DType dtype) {
    return math().adapt(name(), get(name), dtype);
  }

  Tensor floats(String name) {
    Tensor x = tensor(name);
    return x.value().dtype() == DType.F32 || x.value().dtype() == DType.F64 ? x : fail(name, "a tensor of f32 or f64");
  }

  long integer(String name) {
    return get(name) instanceof Int i ? i.value() : fail(name, "an int");
  }

  Int sized(String name) {
    return get(name) instanceof Int i ? i : fail(name, "an int");
  }

  int small(String name, int from) {
    long value = integer(name);
    return value >= from && value <= Integer.MAX_VALUE ? (int) value : fail(name, "an int from " + from);
  }

  double real(String name) {
    return Arithmetic.isNumber(get(name)) ? Arithmetic.real(get(name)) : fail(name, "a number");
  }

  boolean truth(String name) {
    return get(name) instanceof Datum.Truth(boolean value) ? value : fail(name, "true or false");
  }

  String text(String name) {
    return get(name) instanceof Datum.Text(String value) ? value : fail(name, "a string");
  }

  DType dtype(String name) {
    return get(name) instanceof Datum.Type(DType dtype) ? dtype : fail(name, "a dtype");
  }

  List<Datum> list(String name) {
    return get(name) instanceof Datum.Many(List<Datum> items) ? items : fail(name, "a list");
  }

  List<Tensor> tensors(String name) {
    List<Tensor> found = new ArrayList<>();
    for (Datum item : list(name)) {
      found.add(item instanceof Tensor t ? t : this.<Tensor>fail(name, "a list of tensors"));
    }
    return found.isEmpty() ? fail(name, "at least one tensor") : found;
  }

  /** A list of sizes, each at least {@code least}. */
  List<Int> sizes(String name, long least) {
    List<Int> found = new ArrayList<>();
    for (Datum item : list(name)) {
      boolean fits = item instanceof Int i && i.value() >= least && i.value() <= Integer.MAX_VALUE;
      found.add(fits ? (Int) item : this.<Int>fail(name, "a list of sizes"));
    }
    return found;
  }

  static Shape shape(List<Int> sizes) {
    return Shape.of(sizes.stream().mapToLong(Int::value).toArray());
  }

  static List<FreeSize> dims(List<Int> sizes) {
    List<FreeSize> dims = new ArrayList<>();
    sizes.forEach(size -> dims.add(size.free()));
    return dims;
  }

  /** An axis of a tensor, counted from 0 or from the end. */
  int axis(String name, int rank) {
    return axis(name, get(name), rank);
  }

  private int axis(String name, Datum datum, int rank) {
    if (datum instanceof Int i && i.value() >= -rank && i.value() < rank) {
      return (int) (i.value() < 0 ? i.value() + rank : i.value());
    }
    return fail(name, "an axis from " + -rank + " to " + (rank - 1));
  }

  /** An axis or a list of them; all if none is given. */
  List<Integer> axes(String name, int rank) {
    return switch (get(name)) {
      case Datum.None _ -> IntStream.range(0, rank).boxed().toList();
      case Datum.Many(List<Datum> items) -> items.stream().map(d -> axis(name, d, rank)).distinct().sorted().toList();
      case Datum d -> List.of(axis(name, d, rank));
    };
  }

  /** One int for every spatial axis, or a list with one for each. */
  List<Integer> perAxis(String name, int axes, int least) {
    return spread(name, get(name), axes, least);
  }

  private List<Integer> spread(String name, Datum datum, int axes, int least) {
    List<Datum> items = switch (datum) {
      case Int i -> LongStream.range(0, axes).<Datum>mapToObj(_ -> i).toList();
      case Datum.Many(List<Datum> found) when found.size() == axes -> found;
      case Datum _ -> fail(name, "an int or a list of " + axes);
    };
    List<Integer> found = new ArrayList<>();
    for (Datum item : items) {
      boolean fits = item instanceof Int i && i.value() >= least && i.value() <= Integer.MAX_VALUE;
      found.add(fits ? (int) ((Int) item).value() : this.<Integer>fail(name, "ints from " + least));
    }
    return found;
  }

  /** Amounts before and after each axis: an int, one for each axis, or a pair for each axis. */
  List<List<Integer>> pairs(String name, int axes) {
    boolean pairs = get(name) instanceof Datum.Many(List<Datum> items) && !items.isEmpty()
        && items.getFirst() instanceof Datum.Many;
    if (!pairs) {
      List<Integer> both = perAxis(name, axes, 0);
      return List.of(both, both);
    }
    List<Datum> items = list(name);
    if (items.size() != axes) {
      return fail(name, "an int, or a list of " + axes + " ints or pairs");
    }
    List<List<Integer>> each = items.stream().map(item -> spread(name, item, 2, 0)).toList();
    return List.of(each.stream().map(List::getFirst).toList(), each.stream().map(List::getLast).toList());
  }

  /** A fault at an argument; never returns. */
  <T> T fail(String name, String wanted) {
    Given.One one = values.get(name);
    throw elaboration.fault(one.place() == null ? place : one.place(),
        name() + ": " + name + " wants " + wanted + ", found " + one.value().described(), callee.signature());
  }

  /** A fault of the call as a whole. */
  LanguageException fault(String message, String hint) {
    return elaboration.fault(place, message, hint);
  }
}
