package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/**
 * x placed into a larger tensor: out[start + i · step] = x[i], elsewhere {@code fill}. Padding and dilation; with fill
 * 0 the transpose of {@link Slice}.
 */
public record Pad(Shape shape, List<Long> start, List<Long> step, double fill) implements Op.Primitive {
  /** How many terms of a sum are looked at for a neighbour. */
  private static final int SEARCHED = 16;

  public Pad {
    start = List.copyOf(start);
    step = List.copyOf(step);
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    var from = in.getFirst().shape();
    Types.require(from.rank() == shape.rank() && start.size() == from.rank() && step.size() == from.rank(), this, in,
        "wants a start and a step for each axis");
    for (int i = 0; i < from.rank(); i++) {
      long first = start.get(i);
      long last = first + Math.max(0, from.size(i) - 1) * step.get(i);
      boolean inside = from.size(i) == 0
          || first >= 0 && first < shape.size(i) && last >= 0 && last < shape.size(i);
      Types.require(inside && step.get(i) != 0, this, in, "axis " + i + " must lie inside " + shape);
    }
    return List.of(in.getFirst().withShape(shape));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    java.util.Arrays.fill(out.getFirst().data(), fill);
    var strides = shape.rowMajorStrides();
    Grid.forEach(in.getFirst().type().shape(), (position, number) -> {
      long offset = 0;
      for (int i = 0; i < strides.length; i++) {
        offset += (start.get(i) + position[i] * step.get(i)) * strides[i];
      }
      out.getFirst().set(offset, in.getFirst().at(number));
    });
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return new KernelSpec.Place(call.out(0).type(), fill, call.inTypes(),
        List.of(new KernelSpec.Region(start, step)));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var size = java.util.Arrays.stream(call.in(0).shape().sizes()).boxed().toList();
    return List.of(b.apply(new Slice(start, size, step), dOut.getFirst()));
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    return in.getFirst().shape().equals(shape) && start.stream().allMatch(s -> s == 0)
        && step.stream().allMatch(s -> s == 1) ? in.getFirst() : null;
  }

  /**
   * The sum of two values of which parts stand side by side on zeros, with these parts placed at once: what the
   * gradients of the parts of a split come to. Null if there are none. Keeps every bit but the sign of a zero.
   */
  static Value sum(Builder b, Value x, Value y) {
    return y.node().op() instanceof Pad ? sum(b, x, y, SEARCHED) : sum(b, y, x, SEARCHED);
  }

  private static Value sum(Builder b, Value x, Value part, int depth) {
    if (x.node().op() instanceof Pad && part.node().op() instanceof Pad) {
      var after = beside(b, x, part);
      return after == null ? beside(b, part, x) : after;
    }
    if (depth == 0 || !x.node().op().equals(new Binary(BinaryFn.ADD)) || !(part.node().op() instanceof Pad)) {
      return null;
    }
    for (int i = 0; i < 2; i++) {
      var joined = sum(b, x.node().inputs().get(i), part, depth - 1);
      if (joined != null) {
        return b.add(joined, x.node().inputs().get(1 - i));
      }
    }
    return null;
  }

  /** Two parts of which the second begins along one axis where the first ends, as one; null if it does not. */
  private static Value beside(Builder b, Value first, Value second) {
    var x = (Pad) first.node().op();
    var y = (Pad) second.node().op();
    var size = first.node().inputs().getFirst().shape();
    var other = second.node().inputs().getFirst().shape();
    int at = -1;
    for (int axis = 0; axis < size.rank(); axis++) {
      boolean alike = x.start.get(axis).equals(y.start.get(axis)) && size.size(axis) == other.size(axis);
      boolean follows = x.start.get(axis) + size.size(axis) == y.start.get(axis);
      if (!alike && (!follows || at >= 0)) {
        return null;
      }
      at = alike ? at : axis;
    }
    boolean plain = x.fill == 0 && y.fill == 0 && at >= 0 && x.step.stream().allMatch(s -> s == 1)
        && y.step.stream().allMatch(s -> s == 1);
    return !plain ? null : b.apply(new Pad(x.shape, x.start, x.step, 0),
        b.concat(List.of(first.node().inputs().getFirst(), second.node().inputs().getFirst()), at));
  }
}
