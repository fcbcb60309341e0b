package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ShapeTest {
  @Test
  void knowsItsElementsAndStrides() {
    var shape = Shape.of(2, 3, 4);
    assertEquals(3, shape.rank());
    assertEquals(24, shape.elements());
    assertArrayEquals(new long[] {12, 4, 1}, shape.rowMajorStrides());
    assertEquals("[2, 3, 4]", shape.toString());
    assertEquals(shape, Shape.of(2, 3, 4));
    assertEquals(shape.hashCode(), Shape.of(2, 3, 4).hashCode());
    assertNotEquals(shape, Shape.of(2, 12));
  }

  @Test
  void scalarHasOneElementAndNoAxis() {
    assertEquals(Shape.SCALAR, Shape.of());
    assertEquals(1, Shape.SCALAR.elements());
    assertEquals("[]", Shape.SCALAR.toString());
    assertThrows(IllegalArgumentException.class, () -> Shape.SCALAR.size(0));
  }

  @Test
  void axesCountFromTheEndToo() {
    var shape = Shape.of(2, 3, 4);
    assertEquals(4, shape.size(-1));
    assertEquals(0, shape.axis(-3));
    var error = assertThrows(IllegalArgumentException.class, () -> shape.axis(3));
    assertEquals("shape [2, 3, 4] has 3 axes, there is no axis 3", error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> shape.axis(-4));
  }

  @Test
  void isIndependentOfTheArraysAroundIt() {
    long[] sizes = {2, 3};
    var shape = Shape.of(sizes);
    sizes[0] = 9;
    shape.sizes()[1] = 9;
    assertEquals(Shape.of(2, 3), shape);
  }

  @Test
  void refusesWhatCannotBeCounted() {
    assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -1));
    assertThrows(IllegalArgumentException.class, () -> Shape.of(1L << 32, 1L << 31));
    assertThrows(IllegalArgumentException.class, () -> Shape.of(0, 1L << 32, 1L << 31));
    assertThrows(IllegalArgumentException.class, () -> Shape.of(new long[Shape.MAX_RANK + 1]));
    assertEquals(0, Shape.of(0, 1L << 62).elements());
    assertEquals(Long.MAX_VALUE, Shape.of(Long.MAX_VALUE).elements());
  }

  @ParameterizedTest
  @EnumSource
  void dtypesAreFoundByLabel(DType dtype) {
    assertEquals(dtype, DType.of(dtype.label()));
    assertEquals(dtype.label(), dtype.toString());
  }

  @Test
  void unknownLabelIsAnsweredWithTheKnownOnes() {
    var error = assertThrows(IllegalArgumentException.class, () -> DType.of("float"));
    assertEquals("unknown dtype `float`, expected one of f32, f64, f16, bf16, i64, i32, i8, u8, bool",
        error.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "1536, 1.5 KiB", "1048575, 1.0 MiB", "-2048, -2.0 KiB",
      "12884901888, 12.0 GiB", "9223372036854775807, 8.0 EiB"})
  void bytesAreReadable(long bytes, String text) {
    assertEquals(text, Bytes.text(bytes));
  }
}
