package dev.gatun.graph.plan;

import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source;
import dev.gatun.ops.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What holds for every graph: a node stands once, behind its operands, and is needed; sources are the inputs, each
 * under a name of its own; results and updates are made in the graph, and an update has its state's type. So do the
 * bodies of scans, whose sources are the scan's formals. That types are those which {@code infer} gives is so by
 * construction: nobody else makes values.
 */
final class GraphVerifier {
  private GraphVerifier() {}

  /** @throws IllegalStateException saying what does not hold, and where */
  static void verify(Graph graph) {
    var known = new HashSet<Value>();
    var names = new HashSet<String>();
    for (var input : graph.inputs()) {
      require(input.node().op() instanceof Source, input, "an input is no source");
      require(known.add(input), input, "an input stands twice");
      require(names.add(((Source) input.node().op()).name()), input, "two sources have one name");
    }
    for (var node : graph.nodes()) {
      require(!(node.op() instanceof Source), node, "a source is no input");
      node.inputs().forEach(value -> require(known.contains(value), node, "an operand is not there yet"));
      node.outputs().forEach(value -> require(known.add(value), node, "a node stands twice"));
      if (node.op() instanceof Scan scan) {
        body(scan.body(), node);
      }
    }
    graph.outputs().forEach((name, value) -> require(known.contains(value), name, "a result is not made"));
    graph.updates().forEach((state, next) -> {
      require(graph.inputs().contains(state), state, "what is updated is no input");
      require(known.contains(next), state, "what updates it is not made");
      require(state.type().equals(next.type()), state, "an update has the type " + next.type());
    });
    needed(graph);
  }

  private static void require(boolean holds, Object where, String what) {
    if (!holds) {
      throw new IllegalStateException(what + " · " + where);
    }
  }

  private static void needed(Graph graph) {
    var roots = new HashSet<>(graph.outputs().values());
    roots.addAll(graph.updates().keySet());
    roots.addAll(graph.updates().values());
    Set<Node> needed = new HashSet<>(Graph.ordered(roots));
    graph.nodes().forEach(node -> require(needed.contains(node), node, "nothing needs it"));
    graph.inputs().forEach(input -> require(needed.contains(input.node()), input, "nothing needs it"));
  }

  private static void body(Scan.Body body, Node scan) {
    var graph = body.graph();
    verify(graph);
    List<Value> formals = body.formals();
    require(new HashSet<>(formals).size() == formals.size(), scan, "a formal stands twice");
    graph.inputs().forEach(input -> require(formals.contains(input), scan, "the body of a scan reads " + input
        + ", which is none of its formals"));
  }
}
