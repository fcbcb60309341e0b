package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Layout;
import dev.gatun.ops.TensorType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A view whose strides are decided.
 *
 * @param root the slot whose memory it lies in
 * @param offset elements from the root's start
 * @param strides elements between neighbours along each axis
 * @param advance elements that it moves at each turn of the loops around it, the outermost first
 */
record Spot(Slot root, TensorType type, long offset, List<Long> strides, List<Long> advance) {

  /** A slot in memory of its own. */
  static Spot whole(Slot root, Layout layout) {
    root.lay(layout);
    return new Spot(root, root.type(), 0, boxed(layout.strides(root.type().shape())), List.of());
  }

  /** Where a slot lies if nothing else is decided. */
  static Spot rowMajor(Slot slot) {
    return new Spot(slot, slot.type(), 0, boxed(slot.type().shape().rowMajorStrides()), List.of());
  }

  private static List<Long> boxed(long[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  long[] strideArray() {
    return strides.stream().mapToLong(Long::longValue).toArray();
  }

  /** A view of the slot that lies here. */
  Spot through(View view) {
    long start = offset;
    for (int j = 0; j < strides.size() && view.shape().elements() > 0; j++) {
      start += view.base().get(j) * strides.get(j);
    }
    var moved = view.axes().stream().map(a -> a.source() < 0 ? 0L : a.step() * strides.get(a.source())).toList();
    var turned = new java.util.ArrayList<>(advance);
    for (var turn : view.turns()) {
      while (turned.size() <= turn.depth()) {
        turned.add(0L);
      }
      turned.set(turn.depth(), turned.get(turn.depth()) + turn.step() * strides.get(turn.axis()));
    }
    return new Spot(root, view.type(), start, moved, List.copyOf(turned));
  }

  /** The same elements in row-major order under another shape, where these strides allow it; else null. */
  Spot regroup(Shape to) {
    var moved = regroup(type.shape(), strideArray(), to);
    return moved == null ? null : new Spot(root, type.withShape(to), offset, boxed(moved), advance);
  }

  private static long[] regroup(Shape from, long[] strides, Shape to) {
    if (from.elements() == 0) {
      return to.rowMajorStrides();
    }
    var sizes = new long[from.rank()];
    var steps = new long[from.rank()];
    int count = 0;
    for (int i = 0; i < from.rank(); i++) {
      if (from.size(i) == 1) {
        continue;
      }
      if (count > 0 && steps[count - 1] == strides[i] * from.size(i)) {
        sizes[count - 1] *= from.size(i);
        steps[count - 1] = strides[i];
      } else {
        sizes[count] = from.size(i);
        steps[count++] = strides[i];
      }
    }
    var result = new long[to.rank()];
    long done = 1;
    int at = count - 1;
    for (int i = to.rank() - 1; i >= 0; i--) {
      long size = to.size(i);
      if (size == 1) {
        continue;
      }
      if (at < 0 || sizes[at] % (done * size) != 0) {
        return null;
      }
      result[i] = steps[at] * done;
      done *= size;
      if (done == sizes[at]) {
        at--;
        done = 1;
      }
    }
    return result;
  }

  boolean isRowMajor() {
    return Layout.rowMajor(type.shape().rank()).accepts(type.shape(), strideArray());
  }

  /** Whether some axis repeats. */
  boolean repeats() {
    return IntStream.range(0, strides.size()).anyMatch(i -> strides.get(i) == 0 && type.shape().size(i) > 1);
  }

  /** Whether some axis is walked backwards. */
  boolean isReversed() {
    return IntStream.range(0, strides.size()).anyMatch(i -> strides.get(i) < 0 && type.shape().size(i) > 1);
  }

  /** The layout of a whole slot like this one: the axes by falling stride, with its memory's gaps. */
  Layout layout() {
    var order = IntStream.range(0, strides.size()).boxed()
        .sorted(Comparator.comparingLong((Integer i) -> type.shape().size(i) == 1 ? Long.MAX_VALUE
            : Math.abs(strides.get(i))).reversed()).toList();
    return order.isEmpty() ? Layout.ANY : new Layout(order, root.layout().gap());
  }
}
