package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Binary;
import dev.gatun.ops.Broadcast;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Cast;
import dev.gatun.ops.Graph;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Node;
import dev.gatun.ops.Reshape;
import dev.gatun.ops.Select;
import dev.gatun.ops.Unary;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.Map;

/**
 * Moves the reshape of a product of matrices that takes its rows apart, such as that of a layer on sequences, behind
 * the arithmetic that alone reads it: then that runs on the product's own shape, and can follow the product in its
 * kernel. No number changes.
 */
final class Sinking {
  private final Builder b = new Builder();
  private final Readers readers;
  private final Reasons reasons;

  private Sinking(Graph graph, Reasons reasons) {
    this.readers = new Readers(graph);
    this.reasons = reasons;
  }

  static Graph sink(Graph graph, Reasons reasons) {
    var sinking = new Sinking(graph, reasons);
    var replaced = new HashMap<Value, Value>();
    graph.nodes().stream().filter(node -> node.op() instanceof MatMul && node.outputs().getFirst().rank() == 2)
        .forEach(node -> sinking.sink(node.outputs().getFirst(), replaced));
    return replaced.isEmpty() ? graph : graph.with(replaced);
  }

  private void sink(Value product, Map<Value, Value> replaced) {
    var reshape = readers.only(product);
    if (reshape == null || !(reshape.op() instanceof Reshape)) {
      return;
    }
    var from = reshape.outputs().getFirst();
    if (from.rank() == 0 || from.shape().size(-1) != product.shape().size(1)) {
      return;
    }
    var last = from;
    var moved = product;
    int count = 0;
    for (var next = readers.only(last); isElementwise(next); next = readers.only(last)) {
      moved = onProduct(next, last, moved);
      last = next.outputs().getFirst();
      count++;
    }
    if (last != from) {
      int behind = count;
      reasons.say(product.node(), () -> "is reshaped after the arithmetic that follows it ("
          + (behind == 1 ? "1 operation" : behind + " operations") + "), which can then run in its kernel");
      replaced.put(last, b.reshape(moved, from.shape()));
    }
  }

  private static boolean isElementwise(Node node) {
    return node != null && (node.op() instanceof Unary || node.op() instanceof Binary || node.op() instanceof Select
        || node.op() instanceof Cast);
  }

  private Value onProduct(Node node, Value last, Value moved) {
    var operands = node.inputs().stream().map(x -> x == last ? moved : flat(x, moved.shape())).toList();
    return b.at(node.origin(), () -> b.apply(node.op(), operands).getFirst());
  }

  /** An operand in the product's shape; one number for each column is repeated anew, so that it is known as such. */
  private Value flat(Value x, Shape shape) {
    if (x.node().op() instanceof Broadcast) {
      var small = x.node().inputs().getFirst();
      long columns = shape.size(1);
      if (small.shape().elements() == 1 || small.shape().elements() == columns && small.shape().size(-1) == columns
          && x.shape().size(-1) == columns) {
        return b.broadcast(b.reshape(small, Shape.of(small.shape().elements())), shape);
      }
    }
    return b.reshape(x, shape);
  }
}
