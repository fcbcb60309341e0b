package dev.gatun.memory;

import java.util.Arrays;

/**
 * The sizes of a tensor's axes, outermost first. A scalar has no axes; a size of 0 makes an empty tensor. Immutable.
 *
 * <p>The number of elements always fits a {@code long}: {@link #of} refuses sizes whose product, zeros left out, does
 * not.
 */
public final class Shape {
  /** Most axes that a shape may have; the same limit as NumPy's. */
  public static final int MAX_RANK = 64;

  /** No axes, one element. */
  public static final Shape SCALAR = new Shape(new long[0], 1);

  private final long[] sizes;
  private final long elements;

  private Shape(long[] sizes, long elements) {
    this.sizes = sizes;
    this.elements = elements;
  }

  /**
   * Makes a shape from its sizes, outermost first.
   *
   * @throws IllegalArgumentException if a size is negative, there are more than {@link #MAX_RANK}, or the number of
   *                                  elements overflows
   */
  public static Shape of(long... sizes) {
    if (sizes.length == 0) {
      return SCALAR;
    }
    if (sizes.length > MAX_RANK) {
      throw new IllegalArgumentException("a shape of " + sizes.length + " axes, the limit is " + MAX_RANK);
    }
    long[] own = sizes.clone();
    long product = 1;
    boolean empty = false;
    for (long size : own) {
      if (size < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(own) + " has a negative size");
      }
      empty |= size == 0;
      long factor = Math.max(size, 1);
      if (product > Long.MAX_VALUE / factor) {
        throw new IllegalArgumentException("shape " + Arrays.toString(own) + " has more than 2^63 - 1 elements");
      }
      product *= factor;
    }
    return new Shape(own, empty ? 0 : product);
  }

  /** Number of axes. */
  public int rank() {
    return sizes.length;
  }

  /**
   * Size along one axis.
   *
   * @param axis from 0, or negative to count from the end
   * @throws IllegalArgumentException if there is no such axis
   */
  public long size(int axis) {
    return sizes[axis(axis)];
  }

  /** All sizes, outermost first; a copy. */
  public long[] sizes() {
    return sizes.clone();
  }

  /** Product of the sizes; 1 for a scalar. */
  public long elements() {
    return elements;
  }

  /** Distance in elements between neighbours along each axis when the last axis varies fastest. */
  public long[] rowMajorStrides() {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(sizes[axis], 1);
    }
    return strides;
  }

  /**
   * Turns an axis that may be counted from the end into one counted from 0.
   *
   * @param axis in {@code [-rank, rank)}
   * @throws IllegalArgumentException if it lies outside
   */
  public int axis(int axis) {
    int normal = axis < 0 ? axis + sizes.length : axis;
    if (normal < 0 || normal >= sizes.length) {
      throw new IllegalArgumentException("shape " + this + " has " + sizes.length + " axes, there is no axis " + axis);
    }
    return normal;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** For instance {@code [2, 3]}, and {@code []} for a scalar. */
  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
