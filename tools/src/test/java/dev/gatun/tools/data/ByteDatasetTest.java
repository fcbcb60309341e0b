package dev.gatun.tools.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

class ByteDatasetTest {
  private static ByteDataset threeSamples() {
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("image", ByteDataset.Field.scaled(new byte[] {0, 1, 2, 3, (byte) 254, (byte) 255}, 255, 2));
    fields.put("label", ByteDataset.Field.numbers(new byte[] {7, 0, (byte) 200}));
    return new ByteDataset(fields);
  }

  @Test
  void copiesChosenSamplesInTheirOrder() {
    var data = threeSamples();
    assertEquals(3, data.size());
    assertEquals("{image=f32[2], label=i32[]}", data.fields().toString());
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var images = arena.allocate(DType.F32, Shape.of(2, 2));
      var labels = arena.allocate(DType.I32, Shape.of(2));
      int[] rows = {9, 2, 0, 9};
      data.copy("image", rows, 1, 2, images);
      data.copy("label", rows, 1, 2, labels);
      assertArrayEquals(new float[] {254f / 255, 1, 0, 1f / 255}, images.toFloats());
      assertArrayEquals(new int[] {200, 7}, labels.toInts());
    }
  }

  @Test
  void windowsOverlapByTheirStep() {
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("token", ByteDataset.Field.windows(new byte[] {1, 2, 3, 4, 5, 6, 7}, 3, 2));
    var data = new ByteDataset(fields);
    assertEquals(3, data.size());
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var tokens = arena.allocate(DType.I32, Shape.of(3, 3));
      data.copy("token", new int[] {0, 1, 2}, 0, 3, tokens);
      assertArrayEquals(new int[] {1, 2, 3, 3, 4, 5, 5, 6, 7}, tokens.toInts());
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    var data = threeSamples();
    int[] rows = {0, 3, -1};
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var one = arena.allocate(DType.F32, Shape.of(1, 2));
      var wide = arena.allocate(DType.F32, Shape.of(1, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> data.copy("image", rows, 1, 1, one));
      assertThrows(IndexOutOfBoundsException.class, () -> data.copy("image", rows, 2, 1, one));
      var type = assertThrows(IllegalArgumentException.class, () -> data.copy("image", rows, 0, 1, wide));
      assertEquals("field image is f32[2] a sample; a contiguous batch of 1 is wanted, got f32[1, 3]",
          type.getMessage());
      var name = assertThrows(IllegalArgumentException.class, () -> data.copy("picture", rows, 0, 1, one));
      assertEquals("no field is called picture: there are [image, label]", name.getMessage());
    }
  }

  @Test
  void copyingAllocatesNothing() {
    var data = Digits.load().train();
    int[] rows = new int[64];
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var images = arena.allocate(DType.F32, Shape.of(64, 1, 8, 8));
      var labels = arena.allocate(DType.I32, Shape.of(64));
      for (int i = 0; i < 20_000; i++) {
        data.copy("image", rows, 0, 64, images);
        data.copy("label", rows, 0, 64, labels);
      }
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      long silent = threads.getCurrentThreadAllocatedBytes() - before;
      before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        data.copy("image", rows, 0, 64, images);
        data.copy("label", rows, 0, 64, labels);
      }
      assertEquals(silent, threads.getCurrentThreadAllocatedBytes() - before);
    }
  }
}
