package dev.gatun.bench;

import dev.gatun.graph.Dataset;
import dev.gatun.memory.DType;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Random;

/**
 * Random pictures of 28 × 28 in ten classes, to time training with. They come in their own order, whatever order is
 * asked for, so that a rival sees the same batches.
 */
public final class RandomImages implements Dataset {
  /** Pixels of a picture. */
  public static final int PIXELS = 28 * 28;

  private final float[] images;
  private final int[] labels;

  /** So many pictures; depends on the arguments alone. */
  public RandomImages(int count, long seed) {
    images = Numbers.signed(count * PIXELS, seed);
    labels = new Random(seed + 1).ints(count, 0, 10).toArray();
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public Map<String, TensorType> fields() {
    return Map.of("image", TensorType.of(DType.F32, 1, 28, 28), "label", TensorType.of(DType.I32));
  }

  @Override
  public void copy(String field, int[] rows, int from, int count, Tensor into) {
    if (field.equals("label")) {
      MemorySegment.copy(labels, from, into.segment(), ValueLayout.JAVA_INT, 0, count);
    } else {
      MemorySegment.copy(images, from * PIXELS, into.segment(), ValueLayout.JAVA_FLOAT, 0, count * PIXELS);
    }
  }

  /** The pixels of some pictures, row-major. */
  public float[] images(int from, int count) {
    return java.util.Arrays.copyOfRange(images, from * PIXELS, (from + count) * PIXELS);
  }

  /** The classes of some pictures. */
  public int[] labels(int from, int count) {
    return java.util.Arrays.copyOfRange(labels, from, from + count);
  }
}
