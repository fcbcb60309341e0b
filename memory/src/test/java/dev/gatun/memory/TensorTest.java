package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  private final TensorArena arena = TensorArena.root("test", 1 << 20);

  @AfterEach
  void close() {
    arena.close();
  }

  private Tensor counting(DType dtype, long... sizes) {
    var tensor = arena.allocate(dtype, Shape.of(sizes));
    int[] values = new int[(int) tensor.shape().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    tensor.setInts(values);
    return tensor;
  }

  private static String refusal(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  @ParameterizedTest
  @EnumSource
  void everyDtypeIsReadAndWritten(DType dtype) {
    var tensor = arena.allocate(dtype, Shape.of(2, 2));
    assertEquals(0, tensor.get(1, 1));
    tensor.set(1, 1, 0);
    tensor.setLong(1, 0, 1);
    assertArrayEquals(new int[] {0, 1, 1, 0}, tensor.toInts());
    assertEquals(1, tensor.getLong(0, 1));
    tensor.fill(1);
    assertArrayEquals(new float[] {1, 1, 1, 1}, tensor.toFloats());
    tensor.transpose(1, 0).setDoubles(0, 1, 0, 1);
    assertArrayEquals(new double[] {0, 0, 1, 1}, tensor.toDoubles());
  }

  @Test
  void addressIsThatOfElementZero() {
    var tensor = counting(DType.F32, 4, 6);
    assertEquals(0, tensor.address() % TensorArena.ALIGNMENT);
    assertEquals(96, tensor.segment().byteSize());
    var view = tensor.slice(0, 1, 2).slice(1, 2, 3);
    assertEquals(tensor.address() + 4 * (6 + 2), view.address());
    assertEquals(4 * (6 + 3), view.segment().byteSize());
    assertFalse(view.isContiguous());
    assertTrue(tensor.slice(0, 1, 2).isContiguous());
  }

  @Test
  void emptyTensorsWork() {
    var tensor = arena.allocate(DType.F32, Shape.of(3, 0));
    tensor.fill(1);
    tensor.setFloats();
    assertEquals(0, tensor.toFloats().length);
    assertTrue(tensor.transpose(1, 0).isContiguous());
    assertEquals(Shape.of(0), tensor.reshape(Shape.of(0)).shape());
    assertEquals(0, tensor.slice(0, 3, 0).shape().elements());
    assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(0, 0));
    arena.allocate(DType.F32, Shape.of(0, 3)).copyFrom(tensor.transpose(-1, 0));
  }

  @Test
  void scalarWorks() {
    var tensor = arena.allocate(DType.F64, Shape.SCALAR);
    tensor.set(2.5);
    assertEquals(2.5, tensor.get());
    assertArrayEquals(new double[] {2.5, 2.5, 2.5}, tensor.broadcastTo(Shape.of(3)).toDoubles());
    assertEquals("f64[] {2.5}", tensor.toString());
  }

  @Test
  void copyRefusesWhatIsNotTheSame() {
    var tensor = counting(DType.F32, 2, 2);
    assertEquals("copyFrom: needs f32[2, 2], got f64[2, 2]", refusal(() -> tensor.copyFrom(counting(DType.F64, 2, 2))));
    assertEquals("copyFrom: needs f32[2, 2], got f32[4]", refusal(() -> tensor.copyFrom(counting(DType.F32, 4))));
    assertEquals("copyFrom: source and target overlap, got f32[2, 2] with strides [2, 1] and [1, 2]",
        refusal(() -> tensor.copyFrom(tensor.transpose(1, 0))));
    var line = counting(DType.F32, 5);
    line.slice(0, 1, 4).copyFrom(line.slice(0, 0, 4));
    assertArrayEquals(new float[] {0, 0, 1, 2, 3}, line.toFloats());
  }

  @Test
  void broadcastViewIsReadOnly() {
    var view = counting(DType.F32, 1, 2).broadcastTo(Shape.of(3, 2));
    var error = assertThrows(IllegalStateException.class, () -> view.set(1, 0, 0));
    assertEquals("a broadcast view cannot be written to, got f32[3, 2] with strides [0, 1]", error.getMessage());
    assertThrows(IllegalStateException.class, () -> view.fill(1));
    assertThrows(IllegalStateException.class, () -> view.copyFrom(counting(DType.F32, 3, 2)));
  }

  @Test
  void wrongViewsAreExplained() {
    var tensor = counting(DType.F32, 2, 3);
    assertEquals("reshape([4]): the number of elements must stay, got f32[2, 3]",
        refusal(() -> tensor.reshape(Shape.of(4))));
    assertEquals("reshape([6]): needs a contiguous tensor, got f32[3, 2] with strides [1, 3]",
        refusal(() -> tensor.transpose(1, 0).reshape(Shape.of(6))));
    assertEquals("transpose([0, 0]): must name each axis once, got f32[2, 3]", refusal(() -> tensor.transpose(0, 0)));
    assertEquals("transpose([0]): must name each axis once, got f32[2, 3]", refusal(() -> tensor.transpose(0)));
    assertEquals("slice(axis=-1, start=2, length=2): outside of axis 1, got f32[2, 3]",
        refusal(() -> tensor.slice(-1, 2, 2)));
    assertThrows(IllegalArgumentException.class, () -> tensor.slice(0, Long.MAX_VALUE, Long.MAX_VALUE));
    assertEquals("broadcastTo([3]): trailing axes must be equal or 1, got f32[2, 3]",
        refusal(() -> tensor.broadcastTo(Shape.of(3))));
    assertThrows(IllegalArgumentException.class, () -> tensor.broadcastTo(Shape.of(4, 3)));
    var outside = assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(0, 3));
    assertEquals("index [0, 3] is outside of f32[2, 3]", outside.getMessage());
    assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(0));
    assertEquals("f32[2, 3] has 6 elements, got 2 values", refusal(() -> tensor.setFloats(1, 2)));
  }

  @Test
  void textShowsTypeAndFirstValues() {
    assertEquals("i32[2, 2] {0, 1, 2, 3}", counting(DType.I32, 2, 2).toString());
    assertEquals("u8[3, 4] {0, 1, 2, 3, 4, 5, 6, 7, …}", counting(DType.U8, 3, 4).toString());
    var own = TensorArena.root("own", 64);
    var tensor = own.allocate(DType.F32, Shape.of(2));
    own.close();
    assertEquals("f32[2] {closed}", tensor.toString());
  }

  @Test
  void intsAreExact() {
    var tensor = arena.allocate(DType.I64, Shape.of(1));
    tensor.setLong(1L << 40, 0);
    assertEquals("an int cannot hold 1099511627776, an element of i64[1]", refusal(tensor::toInts));
  }

  @Test
  void buffersOfASlabAreTensors() {
    var slab = arena.allocateBytes(256);
    var tensor = arena.tensor(slab.asSlice(64), DType.F32, Shape.of(2, 3));
    tensor.fill(7);
    assertEquals(slab.address() + 64, tensor.address());
    assertEquals(24, tensor.segment().byteSize());
    assertEquals("f32[100] does not fit a segment of 256 bytes",
        refusal(() -> arena.tensor(slab, DType.F32, Shape.of(100))));
    assertTrue(refusal(() -> arena.tensor(slab.asSlice(2), DType.F32, Shape.of(1))).startsWith("f32[1] cannot start at"));
    try (var other = arena.child("other")) {
      assertEquals("the segment was not allocated by arena `other`",
          refusal(() -> other.tensor(slab, DType.F32, Shape.of(1))));
    }
  }
}
