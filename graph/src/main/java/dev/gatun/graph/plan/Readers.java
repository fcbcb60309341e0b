package dev.gatun.graph.plan;

import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which nodes of a graph read a value. */
final class Readers {
  private final Map<Value, List<Node>> readers = new HashMap<>();
  /** Values that are results or become states. */
  private final Set<Value> kept = new HashSet<>();

  Readers(Graph graph) {
    graph.nodes().forEach(node -> node.inputs()
        .forEach(value -> readers.computeIfAbsent(value, v -> new ArrayList<>()).add(node)));
    kept.addAll(graph.outputs().values());
    kept.addAll(graph.updates().values());
  }

  /** All nodes that read a value, each as often as it does. */
  List<Node> of(Value value) {
    return readers.getOrDefault(value, List.of());
  }

  /** The node that alone reads a value, once; null if there is none or another reader. */
  Node only(Value value) {
    return of(value).size() == 1 && !kept.contains(value) ? of(value).getFirst() : null;
  }

  /** Whether a value is read after the last node: as a result or an update. */
  boolean isKept(Value value) {
    return kept.contains(value);
  }
}
