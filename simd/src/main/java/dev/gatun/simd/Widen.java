package dev.gatun.simd;

import dev.gatun.memory.DType;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies of rectangles of a matrix of f16, bf16, i8 or u8 into dense panels of f32, which holds all their numbers
 * exactly. Strides are in bytes, addresses absolute.
 */
final class Widen {
  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = WIDE.length();
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class,
      VectorShape.forBitSize(Math.max(64, LANES * Short.SIZE)));
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class,
      VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private Widen() {
  }

  /**
   * Copies {@code rows} x {@code columns} elements; the columns of the target lie side by side.
   *
   * @param from what the source holds; if that is {@code to}, any of 4 or 8 bytes, else {@code to} is f32
   * @param row between rows of the source
   * @param column between columns of the source
   * @param targetRow between rows of the target
   */
  static void copy(DType from, DType to, long source, long row, long column, long target, long targetRow, int rows,
      int columns) {
    if (from == to) {
      Pack.copy(from, source, row, column, target, targetRow, rows, columns);
      return;
    }
    boolean along = column == from.bytes();
    for (int i = 0; i < rows; i++) {
      long line = source + i * row;
      int done = along ? vectors(from, line, target + i * targetRow, columns) : 0;
      elements(from, line, column, target + i * targetRow, done, columns);
    }
  }

  /** Copies elements that lie side by side, as many as fill vectors, and says how many those are. */
  private static int vectors(DType from, long source, long target, int count) {
    return switch (from) {
      case F16 -> halves(source, target, count);
      case BF16 -> brains(source, target, count);
      case I8 -> signed(source, target, count);
      case U8 -> unsigned(source, target, count);
      default -> throw new IllegalArgumentException(from + " is not stored in fewer bits than f32");
    };
  }

  /**
   * As a binary32 whose exponent is too small by 112, which a multiplication makes good, of subnormal numbers too;
   * infinities and NaN have an exponent of their own.
   */
  private static int halves(long source, long target, int count) {
    int at = 0;
    for (; at <= count - SHORTS.length(); at += LANES) {
      var bits = ShortVector.fromMemorySegment(SHORTS, Raw.ALL, source + 2L * at, Raw.ORDER)
          .convertShape(VectorOperators.ZERO_EXTEND_S2I, WORDS, 0).reinterpretAsInts();
      var size = bits.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
      var finite = size.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
      finite.blend(size.or(0x7f800000), size.compare(VectorOperators.GE, 0x7c00 << 13))
          .or(bits.and(0x8000).lanewise(VectorOperators.LSHL, 16))
          .intoMemorySegment(Raw.ALL, target + 4L * at, Raw.ORDER);
    }
    return at;
  }

  private static int brains(long source, long target, int count) {
    int at = 0;
    for (; at <= count - SHORTS.length(); at += LANES) {
      ShortVector.fromMemorySegment(SHORTS, Raw.ALL, source + 2L * at, Raw.ORDER)
          .convertShape(VectorOperators.ZERO_EXTEND_S2I, WORDS, 0).reinterpretAsInts()
          .lanewise(VectorOperators.LSHL, 16).intoMemorySegment(Raw.ALL, target + 4L * at, Raw.ORDER);
    }
    return at;
  }

  private static int signed(long source, long target, int count) {
    int at = 0;
    for (; at <= count - BYTES.length(); at += LANES) {
      ByteVector.fromMemorySegment(BYTES, Raw.ALL, source + at, Raw.ORDER)
          .convertShape(VectorOperators.B2I, WORDS, 0).convertShape(VectorOperators.I2F, WIDE, 0)
          .reinterpretAsFloats().intoMemorySegment(Raw.ALL, target + 4L * at, Raw.ORDER);
    }
    return at;
  }

  private static int unsigned(long source, long target, int count) {
    int at = 0;
    for (; at <= count - BYTES.length(); at += LANES) {
      ByteVector.fromMemorySegment(BYTES, Raw.ALL, source + at, Raw.ORDER)
          .convertShape(VectorOperators.ZERO_EXTEND_B2I, WORDS, 0).convertShape(VectorOperators.I2F, WIDE, 0)
          .reinterpretAsFloats().intoMemorySegment(Raw.ALL, target + 4L * at, Raw.ORDER);
    }
    return at;
  }

  private static void elements(DType from, long source, long column, long target, int first, int end) {
    switch (from) {
      case F16 -> {
        for (int i = first; i < end; i++) {
          put(target, i, Float.float16ToFloat(Raw.ALL.get(Raw.I16, source + i * column)));
        }
      }
      case BF16 -> {
        for (int i = first; i < end; i++) {
          put(target, i, Float.intBitsToFloat(Raw.ALL.get(Raw.I16, source + i * column) << 16));
        }
      }
      case I8 -> {
        for (int i = first; i < end; i++) {
          put(target, i, Raw.ALL.get(Raw.I8, source + i * column));
        }
      }
      case U8 -> {
        for (int i = first; i < end; i++) {
          put(target, i, Raw.ALL.get(Raw.I8, source + i * column) & 0xff);
        }
      }
      default -> throw new IllegalArgumentException(from + " is not stored in fewer bits than f32");
    }
  }

  private static void put(long target, int index, float value) {
    Raw.ALL.set(Raw.F32, target + 4L * index, value);
  }
}
