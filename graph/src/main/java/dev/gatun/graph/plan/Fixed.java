package dev.gatun.graph.plan;

import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Source;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The nodes of a graph that hang on parameters and states alone: on one at least, and on constants else. */
final class Fixed {
  /** The sources that each hangs on. */
  private final Map<Node, Set<Source>> sources = new HashMap<>();

  private Fixed() {}

  static Fixed of(Graph graph) {
    var fixed = new Fixed();
    graph.inputs().forEach(input -> fixed.visit(input.node()));
    graph.nodes().forEach(fixed::visit);
    fixed.sources.values().removeIf(Set::isEmpty);
    return fixed;
  }

  private void visit(Node node) {
    var all = new HashSet<Source>();
    if (node.op() instanceof Source source) {
      if (!isOfModel(source)) {
        return;
      }
      all.add(source);
    }
    for (var operand : node.inputs()) {
      var known = sources.get(operand.node());
      if (known == null) {
        return;
      }
      all.addAll(known);
    }
    sources.put(node, all);
  }

  private static boolean isOfModel(Source source) {
    return source.role() == Source.Role.PARAMETER || source.role() == Source.Role.STATE;
  }

  /** Whether a run of the graph changes a parameter or a state. */
  static boolean changesModel(Graph graph) {
    return graph.updates().keySet().stream().anyMatch(state -> isOfModel((Source) state.node().op()));
  }

  boolean contains(Node node) {
    return sources.containsKey(node);
  }

  /** Bytes of all parameters and states that nodes hang on. */
  long sourceBytes(Node... nodes) {
    return Arrays.stream(nodes).flatMap(node -> sources.get(node).stream()).distinct()
        .mapToLong(source -> source.type().bytes()).sum();
  }
}
