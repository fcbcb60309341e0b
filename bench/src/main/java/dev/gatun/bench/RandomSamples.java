package dev.gatun.bench;

import dev.gatun.graph.Dataset;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * Random samples x in classes, to time training with. They come in their own order, whatever order is asked for, so
 * that a rival sees the same batches.
 */
public final class RandomSamples implements Dataset {
  private final Shape shape;
  private final int numbers;
  private final float[] samples;
  private final int[] labels;

  /** So many samples of a shape; depends on the arguments alone. */
  RandomSamples(Shape shape, int count) {
    this.shape = shape;
    numbers = Math.toIntExact(shape.elements());
    samples = Numbers.signed(count * numbers, 1);
    labels = new Random(2).ints(count, 0, Network.CLASSES).toArray();
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public Map<String, TensorType> fields() {
    return Map.of("x", new TensorType(DType.F32, shape), "label", TensorType.of(DType.I32));
  }

  @Override
  public void copy(String field, int[] rows, int from, int count, Tensor into) {
    if (field.equals("label")) {
      MemorySegment.copy(labels, from, into.segment(), ValueLayout.JAVA_INT, 0, count);
    } else {
      MemorySegment.copy(samples, from * numbers, into.segment(), ValueLayout.JAVA_FLOAT, 0, count * numbers);
    }
  }

  /** The numbers of some samples, row-major. */
  public float[] samples(int from, int count) {
    return Arrays.copyOfRange(samples, from * numbers, (from + count) * numbers);
  }

  /** The classes of some samples. */
  public int[] labels(int from, int count) {
    return Arrays.copyOfRange(labels, from, from + count);
  }
}
