package dev.gatun.simd;

import dev.gatun.simd.Instruction.Op;

/** The two 16-bit float formats, between their bits (an i32 of which the low half counts) and f32. */
final class HalfFloats {
  /** Infinity's exponent field in binary16, and in binary32. */
  private static final int HALF_INFINITY = 0x7c00;
  private static final int INFINITY = 0x7f800000;
  /** Bits of 2^16, the first number beyond binary16, and of 2^−14, its smallest normal number. */
  private static final int HALF_LIMIT = 0x47800000;
  private static final int HALF_NORMAL = 0x38800000;

  private HalfFloats() {
  }

  private static int integer(Code code, int value) {
    return code.leaf(Op.CONSTANT, Lane.I32, value);
  }

  private static int and(Code code, int value, int mask) {
    return code.binary(Op.AND, value, integer(code, mask));
  }

  /** Moves the fields up, then multiplies by 2^112, the distance of the exponents: subnormals come out right. */
  static int decode(Code code, int half) {
    int fields = code.shift(Op.SHIFT_LEFT, and(code, half, 0x7fff), 13);
    int finite = code.bits(code.times(code.bits(fields, Lane.F32), 0x1p112), Lane.I32);
    int endless = code.binary(Op.OR, fields, integer(code, INFINITY));
    int isFinite = code.less(and(code, half, 0x7fff), integer(code, HALF_INFINITY));
    int sign = code.shift(Op.SHIFT_LEFT, and(code, half, 0x8000), 16);
    return code.bits(code.binary(Op.OR, sign, code.select(isFinite, finite, endless)), Lane.F32);
  }

  /** Rounds to nearest, ties to even. Adding ½ aligns a subnormal's last place with the low bit of the sum. */
  static int encode(Code code, int single) {
    int bits = code.bits(single, Lane.I32);
    int fields = and(code, bits, Integer.MAX_VALUE);
    int halfBits = Float.floatToRawIntBits(0.5f);
    int small = code.sub(code.bits(code.add(code.bits(fields, Lane.F32), code.constant(Lane.F32, 0.5)), Lane.I32),
        integer(code, halfBits));
    int odd = and(code, code.shift(Op.SHIFT_RIGHT_UNSIGNED, fields, 13), 1);
    int rounding = integer(code, ((15 - 127) << 23) + 0xfff);
    int normal = code.shift(Op.SHIFT_RIGHT_UNSIGNED, code.add(code.add(fields, rounding), odd), 13);
    int endless = code.select(code.less(integer(code, INFINITY), fields), integer(code, HALF_INFINITY | 0x200),
        integer(code, HALF_INFINITY));
    int magnitude = code.select(code.less(fields, integer(code, HALF_NORMAL)), small,
        code.select(code.less(fields, integer(code, HALF_LIMIT)), normal, endless));
    return code.binary(Op.OR, magnitude, code.shift(Op.SHIFT_RIGHT_UNSIGNED, and(code, bits, Integer.MIN_VALUE), 16));
  }

  /** The upper half, rounded to nearest, ties to even; a NaN stays one. */
  static int encodeBrain(Code code, int single) {
    int bits = code.bits(single, Lane.I32);
    int odd = and(code, code.shift(Op.SHIFT_RIGHT_UNSIGNED, bits, 16), 1);
    int rounded = code.add(code.add(bits, integer(code, 0x7fff)), odd);
    int quiet = code.binary(Op.OR, bits, integer(code, 0x400000));
    int isNumber = code.compare(Op.EQUAL, single, single);
    return code.shift(Op.SHIFT_RIGHT_UNSIGNED, code.select(isNumber, rounded, quiet), 16);
  }
}
