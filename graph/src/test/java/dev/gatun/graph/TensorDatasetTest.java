package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.TensorType;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Samples that lie in tensors. */
class TensorDatasetTest {
  private final TensorArena arena = TensorArena.root("test", 1 << 20);

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void samplesAreRows() {
    var image = arena.allocate(DType.F32, Shape.of(3, 2));
    var label = arena.allocate(DType.I32, Shape.of(3));
    image.setFloats(1, 2, 3, 4, 5, 6);
    label.setInts(7, 8, 9);
    var data = Dataset.of(Map.of("image", image, "label", label));
    assertEquals(3, data.size());
    assertEquals(Map.of("image", TensorType.of(DType.F32, 2), "label", TensorType.of(DType.I32)), data.fields());
    var images = arena.allocate(DType.F32, Shape.of(2, 2));
    data.copy("image", new int[] {0, 2, 1}, 1, 2, images);
    assertArrayEquals(new float[] {5, 6, 3, 4}, images.toFloats());
    var labels = arena.allocate(DType.I32, Shape.of(2));
    data.copy("label", new int[] {2, 0}, 0, 2, labels);
    assertArrayEquals(new double[] {9, 7}, labels.toDoubles());
  }

  @Test
  void tensorsThatDoNotFit() {
    var three = arena.allocate(DType.F32, Shape.of(3, 2));
    var four = arena.allocate(DType.F32, Shape.of(4));
    refused(Map.of(), "a data set needs at least one field");
    refused(Map.of("x", arena.allocate(DType.F32, Shape.SCALAR)),
        "field x wants a contiguous tensor with an axis of samples, got f32[]");
    refused(Map.of("x", three.transpose(1, 0)),
        "field x wants a contiguous tensor with an axis of samples, got f32[2, 3]");
    var fields = new TreeMap<>(Map.of("a", three, "b", four));
    refused(fields, "field b has 4 samples, a has 3");
  }

  private static void refused(Map<String, Tensor> fields, String message) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, () -> Dataset.of(fields)).getMessage());
  }

  @Test
  void samplesOutOfRange() {
    var data = Dataset.of(Map.of("x", arena.allocate(DType.F32, Shape.of(3))));
    var into = arena.allocate(DType.F32, Shape.of(2));
    assertThrows(IndexOutOfBoundsException.class, () -> data.copy("x", new int[] {3}, 0, 1, into));
    assertThrows(IndexOutOfBoundsException.class, () -> data.copy("x", new int[] {-1}, 0, 1, into));
    assertThrows(IndexOutOfBoundsException.class, () -> data.copy("x", new int[3], 0, 3, into));
    assertThrows(IllegalArgumentException.class, () -> data.copy("y", new int[1], 0, 1, into));
  }
}
