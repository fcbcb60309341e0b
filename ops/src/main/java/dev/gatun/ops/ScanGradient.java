package dev.gatun.ops;

import dev.gatun.ops.Source.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The gradient of one turn of a scan, and the reverse scan made of it.
 *
 * @param body the turn
 * @param dStacked formals for the gradient of each stacked result; null where it is no float
 * @param dNext formals for the gradient of each carried value at the turn's end; null where it is no float
 * @param gradients of every formal of the body, in order; null where nothing flows
 * @param residuals values of the turn that the gradients read
 */
record ScanGradient(Scan.Body body, List<Value> dStacked, List<Value> dNext, List<Value> gradients,
    List<Value> residuals) {

  static ScanGradient of(Scan.Body body) {
    var b = new Builder();
    var dStacked = seeds(b, "dy", body.stacked());
    var dNext = seeds(b, "dh", body.next());
    var seeds = new HashMap<Value, Value>();
    enter(b, seeds, body.stacked(), dStacked);
    enter(b, seeds, body.next(), dNext);
    var gradients = Differentiate.gradients(b, seeds, body.formals());
    var used = boundary(gradients, seedSet(dStacked, dNext));
    used.removeAll(body.slices());
    used.removeAll(body.captures());
    return new ScanGradient(body, dStacked, dNext, gradients, List.copyOf(used));
  }

  private static List<Value> seeds(Builder b, String name, List<Value> of) {
    var seeds = new ArrayList<Value>();
    for (int i = 0; i < of.size(); i++) {
      seeds.add(of.get(i).dtype().isFloat() ? b.source(name + i, Role.INPUT, of.get(i).type()) : null);
    }
    return seeds;
  }

  private static void enter(Builder b, Map<Value, Value> seeds, List<Value> of, List<Value> given) {
    for (int i = 0; i < of.size(); i++) {
      if (given.get(i) != null) {
        seeds.merge(of.get(i), given.get(i), b::add);
      }
    }
  }

  private static Set<Value> seedSet(List<Value> dStacked, List<Value> dNext) {
    var all = new HashSet<Value>(dStacked);
    all.addAll(dNext);
    all.remove(null);
    return all;
  }

  /** Values that depend on no seed and that nodes which do depend on one read. */
  private static Set<Value> boundary(List<Value> gradients, Set<Value> seeds) {
    var order = Graph.ordered(gradients.stream().filter(java.util.Objects::nonNull).toList());
    var backward = Graph.reachableFrom(seeds, order);
    var used = new LinkedHashSet<Value>();
    for (var node : order) {
      if (backward.contains(node)) {
        node.inputs().stream().filter(v -> !backward.contains(v.node()) && !isFree(v)).forEach(used::add);
      }
    }
    gradients.stream().filter(g -> g != null && !backward.contains(g.node()) && !isFree(g)).forEach(used::add);
    return used;
  }

  /** Whether a value costs nothing to make again: it depends on no formal. */
  private static boolean isFree(Value v) {
    return !(v.node().op() instanceof Source) && v.node().inputs().stream().allMatch(ScanGradient::isFree);
  }

  /** Emits the reverse scan; gives the gradient of each operand of {@code scan}. */
  List<Value> emit(Builder b, Scan scan, Op.Call call, List<Value> dOut) {
    int sliced = body.slices().size();
    int carried = body.carries().size();
    var slices = new ArrayList<Value>();
    var actualSlices = new ArrayList<Value>();
    var carries = new ArrayList<Value>();
    var actualCarries = new ArrayList<Value>();
    for (int i = 0; i < dStacked.size(); i++) {
      addSeed(b, slices, actualSlices, dStacked.get(i), dOut.get(i), call.out(i).type());
    }
    for (int i = 0; i < dNext.size(); i++) {
      int at = dStacked.size() + i;
      addSeed(b, carries, actualCarries, dNext.get(i), dOut.get(at), call.out(at).type());
    }
    for (var residual : residuals) {
      slices.add(residual);
      actualSlices.add(call.out(scan.body().stacked().indexOf(residual)));
    }
    slices.addAll(body.slices());
    actualSlices.addAll(call.in().subList(0, sliced));
    var captures = body.captures();
    var sums = accumulators(b, carries, actualCarries);

    var renamed = rename(b, slices, carries, captures);
    var next = new ArrayList<Value>();
    for (int i = 0; i < carried; i++) {
      if (dNext.get(i) != null) {
        next.add(orZero(b, renamed.get(gradients.get(sliced + i)), dNext.get(i).type()));
      }
    }
    for (int i = 0; i < captures.size(); i++) {
      if (sums.get(i) != null) {
        next.add(b.add(renamed.get(sums.get(i)), renamed.get(gradients.get(sliced + carried + i))));
      }
    }
    var outputs = gradients.subList(0, sliced).stream().filter(java.util.Objects::nonNull).map(renamed::get).toList();
    var reverse = new Scan(new Scan.Body(mapped(slices, renamed), mapped(carries, renamed),
        mapped(captures, renamed), outputs, next), scan.length(), !scan.reverse());
    var operands = new ArrayList<>(actualSlices);
    operands.addAll(actualCarries);
    operands.addAll(call.in().subList(sliced + carried, call.in().size()));
    return distribute(b.apply(reverse, operands), sums, sliced, carried);
  }

  private static void addSeed(Builder b, List<Value> formals, List<Value> actuals, Value seed, Value given,
      TensorType type) {
    if (seed != null) {
      formals.add(seed);
      actuals.add(given == null ? b.constant(type, 0) : given);
    }
  }

  private static Value orZero(Builder b, Value v, TensorType type) {
    return v == null ? b.constant(type, 0) : v;
  }

  /** One carried sum for each capture that a gradient reaches; null for the others. */
  private List<Value> accumulators(Builder b, List<Value> carries, List<Value> actualCarries) {
    var sums = new ArrayList<Value>();
    int from = body.slices().size() + body.carries().size();
    for (int i = 0; i < body.captures().size(); i++) {
      var type = body.captures().get(i).type();
      var sum = gradients.get(from + i) == null ? null : b.source("sum" + i, Role.INPUT, type);
      sums.add(sum);
      if (sum != null) {
        carries.add(sum);
        actualCarries.add(b.constant(type, 0));
      }
    }
    return sums;
  }

  /** The gradients over formals of their own: residuals become slices, and nothing of the forward turn is computed. */
  private Map<Value, Value> rename(Builder b, List<Value> slices, List<Value> carries, List<Value> captures) {
    var map = new HashMap<Value, Value>();
    map.put(null, null);
    int number = 0;
    for (var formal : Scan.joined(Scan.joined(slices, carries), captures)) {
      map.put(formal, b.source("r" + number++, Role.INPUT, formal.type()));
    }
    var roots = gradients.stream().filter(java.util.Objects::nonNull).toList();
    for (var node : Graph.ordered(roots)) {
      boolean given = node.op() instanceof Source || node.outputs().stream().allMatch(map::containsKey);
      boolean possible = node.inputs().stream().allMatch(map::containsKey);
      if (!given && possible) {
        var kept = new HashMap<>(map);
        Graph.copyInto(b, node, node.op(), map);
        node.outputs().stream().filter(kept::containsKey).forEach(v -> map.put(v, kept.get(v)));
      }
    }
    return map;
  }

  private static List<Value> mapped(List<Value> values, Map<Value, Value> map) {
    return values.stream().map(map::get).toList();
  }

  private List<Value> distribute(List<Value> results, List<Value> sums, int sliced, int carried) {
    var gradientsOfOperands = new ArrayList<Value>();
    int next = 0;
    for (int i = 0; i < sliced; i++) {
      gradientsOfOperands.add(gradients.get(i) == null ? null : results.get(next++));
    }
    for (int i = 0; i < carried; i++) {
      gradientsOfOperands.add(dNext.get(i) == null ? null : results.get(next++));
    }
    for (var sum : sums) {
      gradientsOfOperands.add(sum == null ? null : results.get(next++));
    }
    return gradientsOfOperands;
  }
}
