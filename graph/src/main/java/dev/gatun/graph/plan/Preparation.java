package dev.gatun.graph.plan;

import dev.gatun.memory.Bytes;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Node;
import dev.gatun.ops.Op;
import dev.gatun.ops.Source;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes out of a graph that changes no parameter and no state what hangs on these alone, so that it is computed when
 * they change and not in each run: folded and merged weights, scales of normalisations, normalised weights.
 *
 * <p>A value is taken out if it is no larger than what it is computed of, so that little memory is spent on it; views
 * of it stay where they are read.
 *
 * @param values those that are taken out
 * @param graph reads what is prepared as sources
 * @param prepared makes these sources, as updates, of parameters and states; null if there are none
 * @param offsets where each of them starts, in bytes
 */
record Preparation(Set<Value> values, Graph graph, Graph prepared, Map<String, Long> offsets) {
  private static final String NAME = "prepared:";

  static Preparation of(Graph graph, Reasons reasons) {
    var values = Fixed.changesModel(graph) ? Set.<Value>of() : new Search(graph).values();
    if (values.isEmpty()) {
      return new Preparation(values, graph, null, Map.of());
    }
    var builder = new Builder();
    var sources = new LinkedHashMap<Value, Value>();
    var updates = new LinkedHashMap<Value, Value>();
    var offsets = new LinkedHashMap<String, Long>();
    long end = 0;
    for (var value : values) {
      var name = NAME + offsets.size();
      var source = builder.source(name, Source.Role.PREPARED, value.type());
      reasons.say(value.node(), () -> "is computed when parameters change, not in each run: "
          + Bytes.text(value.type().bytes()));
      sources.put(value, source);
      updates.put(source, value);
      offsets.put(name, end);
      end += TensorArena.aligned(value.type().bytes());
    }
    return new Preparation(values, graph.with(sources), Graph.of(Map.of(), updates), offsets);
  }

  /** Looks for the values to be taken out, from those that are read outside of what is fixed. */
  private static final class Search {
    private final Fixed fixed;
    private final Map<Node, Integer> numbers = new HashMap<>();
    private final Map<Integer, Value> found = new TreeMap<>();

    private Search(Graph graph) {
      fixed = Fixed.of(graph);
      graph.nodes().forEach(node -> numbers.put(node, numbers.size()));
      graph.outputs().values().forEach(this::visit);
      graph.updates().values().forEach(this::visit);
      graph.nodes().stream().filter(node -> !fixed.contains(node)).forEach(node -> node.inputs().forEach(this::visit));
    }

    /** In the order in which the graph computes them. */
    private Set<Value> values() {
      return new LinkedHashSet<>(found.values());
    }

    private void visit(Value value) {
      var node = value.node();
      if (!fixed.contains(node) || node.op() instanceof Source) {
        return;
      }
      if (isView(node)) {
        visit(node.inputs().getFirst());
      } else if (node.outputs().size() == 1 && value.type().bytes() <= fixed.sourceBytes(node)) {
        found.put(numbers.get(node), value);
      }
    }

    private static boolean isView(Node node) {
      var spec = node.op().lower(Op.Call.of(node));
      return spec instanceof KernelSpec.View || spec instanceof KernelSpec.Regroup;
    }
  }
}
