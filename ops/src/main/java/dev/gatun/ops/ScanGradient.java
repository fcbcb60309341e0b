package dev.gatun.ops;

import dev.gatun.ops.Source.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The gradient of one turn of a scan, and the reverse scan made of it. What the turns add to the gradient of a captured
 * operand is summed after the loop where it can be ({@link ScanSum}), and carried else.
 *
 * @param body the turn
 * @param seeds formals for the gradient of each result; null where none arrives
 * @param gradients of every formal of the body, in order; null where nothing flows
 * @param residuals values of the turn that the gradients read
 */
record ScanGradient(Scan.Body body, List<Value> seeds, List<Value> gradients, List<Value> residuals) {

  /**
   * The gradient of a turn.
   *
   * @param arrives whether the stacked result of a number has a gradient; what is carried always has, from the turn
   *     after
   */
  static ScanGradient of(Scan.Body body, IntPredicate arrives) {
    var b = new Builder();
    var seeds = new ArrayList<Value>();
    var given = new HashMap<Value, Value>();
    for (int i = 0; i < body.results().size(); i++) {
      var result = body.results().get(i);
      boolean seeded = result.dtype().isFloat() && (!body.isStacked(i) || arrives.test(i));
      var seed = seeded ? b.source("d" + i, Role.INPUT, Differentiate.typeOf(result.type())) : null;
      seeds.add(seed);
      if (seeded) {
        given.merge(result, seed, b::add);
      }
    }
    var gradients = Differentiate.gradients(b, given, body.formals());
    return new ScanGradient(body, seeds, gradients, List.copyOf(boundary(body, gradients)));
  }

  /** Values of the turn itself that the gradient's own nodes read; what it makes on the way it makes again. */
  private static Set<Value> boundary(Scan.Body body, List<Value> gradients) {
    var forward = new HashSet<>(Graph.ordered(body.results()));
    body.formals().forEach(formal -> forward.add(formal.node()));
    var given = present(gradients);
    var read = new ArrayList<Value>();
    Graph.ordered(given).stream().filter(node -> !forward.contains(node)).forEach(node -> read.addAll(node.inputs()));
    read.addAll(given);
    var dependent = Graph.reachableFrom(body.formals(), Graph.ordered(body.results()));
    var used = new LinkedHashSet<Value>();
    read.stream().filter(v -> forward.contains(v.node()) && dependent.contains(v.node()) && !isAtHand(body, v))
        .forEach(used::add);
    return used;
  }

  /** Whether a value costs nothing to have again: it is a sliced or captured operand, or a view of one. */
  private static boolean isAtHand(Scan.Body body, Value v) {
    return switch (v.node().op()) {
      case Source _ -> !body.carries().contains(v);
      case Broadcast _, Transpose _, Slice _ -> isAtHand(body, v.node().inputs().getFirst());
      default -> false;
    };
  }

  /** Emits the reverse scan; gives the gradient of each operand of {@code scan}. */
  List<Value> emit(Builder b, Scan scan, Op.Call call, List<Value> dOut) {
    return new Reverse(b, scan, call).emit(dOut);
  }

  /** The formal for the gradient of carried value {@code i} at the turn's end. */
  private Value dNext(int i) {
    return seeds.get(body.stacked().size() + i);
  }

  private static List<Value> present(List<Value> values) {
    return values.stream().filter(Objects::nonNull).toList();
  }

  /** The reverse scan on its way. */
  private final class Reverse {
    private final Builder b;
    private final Scan scan;
    private final Op.Call call;
    private final List<Value> ofSlices = gradients.subList(0, body.slices().size());
    private final List<Value> ofCarries = gradients.subList(ofSlices.size(), ofSlices.size() + body.carries().size());
    private final List<Value> ofCaptures = gradients.subList(ofSlices.size() + ofCarries.size(), gradients.size());
    /** Formals, and the operands that they stand for. */
    private final Map<Value, Value> slices = new LinkedHashMap<>();
    private final Map<Value, Value> carries = new LinkedHashMap<>();
    private final Map<Value, Value> captures = new LinkedHashMap<>();

    private Reverse(Builder b, Scan scan, Op.Call call) {
      this.b = b;
      this.scan = scan;
      this.call = call;
    }

