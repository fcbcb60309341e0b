package dev.gatun.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.StringJoiner;
import java.util.function.LongToDoubleFunction;

/**
 * Numbers of one dtype in a shape, somewhere in an arena's memory. Views ({@link #reshape}, {@link #transpose},
 * {@link #slice}, {@link #broadcastTo}) share the memory of what they view.
 *
 * <p>Element access converts: reading gives the nearest {@code double}; writing rounds to the nearest value of a
 * floating-point dtype, ties to even, and refuses with {@link IllegalArgumentException} what a whole-number dtype
 * cannot hold exactly. An index outside the shape throws {@link IndexOutOfBoundsException}; a closed arena makes every
 * access throw {@link IllegalStateException}. Nothing here is fast: kernels use {@link #address} and {@link #strides}.
 */
public final class Tensor {
  private static final int VALUES_SHOWN = 8;

  /** The longest array that every JVM makes. */
  private static final int ARRAY_LIMIT = Integer.MAX_VALUE - 8;

  private final TensorArena arena;
  private final DType dtype;
  private final Shape shape;
  private final long[] strides;
  private final MemorySegment segment;

  /**
   * Wraps memory without copying.
   *
   * @param strides in elements, one for each axis, not negative
   * @param segment from element 0 to the end of the last element
   */
  Tensor(TensorArena arena, DType dtype, Shape shape, long[] strides, MemorySegment segment) {
    this.arena = arena;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.segment = segment;
  }

  /** The type of every element. */
  public DType dtype() {
    return dtype;
  }

  /** The sizes of the axes. */
  public Shape shape() {
    return shape;
  }

  /** Distance in elements between neighbours along each axis; a copy. */
  public long[] strides() {
    return strides.clone();
  }

  /** The memory from element 0 to the end of the last element, gaps between strided elements included. */
  public MemorySegment segment() {
    arena.checkOpen();
    return segment;
  }

  /**
   * The absolute address of element 0. Hold the arena ({@link TensorArena#acquire}) while it is in use.
   *
   * @throws IllegalStateException if the arena is closed
   */
  public long address() {
    arena.checkOpen();
    return segment.address();
  }

  /** The owner of the memory. */
  public TensorArena arena() {
    return arena;
  }

