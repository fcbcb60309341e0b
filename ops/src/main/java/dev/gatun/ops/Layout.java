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
 */
public record Layout(List<Integer> order) {
  /** No wish. A scalar's layout too. */
  public static final Layout ANY = new Layout(List.of());

  public Layout {
    order = List.copyOf(order);
  }

  public static Layout of(Integer... order) {
    return new Layout(List.of(order));
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

  /** Strides in elements of a dense tensor of these sizes. */
  public long[] strides(Shape shape) {
    var all = complete(shape.rank());
    var strides = new long[shape.rank()];
    long stride = 1;
    for (int axis : all.reversed()) {
      strides[axis] = stride;
      stride *= Math.max(1, shape.size(axis));
    }
    return strides;
  }

  /** Whether the named axes have the strides of a dense tensor in this order; axes of size 1 always have. */
  public boolean accepts(Shape shape, long[] strides) {
    long stride = 1;
    for (int axis : order.reversed()) {
      if (shape.size(axis) > 1 && strides[axis] != stride) {
        return false;
      }
      stride *= shape.size(axis);
    }
    return true;
  }
}
