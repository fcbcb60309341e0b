package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order of a tensor's axes in memory, the slowest first.
 *
 * @param order the fastest axes, the fastest last; those not named come before them in any order. All axes name one
 *     layout, none ({@link #ANY}) no wish
 * @param gap elements left free after each run along the fastest axis, so that runs whose length is a power of two do
 *     not compete for the same few sets of a cache
 */
public record Layout(List<Integer> order, int gap) {
  /** No wish. A scalar's layout too. */
  public static final Layout ANY = new Layout(List.of());

  public Layout {
    order = List.copyOf(order);
    if (gap < 0 || gap > 0 && order.isEmpty()) {
      throw new IllegalArgumentException("a gap of " + gap + " in the order " + order);
    }
  }

  /** A layout without gaps. */
  public Layout(List<Integer> order) {
    this(order, 0);
  }

  public static Layout of(Integer... order) {
    return new Layout(List.of(order));
  }

  /** The same order with other gaps. */
  public Layout withGap(int elements) {
    return new Layout(order, elements);
  }

  public static Layout rowMajor(int rank) {
    return new Layout(IntStream.range(0, rank).boxed().toList());
  }

  public boolean isAny() {
    return order.isEmpty();
  }

  /** All axes in order: those not named come first, as they stand. */
  public List<Integer> complete(int rank) {
    var all = new ArrayList<Integer>();
    for (int axis = 0; axis < rank; axis++) {
      if (!order.contains(axis)) {
        all.add(axis);
      }
    }
    all.addAll(order);
    return all;
  }

  /** Strides in elements of a tensor of these sizes that is dense but for the gaps. */
  public long[] strides(Shape shape) {
    var all = complete(shape.rank());
    var strides = new long[shape.rank()];
    long stride = 1;
    for (int axis : all.reversed()) {
      strides[axis] = stride;
      stride = stride * Math.max(1, shape.size(axis)) + (stride == 1 && shape.size(axis) > 1 ? gap : 0);
    }
    return strides;
  }

  /** Elements from the first of a tensor of these sizes to the end of the last gap. */
  public long extent(Shape shape) {
    long runs = 1;
    for (int axis : complete(shape.rank()).reversed()) {
      runs = runs * shape.size(axis) + (runs == 1 && shape.size(axis) > 1 ? gap : 0);
    }
    return runs;
  }

  /**
   * Whether the named axes have the strides of a tensor in this order, with or without gaps; axes of size 1 always
   * have.
   */
  public boolean accepts(Shape shape, long[] strides) {
    return nests(shape, strides, 0) || gap > 0 && nests(shape, strides, gap);
  }

  private boolean nests(Shape shape, long[] strides, int gap) {
    long stride = 1;
    for (int axis : order.reversed()) {
      if (shape.size(axis) > 1 && strides[axis] != stride) {
        return false;
      }
      stride = stride * Math.max(1, shape.size(axis)) + (stride == 1 && shape.size(axis) > 1 ? gap : 0);
    }
    return true;
  }
}
