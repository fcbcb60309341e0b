package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a window moves over the spatial axes (all but the first two): one number per axis of each.
 *
 * @param kernel positions of the window
 * @param stride steps between windows
 * @param padLow zeros before the first position
 * @param padHigh zeros after the last
 * @param dilation steps between the window's positions
 */
public record Geometry(List<Integer> kernel, List<Integer> stride, List<Integer> padLow, List<Integer> padHigh,
    List<Integer> dilation) {
  public Geometry {
    kernel = List.copyOf(kernel);
    stride = List.copyOf(stride);
    padLow = List.copyOf(padLow);
    padHigh = List.copyOf(padHigh);
    dilation = List.copyOf(dilation);
    int rank = kernel.size();
    if (stride.size() != rank || padLow.size() != rank || padHigh.size() != rank || dilation.size() != rank) {
      throw new IllegalArgumentException("kernel, stride, pad and dilation need one number per spatial axis");
    }
    if (!positive(kernel) || !positive(stride) || !positive(dilation)
        || padLow.stream().anyMatch(p -> p < 0) || padHigh.stream().anyMatch(p -> p < 0)) {
      throw new IllegalArgumentException("kernel, stride and dilation must be at least 1, pad at least 0");
    }
  }

  private static boolean positive(List<Integer> numbers) {
    return numbers.stream().allMatch(n -> n > 0);
  }

  /** The same kernel, stride and padding along {@code rank} axes, no dilation. */
  public static Geometry square(int rank, int kernel, int stride, int pad) {
    return new Geometry(Collections.nCopies(rank, kernel), Collections.nCopies(rank, stride),
        Collections.nCopies(rank, pad), Collections.nCopies(rank, pad), Collections.nCopies(rank, 1));
  }

  public int rank() {
    return kernel.size();
  }

  /** Windows along spatial axis {@code i} of an operand of {@code size}; negative or 0 if none fits. */
  public long outputs(int i, long size) {
    long reach = dilation.get(i) * (kernel.get(i) - 1L) + 1;
    long room = size + padLow.get(i) + padHigh.get(i) - reach;
    return room < 0 ? 0 : room / stride.get(i) + 1;
  }

  /** Window positions along spatial axis {@code i} of an operand of {@code size} that lie on it, of all windows. */
  public long taps(int i, long size) {
    long windows = outputs(i, size);
    long taps = 0;
    for (int tap = 0; tap < kernel.get(i); tap++) {
      long offset = (long) tap * dilation.get(i) - padLow.get(i);
      long first = Math.max(0, Math.ceilDiv(-offset, stride.get(i)));
      long end = Math.min(windows, Math.floorDiv(size - 1 - offset, stride.get(i)) + 1);
      taps += Math.max(0, end - first);
    }
    return taps;
  }

  /** The spatial sizes that windows over {@code spatial} give. */
  public Shape outputs(Shape spatial) {
    return Shape.of(IntStream.range(0, rank()).mapToLong(i -> outputs(i, spatial.size(i))).toArray());
  }

  /** The window's size as a shape. */
  public Shape kernelShape() {
    return Shape.of(kernel.stream().mapToLong(Integer::longValue).toArray());
  }

  /**
   * The operand position under window {@code output} at window position {@code tap}, as a row-major number in
   * {@code spatial}; −1 in the padding.
   */
  public long position(long[] output, long[] tap, Shape spatial) {
    long number = 0;
    for (int i = 0; i < rank(); i++) {
      long at = output[i] * stride.get(i) + tap[i] * dilation.get(i) - padLow.get(i);
      if (at < 0 || at >= spatial.size(i)) {
        return -1;
      }
      number = number * spatial.size(i) + at;
    }
    return number;
  }

  /** All axes of a shape after the first two. */
  static Shape spatial(Shape shape) {
    return Shape.of(java.util.Arrays.copyOfRange(shape.sizes(), 2, shape.rank()));
  }

  /** [first, second, spatial…]. */
  static Shape shape(long first, long second, Shape spatial) {
    var sizes = new long[spatial.rank() + 2];
    sizes[0] = first;
    sizes[1] = second;
    System.arraycopy(spatial.sizes(), 0, sizes, 2, spatial.rank());
    return Shape.of(sizes);
  }

  @Override
  public String toString() {
    return "kernel=" + kernel + " stride=" + stride + " pad=" + padLow + padHigh + " dilation=" + dilation;
  }
}
