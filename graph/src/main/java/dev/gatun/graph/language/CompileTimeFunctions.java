package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Many;
import dev.gatun.graph.language.Datum.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Functions whose results are known when the plan is compiled: lists, sizes and initialisers. */
final class CompileTimeFunctions {

  private CompileTimeFunctions() {}

  static void addTo(Builtins table) {
    table.add("range(a, b = none, step = 1)", CompileTimeFunctions::range);
    table.add("len(x)", a -> new Int(a.list("x").size()));
    table.add("zip(a, b, c = none, d = none)", CompileTimeFunctions::zip);
    table.add("reverse(x)", a -> new Many(a.list("x").reversed()));
    table.add("int(x)", a -> a.get("x") instanceof Int i ? i : new Int(whole(a, a.real("x"))));
    table.add("size(x, axis)", a -> {
      Tensor x = a.tensor("x");
      int axis = a.axis("axis", x.rank());
      return new Int(x.size(axis), x.dims().get(axis));
    });
    table.add("channels(x)", a -> {
      Tensor x = a.tensor("x");
      return x.rank() >= 2 ? new Int(x.size(1), x.dims().get(1)) : a.fail("x", "a tensor with channels on axis 1");
    });
    table.add("rank(x)", a -> new Int(a.tensor("x").rank()));
    table.add("dtype(x)", a -> new Datum.Type(a.tensor("x").value().dtype()));
    table.add("shape(x)", a -> {
      Tensor x = a.tensor("x");
      List<Datum> sizes = new ArrayList<>();
      for (int axis = 0; axis < x.rank(); axis++) {
        sizes.add(new Int(x.size(axis), x.dims().get(axis)));
      }
      return new Many(sizes);
    });
    table.add("per_axis(v, n)", a -> {
      int n = a.small("n", 0);
      return n > 64 ? a.fail("n", "a number of axes")
          : new Many(a.perAxis("v", n, 0).stream().<Datum>map(Int::new).toList());
    });
    table.add("default(v, w)", a -> a.get(a.has("v") ? "v" : "w"));
    table.add("one_of(v, list)", a -> a.list("list").contains(a.get("v")) ? a.get("v")
        : a.fail("v", a.list("list").stream().map(Datum::brief).collect(Collectors.joining(", ", "one of ", ""))));
    initialisers(table);
  }

  private static void initialisers(Builtins table) {
    table.add("normal(std)", a -> begin(new Initialiser.Normal(positive(a, "std"))));
    table.add("truncated_normal(std)", a -> begin(new Initialiser.TruncatedNormal(positive(a, "std"))));
    table.add("uniform(bound)", a -> begin(new Initialiser.Uniform(positive(a, "bound"))));
    table.add("he_normal()", _ -> begin(new Initialiser.HeNormal()));
    table.add("he_uniform()", _ -> begin(new Initialiser.HeUniform()));
    table.add("glorot_normal()", _ -> begin(new Initialiser.GlorotNormal()));
    table.add("glorot_uniform()", _ -> begin(new Initialiser.GlorotUniform()));
    table.add("orthogonal()", _ -> begin(new Initialiser.Orthogonal()));
    table.add("fan_in_uniform()", _ -> begin(new Initialiser.FanInUniform()));
  }

  private static Datum begin(Initialiser initialiser) {
    return new Datum.Beginning(initialiser);
  }

  private static double positive(Arguments a, String name) {
    double value = a.real(name);
    return value >= 0 ? value : a.fail(name, "a number from 0");
  }

  /** The int that a whole number is. */
  static long whole(Arguments a, double value) {
    if (Math.abs(value) > 1L << 53) {
      throw a.fault(a.name() + ": " + value + " does not fit an int", "");
    }
    return (long) value;
  }

  private static Datum range(Arguments a) {
    boolean one = !a.has("b");
    long from = one ? 0 : a.integer("a");
    long to = a.integer(one ? "a" : "b");
    long step = a.integer("step");
    if (step == 0) {
      return a.fail("step", "an int that is not 0");
    }
    List<Datum> items = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      if (items.size() >= Arguments.LONGEST_LIST) {
        throw a.fault("a list has at most " + Arguments.LONGEST_LIST + " elements", "");
      }
      items.add(new Int(i));
      if (step > 0 ? i > Long.MAX_VALUE - step : i < Long.MIN_VALUE - step) {
        break;
      }
    }
    return new Many(items);
  }

  private static Datum zip(Arguments a) {
    List<List<Datum>> lists = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d")) {
      if (a.has(name)) {
        lists.add(a.list(name));
      }
    }
    int size = lists.getFirst().size();
    if (lists.stream().anyMatch(l -> l.size() != size)) {
      throw a.fault("`zip` wants lists of one length, found " + lists.stream().map(List::size).toList(), "");
    }
    List<Datum> rows = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int at = i;
      rows.add(new Many(lists.stream().map(l -> l.get(at)).toList()));
    }
    return new Many(rows);
  }
}
