package dev.gatun.ops;

import dev.gatun.ops.Source.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The gradient of one turn of a scan, and the reverse scan made of it.
 *
 * @param body the turn
 * @param seeds formals for the gradient of each result; null where it is no float
 * @param gradients of every formal of the body, in order; null where nothing flows
 * @param residuals values of the turn that the gradients read
 */
record ScanGradient(Scan.Body body, List<Value> seeds, List<Value> gradients, List<Value> residuals) {

  static ScanGradient of(Scan.Body body) {
    var b = new Builder();
    var seeds = new ArrayList<Value>();
    var given = new HashMap<Value, Value>();
    for (var result : body.results()) {
      var seed = result.dtype().isFloat() ? b.source("d" + seeds.size(), Role.INPUT, result.type()) : null;
      seeds.add(seed);
      if (seed != null) {
        given.merge(result, seed, b::add);
      }
    }
    var gradients = Differentiate.gradients(b, given, body.formals());
    var used = boundary(body, gradients);
    used.removeAll(body.slices());
    used.removeAll(body.captures());
    return new ScanGradient(body, seeds, gradients, List.copyOf(used));
  }

  /** Values of the turn itself that the gradient's own nodes read; what it makes on the way it makes again. */
  private static Set<Value> boundary(Scan.Body body, List<Value> gradients) {
    var forward = new HashSet<>(Graph.ordered(body.results()));
    body.formals().forEach(formal -> forward.add(formal.node()));
    var given = gradients.stream().filter(Objects::nonNull).toList();
    var used = new LinkedHashSet<Value>();
    for (var node : Graph.ordered(given)) {
      if (!forward.contains(node)) {
        node.inputs().stream().filter(v -> forward.contains(v.node()) && !isFree(v)).forEach(used::add);
      }
    }
    given.stream().filter(g -> forward.contains(g.node()) && !isFree(g)).forEach(used::add);
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
    for (int i = 0; i < seeds.size(); i++) {
      if (seeds.get(i) != null) {
        boolean stacked = body.isStacked(i);
        (stacked ? slices : carries).add(seeds.get(i));
        (stacked ? actualSlices : actualCarries)
            .add(dOut.get(i) == null ? b.constant(call.out(i).type(), 0) : dOut.get(i));
      }
    }
    for (var residual : residuals) {
      slices.add(residual);
      actualSlices.add(call.out(scan.stackedAt(residual)));
    }
    slices.addAll(body.slices());
    actualSlices.addAll(call.in().subList(0, sliced));
    var captures = body.captures();
    var sums = accumulators(b, carries, actualCarries);

    var renamed = rename(b, slices, carries, captures);
    var next = new ArrayList<Value>();
    for (int i = 0; i < carried; i++) {
      if (dNext(i) != null) {
        next.add(orZero(b, renamed.get(gradients.get(sliced + i)), dNext(i).type()));
      }
    }
    for (int i = 0; i < captures.size(); i++) {
      if (sums.get(i) != null) {
        next.add(b.add(renamed.get(sums.get(i)), renamed.get(gradients.get(sliced + carried + i))));
      }
    }
    var outputs = gradients.subList(0, sliced).stream().filter(Objects::nonNull).map(renamed::get).toList();
    var reverse = new Scan(new Scan.Body(mapped(slices, renamed), mapped(carries, renamed),
        mapped(captures, renamed), outputs, next), scan.length(), !scan.reverse());
    var operands = new ArrayList<>(actualSlices);
    operands.addAll(actualCarries);
    operands.addAll(call.in().subList(sliced + carried, call.in().size()));
    return distribute(b.apply(reverse, operands), sums, sliced, carried);
  }

  /** The formal for the gradient of carried value {@code i} at the turn's end. */
  private Value dNext(int i) {
    return seeds.get(body.stacked().size() + i);
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
    var roots = gradients.stream().filter(Objects::nonNull).toList();
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
      gradientsOfOperands.add(dNext(i) == null ? null : results.get(next++));
    }
    for (var sum : sums) {
      gradientsOfOperands.add(sum == null ? null : results.get(next++));
    }
    return gradientsOfOperands;
  }
}