    private List<Value> emit(List<Value> dOut) {
      enter(dOut);
      var varying = Graph.reachableFrom(Scan.joined(List.copyOf(slices.keySet()), List.copyOf(carries.keySet())),
          Graph.ordered(present(gradients)));
      var sums = ScanSum.of(ofCaptures, slices.keySet(), varying);
      var stacked = Scan.joined(present(ofSlices), List.copyOf(ScanSum.stacked(sums, slices.keySet())));
      var carried = sums.stream().filter(sum -> sum.rest() != null).toList();
      carried.forEach(sum -> carries.put(sum.carry(), b.constant(sum.carry().type(), 0)));
      var map = rename(stacked, carried);
      var next = new ArrayList<Value>();
      for (int i = 0; i < ofCarries.size(); i++) {
        if (dNext(i) != null) {
          next.add(ofCarries.get(i) == null ? b.constant(dNext(i).type(), 0) : map.get(ofCarries.get(i)));
        }
      }
      carried.forEach(sum -> next.add(b.add(map.get(sum.carry()), map.get(sum.rest()))));
      var reverse = new Scan.Body(mapped(slices.keySet(), map), mapped(carries.keySet(), map),
          mapped(captures.keySet(), map), mapped(stacked, map), next);
      var operands = Scan.joined(Scan.joined(List.copyOf(slices.values()), List.copyOf(carries.values())),
          List.copyOf(captures.values()));
      var results = b.scan(new Scan(reverse, scan.length(), !scan.reverse()), operands);
      return gradients(sums, stacked, results);
    }

    /** Every formal that the gradients read, with its operand. */
    private void enter(List<Value> dOut) {
      for (int i = 0; i < seeds.size(); i++) {
        if (seeds.get(i) != null) {
          var actual = dOut.get(i) == null ? b.constant(seeds.get(i).type().withShape(call.out(i).shape()), 0)
              : dOut.get(i);
          (body.isStacked(i) ? slices : carries).put(seeds.get(i), actual);
        }
      }
      residuals.forEach(residual -> slices.put(residual, call.out(scan.stackedAt(residual))));
      int number = 0;
      for (var formal : body.slices()) {
        slices.put(formal, call.in(number++));
      }
      number += body.carries().size();
      for (var formal : body.captures()) {
        captures.put(formal, call.in(number++));
      }
    }

    /**
     * The gradients over formals of their own: residuals become slices, and nothing of the forward turn is computed.
     */
    private Map<Value, Value> rename(List<Value> stacked, List<ScanSum> carried) {
      var map = new HashMap<Value, Value>();
      for (var formals : List.of(slices, carries, captures)) {
        formals.keySet().forEach(f -> map.put(f, b.source("reverse." + map.size(), Role.INPUT, f.type())));
      }
      var roots = Scan.joined(stacked, present(ofCarries));
      carried.forEach(sum -> roots.add(sum.rest()));
      for (var node : Graph.ordered(roots)) {
        boolean given = node.op() instanceof Source || node.outputs().stream().allMatch(map::containsKey);
        if (!given && node.inputs().stream().allMatch(map::containsKey)) {
          var kept = new HashMap<Value, Value>();
          node.outputs().stream().filter(map::containsKey).forEach(v -> kept.put(v, map.get(v)));
          Graph.copyInto(b, node, node.op(), map);
          map.putAll(kept);
        }
      }
      return map;
    }

    /** The gradient of each operand of the scan. */
    private List<Value> gradients(List<ScanSum> sums, List<Value> stacked, List<Value> results) {
      var stacks = new ScanStacks(b, scan.length());
      slices.forEach(stacks::put);
      for (int i = 0; i < stacked.size(); i++) {
        stacks.put(stacked.get(i), results.get(i));
      }
      var found = new ArrayList<Value>();
      ofSlices.forEach(gradient -> found.add(gradient == null ? null : stacks.stack(gradient)));
      int at = stacked.size();
      for (int i = 0; i < ofCarries.size(); i++) {
        found.add(dNext(i) == null ? null : results.get(at++));
      }
      for (var sum : sums) {
        found.add(sum.emit(b, stacks, sum.rest() == null ? null : results.get(at++)));
      }
      return found;
    }
  }

  private static List<Value> mapped(Collection<Value> values, Map<Value, Value> map) {
    return values.stream().map(map::get).toList();
  }
}
