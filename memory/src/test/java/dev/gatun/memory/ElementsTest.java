package dev.gatun.memory;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ElementsTest {
  private final MemorySegment cell = MemorySegment.ofArray(new long[1]);

  private double stored(DType dtype, double value) {
    Elements.write(cell, dtype, 0, value);
    return Elements.read(cell, dtype, 0);
  }

  private double storedLong(DType dtype, long value) {
    Elements.writeLong(cell, dtype, 0, value);
    return Elements.read(cell, dtype, 0);
  }

  private int bits() {
    return Short.toUnsignedInt(cell.get(JAVA_SHORT, 0));
  }

  private double ofBits(DType dtype, int bits) {
    cell.set(JAVA_SHORT, 0, (short) bits);
    return Elements.read(cell, dtype, 0);
  }

  /** Compares with exact distances to both neighbours. */
  private void assertNearestEven(DType dtype, double value) {
    double got = stored(dtype, value);
    int bits = bits();
    if (Double.isInfinite(got)) {
      int largest = dtype == DType.F16 ? 0x7BFF : 0x7F7F;
      double last = ofBits(dtype, largest);
      double step = last - ofBits(dtype, largest - 1);
      assertTrue(Math.abs(value) >= last + step / 2, () -> dtype + " made " + value + " infinite");
      return;
    }
    var exact = new BigDecimal(value);
    var error = exact.subtract(new BigDecimal(got)).abs();
    for (int neighbour : new int[] {bits - 1, bits + 1}) {
      double other = ofBits(dtype, neighbour & 0xFFFF);
      if ((bits & 0x7FFF) == 0 || Double.isNaN(other) || Double.isInfinite(other)) {
        continue;
      }
      int order = error.compareTo(exact.subtract(new BigDecimal(other)).abs());
      assertTrue(order < 0 || order == 0 && (bits & 1) == 0,
          () -> dtype + " stored " + value + " as " + got + ", nearer or even: " + other);
    }
  }

  @Property
  void sixteenBitFloatsRoundOnceToNearestEven(@ForAll short bits, @ForAll int nudge, @ForAll boolean brain) {
    var dtype = brain ? DType.BF16 : DType.F16;
    double low = ofBits(dtype, bits);
    double high = ofBits(dtype, bits + 1 & 0xFFFF);
    if (Double.isFinite(low) && Double.isFinite(high) && Math.signum(low) == Math.signum(high)) {
      double tie = (low + high) / 2;
      assertNearestEven(dtype, tie);
      assertNearestEven(dtype, Math.nextUp(tie));
      assertNearestEven(dtype, Math.nextDown(tie));
      assertNearestEven(dtype, tie + (high - low) * nudge / 0x1p32);
    }
  }

  @Property
  void everySixteenBitPatternSurvives(@ForAll short bits) {
    for (var dtype : new DType[] {DType.F16, DType.BF16}) {
      double value = ofBits(dtype, bits & 0xFFFF);
      double again = stored(dtype, value);
      assertEquals(value, again);
      if (!Double.isNaN(value)) {
        assertEquals(bits & 0xFFFF, bits());
      }
    }
  }

  @Property
  void doublesRoundToFloatOfAnyMagnitude(@ForAll double value) {
    assertEquals((float) value, stored(DType.F32, value));
    assertEquals(value, stored(DType.F64, value));
    assertNearestEven(DType.BF16, value);
    assertNearestEven(DType.F16, value);
  }

  @Property
  void longsRoundAsTheirExactValueDoes(@ForAll long value) {
    assertEquals((float) value, storedLong(DType.F32, value));
    assertEquals((double) value, storedLong(DType.F64, value));
    double brain = storedLong(DType.BF16, value);
    var error = new BigDecimal(value).subtract(new BigDecimal(brain)).abs();
    int bits = bits();
    int[] neighbours = value == 0 ? new int[0] : new int[] {bits - 1, bits + 1};
    for (int neighbour : neighbours) {
      var other = new BigDecimal(value).subtract(new BigDecimal(ofBits(DType.BF16, neighbour))).abs();
      assertTrue(error.compareTo(other) <= 0);
    }
  }

  @Example
  void longBesideATieOfBrainFloatIsNotRoundedTwice() {
    long tie = (1L << 62) + (1L << 54);
    assertEquals(0x1p62, storedLong(DType.BF16, tie));
    assertEquals(0x1p62 + 0x1p55, storedLong(DType.BF16, tie + 1));
    assertEquals(-0x1p63, storedLong(DType.BF16, Long.MIN_VALUE));
  }

  @Example
  void wholeNumbersAreNeverRounded() {
    assertEquals(255, stored(DType.U8, 255));
    assertEquals(-128, stored(DType.I8, -128));
    assertEquals(1, stored(DType.BOOL, 1));
    assertEquals(-0x1p63, stored(DType.I64, -0x1p63));
    assertEquals("u8 cannot hold -1", refusal(DType.U8, -1));
    assertEquals("i8 cannot hold 128", refusal(DType.I8, 128));
    assertEquals("bool cannot hold 2", refusal(DType.BOOL, 2));
    assertEquals("i32 cannot hold 2147483648", refusal(DType.I32, 0x1p31));
    assertEquals("i32 cannot hold 0.5", refusal(DType.I32, 0.5));
    assertEquals("i64 cannot hold 9.223372036854776E18", refusal(DType.I64, 0x1p63));
    assertEquals("i64 cannot hold NaN", refusal(DType.I64, Double.NaN));
  }

  private String refusal(DType dtype, double value) {
    return assertThrows(IllegalArgumentException.class, () -> Elements.write(cell, dtype, 0, value)).getMessage();
  }

  @Property
  void longsSurviveExactly(@ForAll long value) {
    Elements.writeLong(cell, DType.I64, 0, value);
    assertEquals(value, Elements.readLong(cell, DType.I64, 0));
  }

  @Example
  void fractionIsNoLong() {
    Elements.write(cell, DType.F64, 0, 2.5);
    assertThrows(IllegalArgumentException.class, () -> Elements.readLong(cell, DType.F64, 0));
    Elements.write(cell, DType.F64, 0, 3);
    assertEquals(3, Elements.readLong(cell, DType.F64, 0));
  }
}
