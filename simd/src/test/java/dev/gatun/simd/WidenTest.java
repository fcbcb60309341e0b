package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import java.lang.foreign.Arena;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Every number of every small dtype becomes the f32 that it is, in vectors and one by one. */
class WidenTest {
  @Test
  void everyNumberOfSixteenBits() {
    everyNumber(DType.F16, 1 << 16, bits -> Float.float16ToFloat((short) bits));
    everyNumber(DType.BF16, 1 << 16, bits -> Float.intBitsToFloat(bits << 16));
  }

  @Test
  void everyNumberOfEightBits() {
    everyNumber(DType.I8, 1 << 8, bits -> (byte) bits);
    everyNumber(DType.U8, 1 << 8, bits -> bits);
  }

  /** In one row, and in a column of two rows that no vector reads. */
  private static void everyNumber(DType dtype, int count, IntToDoubleFunction expected) {
    int size = dtype.bytes();
    try (var arena = Arena.ofConfined()) {
      var source = arena.allocate((long) count * size, 64);
      for (int bits = 0; bits < count; bits++) {
        if (size == 2) {
          source.set(Raw.I16, 2L * bits, (short) bits);
        } else {
          source.set(Raw.I8, bits, (byte) bits);
        }
      }
      var row = arena.allocate(4L * count, 64);
      Widen.copy(dtype, DType.F32, source.address(), 0, size, row.address(), 0, 1, count);
      var columns = arena.allocate(4L * count, 64);
      Widen.copy(dtype, DType.F32, source.address(), size, 2L * size, columns.address(), 2L * count, 2, count / 2);
      for (int bits = 0; bits < count; bits++) {
        float number = (float) expected.applyAsDouble(bits);
        assertEquals(number, row.getAtIndex(Raw.F32, bits), dtype + " of bits " + bits);
        assertEquals(number, columns.getAtIndex(Raw.F32, bits % 2 * (count / 2) + bits / 2),
            dtype + " of bits " + bits);
      }
    }
  }
}
