package dev.gatun.ops;

/** The bfloat16 format: the upper half of an f32. */
final class Brain16 {
  private Brain16() {}

  /** The nearest bfloat16 value, ties to even; NaN stays NaN. */
  static float round(float value) {
    if (Float.isNaN(value)) {
      return value;
    }
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
  }
}