  /** Whether the elements stand in row-major order without gaps. Asking allocates nothing. */
  public boolean isContiguous() {
    if (shape.elements() == 0) {
      return true;
    }
    long dense = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      if (shape.size(axis) > 1 && strides[axis] != dense) {
        return false;
      }
      dense *= shape.size(axis);
    }
    return true;
  }

  /**
   * The same elements in row-major order under other sizes.
   *
   * @throws IllegalArgumentException if the number of elements differs or this tensor is not contiguous
   */
  public Tensor reshape(Shape target) {
    if (target.elements() != shape.elements()) {
      throw new IllegalArgumentException("reshape(" + target + "): the number of elements must stay, got " + type());
    }
    if (!isContiguous()) {
      throw new IllegalArgumentException("reshape(" + target + "): needs a contiguous tensor, got " + type()
          + " with strides " + Arrays.toString(strides));
    }
    return new Tensor(arena, dtype, target, target.rowMajorStrides(), segment);
  }

  /**
   * A view whose axis {@code i} is this tensor's axis {@code permutation[i]}.
   *
   * @param permutation names every axis once; may count from the end
   * @throws IllegalArgumentException if it does not
   */
  public Tensor transpose(int... permutation) {
    int rank = shape.rank();
    long[] newSizes = new long[rank];
    long[] newStrides = new long[rank];
    boolean[] seen = new boolean[rank];
    boolean valid = permutation.length == rank;
    for (int i = 0; valid && i < rank; i++) {
      int axis = shape.axis(permutation[i]);
      valid = !seen[axis];
      seen[axis] = true;
      newSizes[i] = shape.size(axis);
      newStrides[i] = strides[axis];
    }
    if (!valid) {
      throw new IllegalArgumentException("transpose(" + Arrays.toString(permutation)
          + "): must name each axis once, got " + type());
    }
    return new Tensor(arena, dtype, Shape.of(newSizes), newStrides, segment);
  }

  /**
   * A view of {@code length} neighbours along one axis.
   *
   * @param axis  may count from the end
   * @param start first index that is kept
   * @throws IllegalArgumentException if they lie outside the axis
   */
  public Tensor slice(int axis, long start, long length) {
    int normal = shape.axis(axis);
    if (start < 0 || length < 0 || start > shape.size(normal) - length) {
      throw new IllegalArgumentException("slice(axis=" + axis + ", start=" + start + ", length=" + length
          + "): outside of axis " + normal + ", got " + type());
    }
    long[] sizes = shape.sizes();
    sizes[normal] = length;
    return view(Shape.of(sizes), strides.clone(), start * strides[normal]);
  }

  /**
   * A view that repeats axes of size 1, and adds axes in front, without copying. It cannot be written to.
   *
   * @throws IllegalArgumentException if an axis, counted from the last, is neither 1 nor equal to the target's
   */
  public Tensor broadcastTo(Shape target) {
    int added = target.rank() - shape.rank();
    boolean fits = added >= 0;
    long[] newStrides = new long[target.rank()];
    for (int axis = 0; fits && axis < shape.rank(); axis++) {
      boolean same = shape.size(axis) == target.size(axis + added);
      newStrides[axis + added] = same ? strides[axis] : 0;
      fits = same || shape.size(axis) == 1;
    }
    if (!fits) {
      throw new IllegalArgumentException("broadcastTo(" + target + "): trailing axes must be equal or 1, got " + type());
    }
    return view(target, newStrides, 0);
  }

  private Tensor view(Shape viewShape, long[] viewStrides, long start) {
    if (viewShape.elements() == 0) {
      return new Tensor(arena, dtype, viewShape, viewStrides, segment.asSlice(0, 0));
    }
    long last = 0;
    for (int axis = 0; axis < viewStrides.length; axis++) {
      last += (viewShape.size(axis) - 1) * viewStrides[axis];
    }
    return new Tensor(arena, dtype, viewShape, viewStrides,
        segment.asSlice(start * dtype.bytes(), (last + 1) * dtype.bytes()));
  }

  /** One element, as the class says. */
  public double get(long... index) {
    return Elements.read(segment(), dtype, byteOffset(index));
  }

  /** Replaces one element, as the class says. */
  public void set(double value, long... index) {
    checkWritable();
    Elements.write(segment(), dtype, byteOffset(index), value);
  }

  /**
   * One element, exactly.
   *
   * @throws IllegalArgumentException if it is no whole number in the range of a {@code long}
   */
  public long getLong(long... index) {
    return Elements.readLong(segment(), dtype, byteOffset(index));
  }

  /** Replaces one element, as the class says. */
  public void setLong(long value, long... index) {
    checkWritable();
    Elements.writeLong(segment(), dtype, byteOffset(index), value);
  }

  private long byteOffset(long[] index) {
    boolean inside = index.length == shape.rank();
    long offset = 0;
    for (int axis = 0; inside && axis < index.length; axis++) {
      inside = index[axis] >= 0 && index[axis] < shape.size(axis);
      offset += index[axis] * strides[axis];
    }
    if (!inside) {
      throw new IndexOutOfBoundsException("index " + Arrays.toString(index) + " is outside of " + type());
    }
    return offset * dtype.bytes();
  }

  private void checkWritable() {
    for (int axis = 0; axis < strides.length; axis++) {
      if (strides[axis] == 0 && shape.size(axis) > 1) {
        throw new IllegalStateException("a broadcast view cannot be written to, got " + type()
            + " with strides " + Arrays.toString(strides));
      }
    }
  }

  /**
   * Copies all elements, whatever the strides on either side.
   *
   * @throws IllegalArgumentException if dtype or shape differ, or if the two overlap and are not both contiguous
   */
  public void copyFrom(Tensor source) {
    if (source.dtype != dtype || !source.shape.equals(shape)) {
      throw new IllegalArgumentException("copyFrom: needs " + type() + ", got " + source.type());
    }
    checkWritable();
    if (isContiguous() && source.isContiguous()) {
      MemorySegment.copy(source.segment(), 0, segment(), 0, shape.elements() * dtype.bytes());
      return;
    }
    if (segment().asOverlappingSlice(source.segment()).isPresent()) {
      throw new IllegalArgumentException("copyFrom: source and target overlap, got " + type() + " with strides "
          + Arrays.toString(strides) + " and " + Arrays.toString(source.strides));
    }
    var to = new Rows(shape, strides);
    for (var from = new Rows(shape, source.strides); from.hasRow(); from.advance(), to.advance()) {
      copyRow(source.segment, from, segment, to);
    }
  }

  private void copyRow(MemorySegment source, Rows from, MemorySegment target, Rows to) {
    long bytes = dtype.bytes();
    long read = from.offset() * bytes;
    long write = to.offset() * bytes;
    long readStep = from.stride() * bytes;
    long writeStep = to.stride() * bytes;
    if (readStep == bytes && writeStep == bytes) {
      MemorySegment.copy(source, read, target, write, from.length() * bytes);
      return;
    }
    for (long i = from.length(); i > 0; i--, read += readStep, write += writeStep) {
      switch (dtype.bytes()) {
        case 1 -> target.set(JAVA_BYTE, write, source.get(JAVA_BYTE, read));
        case 2 -> target.set(JAVA_SHORT, write, source.get(JAVA_SHORT, read));
        case 4 -> target.set(JAVA_INT, write, source.get(JAVA_INT, read));
        default -> target.set(JAVA_LONG, write, source.get(JAVA_LONG, read));
      }
    }
  }

  /** Sets every element to one value. */
  public void fill(double value) {
    if (shape.elements() == 0 || !isContiguous()) {
      store(i -> value);
      return;
    }
    Elements.write(segment(), dtype, 0, value);
    long total = shape.elements() * dtype.bytes();
    for (long filled = dtype.bytes(); filled < total; filled *= 2) {
      MemorySegment.copy(segment, 0, segment, filled, Math.min(filled, total - filled));
    }
  }

  /**
   * Replaces the whole content.
   *
   * @param values in row-major order, as many as there are elements
   * @throws IllegalArgumentException if the number differs
   */
  public void setFloats(float... values) {
    checkCount(values.length);
    if (dtype == DType.F32 && isContiguous()) {
      MemorySegment.copy(values, 0, segment(), JAVA_FLOAT, 0, values.length);
    } else {
      store(i -> values[(int) i]);
    }
  }

  /** As {@link #setFloats}. */
  public void setDoubles(double... values) {
    checkCount(values.length);
    store(i -> values[(int) i]);
  }

  /** As {@link #setFloats}. */
  public void setInts(int... values) {
    checkCount(values.length);
    store(i -> values[(int) i]);
  }

  private void checkCount(int count) {
    if (count != shape.elements()) {
      throw new IllegalArgumentException(type() + " has " + shape.elements() + " elements, got " + count + " values");
    }
  }

  /** Writes what the function gives for each row-major position. */
  private void store(LongToDoubleFunction values) {
    checkWritable();
    var memory = segment();
    long position = 0;
    for (var rows = new Rows(shape, strides); rows.hasRow(); rows.advance()) {
      for (long i = 0, at = rows.offset(); i < rows.length(); i++, at += rows.stride()) {
        Elements.write(memory, dtype, at * dtype.bytes(), values.applyAsDouble(position++));
      }
    }
  }

  /**
   * All elements in row-major order, each rounded to the nearest {@code float}.
   *
   * @throws IllegalStateException if there are more than an array can hold
   */
  public float[] toFloats() {
    float[] values = new float[arrayLength()];
    if (dtype == DType.F32 && isContiguous()) {
      MemorySegment.copy(segment(), JAVA_FLOAT, 0, values, 0, values.length);
    } else {
      load((position, offset) -> values[position] = (float) Elements.read(segment, dtype, offset));
    }
    return values;
  }

  /** As {@link #toFloats}, each rounded to the nearest {@code double}. */
  public double[] toDoubles() {
    double[] values = new double[arrayLength()];
    load((position, offset) -> values[position] = Elements.read(segment, dtype, offset));
    return values;
  }

  /**
   * As {@link #toFloats}, exactly.
   *
   * @throws IllegalArgumentException if an element is no whole number in the range of an {@code int}
   */
  public int[] toInts() {
    int[] values = new int[arrayLength()];
    load((position, offset) -> {
      long value = Elements.readLong(segment, dtype, offset);
      values[position] = (int) value;
      if (values[position] != value) {
        throw new IllegalArgumentException("an int cannot hold " + value + ", an element of " + type());
      }
    });
    return values;
  }

  private int arrayLength() {
    if (shape.elements() > ARRAY_LIMIT) {
      throw new IllegalStateException(type() + " has more elements than an array can hold");
    }
    return (int) shape.elements();
  }

  private interface Load {
    void element(int position, long byteOffset);
  }

  private void load(Load sink) {
    arena.checkOpen();
    int position = 0;
    for (var rows = new Rows(shape, strides); rows.hasRow(); rows.advance()) {
      for (long i = 0, at = rows.offset(); i < rows.length(); i++, at += rows.stride()) {
        sink.element(position++, at * dtype.bytes());
      }
    }
  }

  private String type() {
    return dtype.label() + shape;
  }

  /** For instance {@code f32[2, 3] {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}}, with the first few values only. */
  @Override
  public String toString() {
    var values = new StringJoiner(", ", type() + " {", "}");
    if (arena.isClosed()) {
      return values.add("closed").toString();
    }
    int shown = 0;
    for (var rows = new Rows(shape, strides); rows.hasRow() && shown < VALUES_SHOWN; rows.advance()) {
      for (long i = 0, at = rows.offset(); i < rows.length() && shown < VALUES_SHOWN; i++, at += rows.stride()) {
        long offset = at * dtype.bytes();
        values.add(dtype.isFloat() ? Double.toString(Elements.read(segment, dtype, offset))
            : Long.toString(Elements.readLong(segment, dtype, offset)));
        shown++;
      }
    }
    return (shape.elements() > shown ? values.add("…") : values).toString();
  }
}
