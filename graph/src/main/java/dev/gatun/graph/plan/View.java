package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A slot seen through strides, before its layout is known: position p of the view is the slot's element at
 * base[j] + Σ p[i] · step[i], summed over the view's axes i whose source is the slot's axis j, and moved by the turns
 * of the loops around it.
 *
 * @param base start along each axis of the slot
 * @param axes where each axis of the view moves
 * @param turns how the loops around it move it
 */
record View(Slot slot, TensorType type, List<Long> base, List<Axis> axes, List<Turn> turns) {
  View {
    base = List.copyOf(base);
    axes = List.copyOf(axes);
    turns = List.copyOf(turns);
  }

  /** One axis of a view: {@code step} positions of the slot's axis {@code source}; −1 repeats. */
  record Axis(int source, long step) {
    static final Axis REPEAT = new Axis(-1, 0);
  }

  /** At each turn of the loop at {@code depth} the view moves by {@code step} along the slot's {@code axis}. */
  record Turn(int depth, int axis, long step) {}

  /** The whole slot. */
  static View of(Slot slot) {
    int rank = slot.type().shape().rank();
    return new View(slot, slot.type(), Collections.nCopies(rank, 0L),
        IntStream.range(0, rank).mapToObj(i -> new Axis(i, 1)).toList(), List.of());
  }

  /** The same of the slot that stands in the place of its own, if there is one. */
  View of(Map<Slot, Slot> others) {
    var other = others.get(slot);
    return other == null ? this : new View(other, type, base, axes, turns);
  }

  /** Slice {@code turn} of a slot's first axis, or the last less {@code turn} in reverse. */
  static View turning(View stacked, TensorType type, int depth, boolean reverse) {
    long last = stacked.type.shape().size(0) - 1;
    var first = stacked.axes.getFirst();
    var base = new ArrayList<>(stacked.base);
    var turns = new ArrayList<>(stacked.turns);
    if (first.source >= 0) {
      long start = reverse ? last * first.step : 0;
      base.set(first.source, base.get(first.source) + start);
      turns.add(new Turn(depth, first.source, reverse ? -first.step : first.step));
    }
    return new View(stacked.slot, type, base, stacked.axes.subList(1, stacked.axes.size()), turns);
  }

  Shape shape() {
    return type.shape();
  }

  /** This view seen through another. */
  View through(KernelSpec.View outer) {
    var newBase = new ArrayList<>(base);
    var newAxes = new ArrayList<Axis>();
    for (var axis : outer.axes()) {
      var mine = axis.source() < 0 ? Axis.REPEAT : axes.get(axis.source());
      newAxes.add(mine.source < 0 ? Axis.REPEAT : new Axis(mine.source, mine.step * axis.step()));
      if (mine.source >= 0) {
        newBase.set(mine.source, newBase.get(mine.source) + axis.start() * mine.step);
      }
    }
    return new View(slot, type.withShape(outer.to().shape()), newBase, newAxes, turns);
  }

  /**
   * This view's elements in row-major order under another shape, if that is a view whatever the slot's layout: axes
   * may split, and merge where they move along one axis of the slot. Null otherwise.
   */
  View regroup(Shape to) {
    if (to.elements() == 0) {
      return new View(slot, type.withShape(to), base, Collections.nCopies(to.rank(), Axis.REPEAT), turns);
    }
    var old = new ArrayList<Axis>();
    var oldSizes = new ArrayList<Long>();
    for (int i = 0; i < axes.size(); i++) {
      long size = shape().size(i);
      if (size == 1) {
        continue;
      }
      int last = old.size() - 1;
      if (last >= 0 && merges(old.get(last), axes.get(i), size)) {
        old.set(last, axes.get(i));
        oldSizes.set(last, oldSizes.get(last) * size);
      } else {
        old.add(axes.get(i));
        oldSizes.add(size);
      }
    }
    var result = new Axis[to.rank()];
    int at = old.size() - 1;
    long done = 1;
    for (int i = to.rank() - 1; i >= 0; i--) {
      long size = to.size(i);
      if (size == 1) {
        result[i] = Axis.REPEAT;
        continue;
      }
      if (at < 0 || oldSizes.get(at) % (done * size) != 0) {
        return null;
      }
      result[i] = new Axis(old.get(at).source, old.get(at).step * done);
      done *= size;
      if (done == oldSizes.get(at)) {
        at--;
        done = 1;
      }
    }
    return new View(slot, type.withShape(to), base, List.of(result), turns);
  }

  private static boolean merges(Axis outer, Axis inner, long innerSize) {
    return outer.source == inner.source && outer.step == inner.step * innerSize;
  }

  /** Whether this view is the whole slot, unmoved. */
  boolean isIdentity() {
    boolean identity = turns.isEmpty() && type.equals(slot.type());
    for (int i = 0; i < axes.size() && identity; i++) {
      identity = isPlain(i, i) && base.get(i) == 0;
    }
    return identity;
  }

  /** Whether axis {@code i} runs along the slot's axis {@code source}; axes of size 1 always do. */
  private boolean isPlain(int i, int source) {
    var axis = axes.get(i);
    return shape().size(i) == 1 || axis.source == source && axis.step == 1;
  }

  /**
   * Whether the slot has one element for each row of this view, a row lying along {@code rowAxes}, and the view
   * repeats it along the row.
   */
  boolean repeatsAlong(List<Integer> rowAxes) {
    var rows = slot.type().shape();
    if (rows.rank() != shape().rank() || !turns.isEmpty() || base.stream().anyMatch(b -> b != 0)) {
      return false;
    }
    return IntStream.range(0, axes.size()).allMatch(i -> rowAxes.contains(i)
        ? rows.size(i) == 1 && (shape().size(i) == 1 || axes.get(i).source < 0)
        : rows.size(i) == shape().size(i) && isPlain(i, i));
  }

  /** This view with its last two axes exchanged. */
  View transposed() {
    int last = axes.size() - 1;
    var order = new ArrayList<>(axes);
    Collections.swap(order, last, last - 1);
    var sizes = shape().sizes();
    long size = sizes[last];
    sizes[last] = sizes[last - 1];
    sizes[last - 1] = size;
    return new View(slot, type.withShape(Shape.of(sizes)), base, order, turns);
  }

  /** A scalar repeated to a shape; any other view as it is. */
  View repeatedTo(Shape to) {
    return shape().rank() > 0 || to.rank() == 0 ? this
        : new View(slot, type.withShape(to), base, Collections.nCopies(to.rank(), Axis.REPEAT), turns);
  }

  /** This view stretched to {@code space} along {@code repeated}, where it has size 1. */
  View stretched(Shape space, List<Integer> repeated) {
    var stretched = new ArrayList<>(axes);
    repeated.forEach(axis -> stretched.set(axis, Axis.REPEAT));
    return new View(slot, type.withShape(space), base, stretched, turns);
  }
}
