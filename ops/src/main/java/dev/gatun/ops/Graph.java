package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program in static single assignment: every node that the results and updates need, each after its operands.
 *
 * @param inputs the {@link Source} values that are read, in the order in which they are first needed
 * @param nodes all nodes but the sources
 * @param outputs results by name
 * @param updates what each state becomes when the step ends, by the state's {@link Source} value
 */
public record Graph(List<Value> inputs, List<Node> nodes, Map<String, Value> outputs, Map<Value, Value> updates) {

  public Graph {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    updates = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(updates));
  }

  /** The graph of everything that {@code outputs} and {@code updates} need; the rest is dead and left out. */
  public static Graph of(Map<String, Value> outputs, Map<Value, Value> updates) {
    var roots = new ArrayList<>(outputs.values());
    updates.forEach((state, next) -> {
      if (!(state.node().op() instanceof Source)) {
        throw new IllegalArgumentException("an update needs a state, found " + state);
      }
      if (!state.type().equals(next.type())) {
        throw new IllegalArgumentException("the update of " + state + " has type " + next.type());
      }
      roots.add(state);
      roots.add(next);
    });
    var inputs = new ArrayList<Value>();
    var nodes = new ArrayList<Node>();
    for (var node : ordered(roots)) {
      if (node.op() instanceof Source) {
        inputs.add(node.outputs().getFirst());
      } else {
        nodes.add(node);
      }
    }
    return new Graph(inputs, nodes, outputs, updates);
  }

  /** All nodes that {@code roots} need, each after its operands. */
  public static List<Node> ordered(Collection<Value> roots) {
    return ordered(roots, Map.of());
  }

  /** The same where other values stand in place of some. */
  private static List<Node> ordered(Collection<Value> roots, Map<Value, Value> replaced) {
    var order = new ArrayList<Node>();
    var done = new HashSet<Node>();
    var stack = new ArrayDeque<Visit>();
    for (var root : roots) {
      stack.push(new Visit(replaced.getOrDefault(root, root).node(), 0));
      while (!stack.isEmpty()) {
        var visit = stack.pop();
        if (done.contains(visit.node)) {
          continue;
        }
        if (visit.next < visit.node.inputs().size()) {
          stack.push(new Visit(visit.node, visit.next + 1));
          var operand = visit.node.inputs().get(visit.next);
          stack.push(new Visit(replaced.getOrDefault(operand, operand).node(), 0));
        } else {
          done.add(visit.node);
          order.add(visit.node);
        }
      }
    }
    return order;
  }

  private record Visit(Node node, int next) {}

  /** The nodes that depend on any of {@code seeds}, the seeds' own nodes included. */
  public static Set<Node> reachableFrom(Collection<Value> seeds, List<Node> ordered) {
    var reached = new HashSet<Node>();
    seeds.forEach(seed -> reached.add(seed.node()));
    for (var node : ordered) {
      if (node.inputs().stream().anyMatch(v -> reached.contains(v.node()))) {
        reached.add(node);
      }
    }
    return reached;
  }

  /** This graph with every floating-point value computed as {@code dtype}; meant for gradient checks in double. */
  public Graph withFloat(DType dtype) {
    return rewrite(node -> node.op().withFloat(dtype));
  }

  /** This graph with each node's op replaced; a result that changes type changes what depends on it. */
  public Graph rewrite(java.util.function.Function<Node, Op.Primitive> replacement) {
    return rewrite(new Builder(), replacement);
  }

  /** The same in a builder that goes on with it. */
  public Graph rewrite(Builder builder, java.util.function.Function<Node, Op.Primitive> replacement) {
    var map = new HashMap<Value, Value>();
    for (var input : inputs) {
      map.put(input, builder.apply(replacement.apply(input.node()), List.of()).getFirst());
    }
    for (var node : nodes) {
      copyInto(builder, node, replacement.apply(node), map);
    }
    return mapped(map);
  }

  /**
   * This graph with other values in place of some: they have the same types, hang on values of this graph or on new
   * ones, and not on those that they replace but through another that is replaced.
   */
  public Graph with(Map<Value, Value> replaced) {
    var roots = new ArrayList<>(outputs.values());
    updates.forEach((state, next) -> roots.addAll(List.of(state, next)));
    var builder = new Builder();
    var map = new HashMap<Value, Value>();
    for (var node : ordered(roots, replaced)) {
      copyInto(builder, node, node.op(), map, replaced);
    }
    replaced.forEach((old, other) -> map.put(old, map.get(other)));
    return mapped(map);
  }

  /** Emits {@code op} in the place of {@code node} and enters its results into {@code map}. */
  public static void copyInto(Builder builder, Node node, Op.Primitive op, Map<Value, Value> map) {
    copyInto(builder, node, op, map, Map.of());
  }

  private static void copyInto(Builder builder, Node node, Op.Primitive op, Map<Value, Value> map,
      Map<Value, Value> replaced) {
    var operands = node.inputs().stream().map(v -> map.get(replaced.getOrDefault(v, v))).toList();
    var results = builder.at(node.origin(), () -> builder.apply(op, operands));
    for (int i = 0; i < node.outputs().size(); i++) {
      map.put(node.outputs().get(i), results.get(i));
    }
  }

  private Graph mapped(Map<Value, Value> map) {
    var newOutputs = new LinkedHashMap<String, Value>();
    outputs.forEach((name, value) -> newOutputs.put(name, map.get(value)));
    var newUpdates = new LinkedHashMap<Value, Value>();
    updates.forEach((state, next) -> newUpdates.put(map.get(state), map.get(next)));
    return of(newOutputs, newUpdates);
  }
}
