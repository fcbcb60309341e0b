package dev.gatun.tools.data;

import dev.gatun.graph.Dataset;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Samples kept as bytes in memory. Immutable; copying allocates nothing. */
public final class ByteDataset implements Dataset {
  private static final int BYTE_VALUES = 256;

  /**
   * One field of all samples.
   *
   * @param values unsigned; the caller gives them away
   * @param type of one sample: f32 or i32
   * @param step how far the starts of two neighbouring samples lie apart
   * @param scale what each byte stands for in an f32 field; null for i32, where it is itself
   */
  public record Field(byte[] values, TensorType type, int step, float[] scale) {

    /** An f32 field in which a byte b stands for b / {@code largest}. */
    public static Field scaled(byte[] values, int largest, long... sizes) {
      float[] scale = new float[BYTE_VALUES];
      for (int b = 0; b < BYTE_VALUES; b++) {
        scale[b] = (float) b / largest;
      }
      var shape = Shape.of(sizes);
      return new Field(values, new TensorType(DType.F32, shape), (int) shape.elements(), scale);
    }

    /** An i32 field. */
    public static Field numbers(byte[] values, long... sizes) {
      var shape = Shape.of(sizes);
      return new Field(values, new TensorType(DType.I32, shape), (int) shape.elements(), null);
    }

    /** An i32 field of windows, which overlap where {@code step} is less than {@code length}. */
    public static Field windows(byte[] values, int length, int step) {
      return new Field(values, new TensorType(DType.I32, Shape.of(length)), step, null);
    }

    private int length() {
      return (int) type.shape().elements();
    }

    private int samples() {
      return values.length < length() ? 0 : (values.length - length()) / step + 1;
    }
  }

  private final int size;
  private final Map<String, Field> fields;
  private final Map<String, TensorType> types;

  /**
   * @param fields at least one, all with the same number of samples
   * @throws IllegalArgumentException if the numbers differ
   */
  public ByteDataset(SequencedMap<String, Field> fields) {
    this.fields = new LinkedHashMap<>(fields);
    this.size = fields.firstEntry().getValue().samples();
    var declared = new LinkedHashMap<String, TensorType>();
    fields.forEach((name, field) -> {
      if (field.samples() != size) {
        throw new IllegalArgumentException("field " + name + " has " + field.samples() + " samples, "
            + fields.firstEntry().getKey() + " has " + size);
      }
      declared.put(name, field.type());
    });
    this.types = Collections.unmodifiableMap(declared);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Map<String, TensorType> fields() {
    return types;
  }

  /**
   * As the interface says.
   *
   * @throws IllegalArgumentException if there is no such field, or the batch is not of its type
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  @Override
  public void copy(String name, int[] rows, int from, int count, Tensor into) {
    var field = fields.get(name);
    if (field == null) {
      throw new IllegalArgumentException("no field is called " + name + ": there are " + types.keySet());
    }
    checkBatch(name, field, count, into);
    var target = into.segment();
    int length = field.length();
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      if (row < 0 || row >= size) {
        throw new IndexOutOfBoundsException("sample " + row + " of " + size);
      }
      long to = 4L * length * i;
      if (field.scale() == null) {
        copyNumbers(field.values(), row * field.step(), length, target, to);
      } else {
        copyScaled(field.values(), row * field.step(), length, field.scale(), target, to);
      }
    }
  }

  private static void copyScaled(byte[] values, int at, int length, float[] scale, MemorySegment target, long to) {
    for (int i = 0; i < length; i++) {
      target.set(ValueLayout.JAVA_FLOAT, to + 4L * i, scale[values[at + i] & 0xFF]);
    }
  }

  private static void copyNumbers(byte[] values, int at, int length, MemorySegment target, long to) {
    for (int i = 0; i < length; i++) {
      target.set(ValueLayout.JAVA_INT, to + 4L * i, values[at + i] & 0xFF);
    }
  }

  private static void checkBatch(String name, Field field, int count, Tensor into) {
    var sample = field.type().shape();
    var batch = into.shape();
    boolean fits = into.dtype() == field.type().dtype() && batch.rank() == sample.rank() + 1
        && batch.size(0) == count && into.isContiguous();
    for (int axis = 0; fits && axis < sample.rank(); axis++) {
      fits = batch.size(axis + 1) == sample.size(axis);
    }
    if (!fits) {
      throw new IllegalArgumentException("field " + name + " is " + field.type() + " a sample; a contiguous batch of "
          + count + " is wanted, got " + new TensorType(into.dtype(), batch));
    }
  }
}
