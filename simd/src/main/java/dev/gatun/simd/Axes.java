package dev.gatun.simd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An index space as loops: axes of size 1 are gone, and axes that every slot walks as one are one. The order of the
 * axes means nothing; {@code reduced} axes merge among themselves only.
 *
 * @param sizes of each axis
 * @param reduced whether a row runs along the axis
 * @param strides per slot and axis, in bytes (of a position, in numbers)
 * @param spaceAxes for each axis the axes of the space that it consists of, the slowest first
 */
record Axes(long[] sizes, boolean[] reduced, long[][] strides, int[][] spaceAxes) {
  /** The axes of a space as they stand. */
  Axes(long[] sizes, boolean[] reduced, long[][] strides) {
    this(sizes, reduced, strides,
        IntStream.range(0, sizes.length).mapToObj(axis -> new int[] {axis}).toArray(int[][]::new));
  }

  /** How many elements starting on a line of a map costs as much as. */
  static final int LINE_START = 20;

  /** Merges what can be merged. */
  static Axes of(long[] sizes, boolean[] reduced, long[][] strides) {
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] != 1) {
        order.add(axis);
      }
    }
    var merged = new Axes(pick(sizes, order), pick(reduced, order),
        Arrays.stream(strides).map(s -> pick(s, order)).toArray(long[][]::new),
        order.stream().map(axis -> new int[] {axis}).toArray(int[][]::new));
    return merged.merge();
  }

  private static long[] pick(long[] from, List<Integer> order) {
    return order.stream().mapToLong(axis -> from[axis]).toArray();
  }

  private static boolean[] pick(boolean[] from, List<Integer> order) {
    var picked = new boolean[order.size()];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = from[order.get(i)];
    }
    return picked;
  }

  int count() {
    return sizes.length;
  }

  private Axes merge() {
    for (int outer = 0; outer < count(); outer++) {
      for (int inner = 0; inner < count(); inner++) {
        if (outer != inner && joins(outer, inner)) {
          return joined(outer, inner).merge();
        }
      }
    }
    return this;
  }

  /** Whether a step along {@code outer} is, for every slot, as long as all of {@code inner}. */
  private boolean joins(int outer, int inner) {
    return reduced[outer] == reduced[inner]
        && Arrays.stream(strides).allMatch(s -> s[outer] == s[inner] * sizes[inner]);
  }

  private Axes joined(int outer, int inner) {
    var order = new ArrayList<Integer>();
    for (int axis = 0; axis < count(); axis++) {
      if (axis != outer) {
        order.add(axis);
      }
    }
    var longer = sizes.clone();
    longer[inner] *= sizes[outer];
    var parts = spaceAxes.clone();
    parts[inner] = IntStream.concat(IntStream.of(spaceAxes[outer]), IntStream.of(spaceAxes[inner])).toArray();
    return new Axes(pick(longer, order), pick(reduced, order),
        Arrays.stream(strides).map(s -> pick(s, order)).toArray(long[][]::new),
        order.stream().map(axis -> parts[axis]).toArray(int[][]::new));
  }

  /** Bytes from a slot's first position to that with a number, of axes none of which is reduced. */
  long offset(int slot, long number) {
    long offset = 0;
    for (int axis = 0; axis < count(); axis++) {
      offset += number % sizes[axis] * strides[slot][axis];
      number /= sizes[axis];
    }
    return offset;
  }

  /** Product of the sizes of the axes that are reduced, or of those that are kept. */
  long elements(boolean ofReduced) {
    long product = 1;
    for (int axis = 0; axis < count(); axis++) {
      product *= reduced[axis] == ofReduced ? sizes[axis] : 1;
    }
    return product;
  }

  /**
   * The axis along which lanes should lie: where slots that move do so by one element. An element that must be packed
   * costs about as much as sixteen that need not, and starting on a row as much as some others.
   *
   * @param widths bytes of an element per slot, 0 where the stride does not matter
   * @param start how many elements starting on a row costs as much as
   * @return −1 if there are no axes
   */
  int laneAxis(int[] widths, int start) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int axis = 0; axis < count(); axis++) {
      double cost = (double) start / Math.max(1, sizes[axis]);
      for (int slot = 0; slot < widths.length; slot++) {
        long stride = Math.abs(strides[slot][axis]);
        cost += widths[slot] == 0 || stride == 0 ? 0 : strides[slot][axis] == widths[slot] ? 1.0 / 16 : 1;
      }
      if (cost < least) {
        best = axis;
        least = cost;
      }
    }
    return best;
  }

  /**
   * The axis of the loop around the lanes, among those with {@code reduced} as given: where slots that do not lie along
   * the lanes do, else the one whose steps are shortest, unless it is short itself.
   *
   * @return −1 if there is none
   */
  int rowAxis(int lane, boolean ofReduced, int[] widths) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int axis = 0; axis < count(); axis++) {
      if (axis == lane || reduced[axis] != ofReduced) {
        continue;
      }
      double cost = 0;
      for (int slot = 0; slot < widths.length; slot++) {
        boolean packed = lane >= 0 && widths[slot] != 0 && strides[slot][lane] != 0
            && strides[slot][lane] != widths[slot];
        cost += packed && strides[slot][axis] == widths[slot] ? -1000
            : widths[slot] == 0 ? 0 : Math.log1p(Math.abs(strides[slot][axis]));
      }
      cost += 40.0 / Math.max(1, sizes[axis]);
      if (cost < least) {
        best = axis;
        least = cost;
      }
    }
    return best;
  }
}
