package dev.gatun.graph.plan;

import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Op;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/**
 * Makes equal calls one: those that different builders made, and an op beside its form with residuals, whose results
 * begin with the op's own.
 */
final class Sharing {
  private Sharing() {}

  private record Key(Op.Primitive op, List<Value> in) {}

  static Graph share(Graph graph, Reasons reasons) {
    // The first pass makes operands of equal calls the same values, which the second compares.
    var merged = graph.rewrite(Node::op);
    var calls = new HashSet<Key>();
    merged.nodes().forEach(node -> calls.add(new Key(node.op(), node.inputs())));
    var fuller = new HashMap<Node, Op.Primitive>();
    for (var node : merged.nodes()) {
      var full = node.op().withResiduals();
      if (full != node.op() && calls.contains(new Key(full, node.inputs()))) {
        fuller.put(node, full);
      }
    }
    var shared = fuller.isEmpty() ? merged : merged.rewrite(node -> fuller.getOrDefault(node, node.op()));
    int saved = graph.nodes().size() - shared.nodes().size();
    if (saved > 0) {
      reasons.sayOfAll(() -> "computes " + saved
          + (saved == 1 ? " term that equals another once" : " terms that equal others once"));
    }
    return shared;
  }
}
