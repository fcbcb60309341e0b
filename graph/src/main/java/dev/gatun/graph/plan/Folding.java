package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Binary;
import dev.gatun.ops.Broadcast;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Graph;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Node;
import dev.gatun.ops.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Folds what scales and shifts each channel of a convolution or product into its weight and one bias, where all of it
 * hangs on parameters and states alone: a batch normalisation that uses running statistics vanishes (section 3.2 of
 * Jacob et al. 2018). A sum of scaled products is computed as one of products by scaled weights, so results differ by
 * rounding errors: machines that are held to the order of arithmetic do without.
 */
final class Folding {
  /** The axis of channels in results of convolutions and of products of matrices. */
  private static final int CHANNELS = 1;

  private final Builder b = new Builder();
  private final Fixed fixed;
  private final Readers readers;
  private final Reasons reasons;

  /** y · scale + shift, for each channel; null where that is 1 or 0. */
  private record Affine(Value scale, Value shift) {}

  private Folding(Graph graph, Reasons reasons) {
    this.fixed = Fixed.of(graph);
    this.readers = new Readers(graph);
    this.reasons = reasons;
  }

  static Graph fold(Graph graph, Backend machine, Reasons reasons) {
    if (Fixed.changesModel(graph)) {
      return graph;
    }
    var folding = new Folding(graph, reasons);
    var replaced = new HashMap<Value, Value>();
    graph.nodes().forEach(node -> folding.fold(node, machine.exact(), replaced));
    return replaced.isEmpty() ? graph : graph.with(replaced);
  }

  /** @param exact whether it is only said that the node is left as it is */
  private void fold(Node node, boolean exact, Map<Value, Value> replaced) {
    if (!isFoldable(node)) {
      return;
    }
    var end = node.outputs().getFirst();
    var affine = new Affine(null, null);
    for (var next = next(end, affine); next != null; next = next(end, affine)) {
      affine = next;
      end = readers.only(end).outputs().getFirst();
    }
    if (affine.scale != null && exact) {
      reasons.say(node, () -> "keeps its weight: what scales each channel behind it, such as a batch normalisation, is "
          + "folded into it only without --exact");
    } else if (affine.scale != null) {
      reasons.say(node, () -> "has what scales each channel behind it, such as a batch normalisation, folded into its "
          + "weight");
      var all = affine;
      replaced.put(end, b.at(end.node().origin(), () -> folded(node, all)));
    }
  }

  /** Whether the second operand is a weight of which another may be prepared that is as large as what is stored. */
  private boolean isFoldable(Node node) {
    boolean product = node.op() instanceof Convolve convolve && convolve.role() == Convolve.Role.OUTPUT
        || node.op() instanceof MatMul && node.inputs().getFirst().rank() == 2;
    if (!product || fixed.contains(node) || !node.outputs().getFirst().dtype().isFloat()) {
      return false;
    }
    var weight = node.inputs().get(1);
    return fixed.contains(weight.node()) && weight.type().bytes() <= fixed.sourceBytes(weight.node());
  }

  /** What the channels become by the only reader of a value, or null if that is another one. */
  private Affine next(Value y, Affine before) {
    var reader = readers.only(y);
    if (reader == null || !(reader.op() instanceof Binary binary)) {
      return null;
    }
    boolean first = reader.inputs().getFirst() == y;
    var by = channels(reader.inputs().get(first ? 1 : 0), y.shape());
    if (by == null) {
      return null;
    }
    return switch (binary.fn()) {
      case ADD -> new Affine(before.scale, before.shift == null ? by : b.add(before.shift, by));
      case SUB -> first ? new Affine(before.scale, before.shift == null ? b.neg(by) : b.sub(before.shift, by)) : null;
      case MUL -> new Affine(before.scale == null ? by : b.mul(before.scale, by),
          before.shift == null ? null : b.mul(before.shift, by));
      case DIV -> first ? new Affine(b.div(before.scale == null ? b.like(by, 1) : before.scale, by),
          before.shift == null ? null : b.div(before.shift, by)) : null;
      default -> null;
    };
  }

  /** One number for each channel, if a value is that, repeated to a shape. */
  private Value channels(Value value, Shape shape) {
    if (!(value.node().op() instanceof Broadcast) || !fixed.contains(value.node())) {
      return null;
    }
    var small = value.node().inputs().getFirst();
    int axis = small.rank() - shape.rank() + CHANNELS;
    long count = shape.size(CHANNELS);
    return axis >= 0 && small.shape().size(axis) == count && small.shape().elements() == count
        ? b.reshape(small, Shape.of(count)) : null;
  }

  private Value folded(Node node, Affine affine) {
    var weight = node.inputs().get(1);
    int outputs = node.op() instanceof MatMul ? 1 : 0;
    var scaled = b.mul(weight, along(affine.scale, weight.rank(), outputs));
    var y = b.apply(node.op(), node.inputs().getFirst(), scaled);
    return affine.shift == null ? y : b.add(y, along(affine.shift, y.rank(), CHANNELS));
  }

  /** A vector that lies along one axis of a tensor. */
  private Value along(Value vector, int rank, int axis) {
    var sizes = new long[rank];
    Arrays.fill(sizes, 1);
    sizes[axis] = vector.shape().size(0);
    return b.reshape(vector, Shape.of(sizes));
  }
}
