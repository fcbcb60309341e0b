package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Random;

/** Small pictures of three classes, easy to tell apart: each class is bright in every third column. */
record Clouds(float[][] images, int[] labels) implements Dataset {
  private static final int PIXELS = 36;

  static Clouds draw(int count, long seed) {
    var random = new Random(seed);
    var images = new float[count][PIXELS];
    var labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = random.nextInt(3);
      for (int j = 0; j < PIXELS; j++) {
        images[i][j] = (float) (0.3 * random.nextGaussian() + (j % 3 == labels[i] ? 1 : 0));
      }
    }
    return new Clouds(images, labels);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public Map<String, TensorType> fields() {
    return Map.of("image", TensorType.of(DType.F32, 1, 6, 6), "label", TensorType.of(DType.I32));
  }

  @Override
  public void copy(String field, int[] rows, int from, int count, Tensor into) {
    for (int i = 0; i < count; i++) {
      if (field.equals("label")) {
        into.segment().setAtIndex(ValueLayout.JAVA_INT, i, labels[rows[from + i]]);
      } else {
        for (int j = 0; j < PIXELS; j++) {
          into.segment().setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * PIXELS + j, images[rows[from + i]][j]);
        }
      }
    }
  }
}
