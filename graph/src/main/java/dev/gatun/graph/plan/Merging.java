package dev.gatun.graph.plan;

import dev.gatun.memory.DType;
import dev.gatun.ops.Binary;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Broadcast;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Node;
import dev.gatun.ops.Reshape;
import dev.gatun.ops.Slice;
import dev.gatun.ops.Transpose;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes one product of those that multiply one left operand by weights of the same kind, as an attention's queries,
 * keys and values are made: the weights, and biases, are put side by side when they change, and each result is a
 * view. Bits stay, for each element is the same sum. Two cores share one product better than three; results that
 * arithmetic reads, which would follow the product in its kernel, stay apart.
 */
final class Merging {
  /** Rows from which it pays: one row is read by as many dot products either way. */
  private static final int FEWEST_ROWS = 2;

  private final Builder b = new Builder();
  private final Fixed fixed;
  private final Readers readers;
  private final Reasons reasons;

  /**
   * A product and what follows it.
   *
   * @param bias one number for each column, added to it; null if none is
   * @param end the product with its bias
   */
  private record Member(Node product, Value bias, Value end) {
    private Key key() {
      return new Key(product.inputs().getFirst(), end.dtype(), bias != null);
    }
  }

  /** Products with one key become one. */
  private record Key(Value left, DType dtype, boolean bias) {}

  private Merging(Graph graph, Reasons reasons) {
    this.fixed = Fixed.of(graph);
    this.readers = new Readers(graph);
    this.reasons = reasons;
  }

  static Graph merge(Graph graph, Reasons reasons) {
    if (Fixed.changesModel(graph)) {
      return graph;
    }
    var merging = new Merging(graph, reasons);
    var groups = graph.nodes().stream().filter(merging::isMergeable).map(merging::member)
        .filter(merging::isReadAsView).collect(Collectors.groupingBy(Member::key, LinkedHashMap::new,
            Collectors.toList()));
    var replaced = new HashMap<Value, Value>();
    groups.values().stream().filter(merging::isWorthwhile).forEach(group -> merging.merge(group, replaced));
    return replaced.isEmpty() ? graph : graph.with(replaced);
  }

  /** Whether a node is a product of some rows by a weight that is no larger than what is stored. */
  private boolean isMergeable(Node node) {
    if (!(node.op() instanceof MatMul) || fixed.contains(node)) {
      return false;
    }
    var left = node.inputs().get(0);
    var weight = node.inputs().get(1);
    return left.rank() == 2 && left.shape().size(0) >= FEWEST_ROWS && node.outputs().getFirst().dtype().isFloat()
        && fixed.contains(weight.node()) && weight.type().bytes() <= fixed.sourceBytes(weight.node());
  }

  private Member member(Node product) {
    var y = product.outputs().getFirst();
    var after = readers.only(y);
    if (after != null && after.op() instanceof Binary binary && binary.fn() == BinaryFn.ADD) {
      var other = after.inputs().get(after.inputs().getFirst() == y ? 1 : 0);
      var bias = other.node().op() instanceof Broadcast ? other.node().inputs().getFirst() : null;
      if (bias != null && fixed.contains(bias.node()) && bias.rank() == 1) {
        return new Member(product, bias, after.outputs().getFirst());
      }
    }
    return new Member(product, null, y);
  }

  private boolean isReadAsView(Member member) {
    var all = readers.of(member.end);
    return !readers.isKept(member.end) && !all.isEmpty() && all.stream().allMatch(node -> node.op() instanceof Reshape
        || node.op() instanceof Transpose || node.op() instanceof Slice);
  }

  /** Whether there are several, whose weights are no larger side by side than as they are stored. */
  private boolean isWorthwhile(List<Member> group) {
    var weights = group.stream().map(m -> m.product.inputs().get(1)).toList();
    return group.size() > 1 && weights.stream().mapToLong(w -> w.type().bytes()).sum()
        <= fixed.sourceBytes(weights.stream().map(Value::node).toArray(Node[]::new));
  }

  private void merge(List<Member> group, Map<Value, Value> replaced) {
    var first = group.getFirst();
    reasons.say(first.product, () -> "is one product with " + (group.size() - 1) + " more of the same left operand, "
        + "whose weights are put side by side: " + group.stream().skip(1).map(member -> member.product.origin())
        .collect(Collectors.joining("; ")));
    b.at(first.product.origin(), () -> {
      var weights = group.stream().map(m -> b.transposeLast(m.product.inputs().get(1))).toList();
      var y = b.matmul(first.product.inputs().getFirst(), b.transposeLast(b.concat(weights, 0)));
      if (first.bias != null) {
        y = b.add(y, b.concat(group.stream().map(Member::bias).toList(), 0));
      }
      long start = 0;
      for (var member : group) {
        long size = member.product.outputs().getFirst().shape().size(1);
        replaced.put(member.end, b.slice(y, 1, start, size));
        start += size;
      }
      return y;
    });
  }
}
