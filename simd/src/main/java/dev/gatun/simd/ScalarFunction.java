package dev.gatun.simd;

import dev.gatun.ops.UnaryFn;

/**
 * Functions that run lane by lane: integer division, which no vector unit has, and functions of f64, which serve
 * gradient checks more than speed.
 */
enum ScalarFunction {
  FLOOR_DIVIDE, REMAINDER, POWER, SINE, COSINE, SINE_OF_LARGE, COSINE_OF_LARGE, ERROR_FUNCTION, COMPLEMENT;

  /** Below it an angle is brought into the first quadrant by three parts of π / 2, which vectors do. */
  static final double REDUCED = 0x1p48;

  private static final ScalarFunction[] ALL = values();

  static ScalarFunction of(long ordinal) {
    return ALL[(int) ordinal];
  }

  /** Whether nobody looks at what it makes of a number below {@link #REDUCED}. */
  boolean isForLarge() {
    return this == SINE_OF_LARGE || this == COSINE_OF_LARGE;
  }

  double apply(double x, double y) {
    return switch (this) {
      case POWER -> StrictMath.pow(x, y);
      case SINE -> StrictMath.sin(x);
      case COSINE -> StrictMath.cos(x);
      case SINE_OF_LARGE -> Math.abs(x) < REDUCED ? 0 : StrictMath.sin(x);
      case COSINE_OF_LARGE -> Math.abs(x) < REDUCED ? 0 : StrictMath.cos(x);
      case ERROR_FUNCTION -> UnaryFn.ERF.apply(x);
      case COMPLEMENT -> UnaryFn.ERFC.apply(x);
      case FLOOR_DIVIDE -> Math.floor(x / y);
      case REMAINDER -> x - y * Math.floor(x / y);
    };
  }

  /** On integers, where division by zero gives 0 and leaves x as remainder. */
  long apply(long x, long y) {
    return switch (this) {
      case FLOOR_DIVIDE -> y == 0 ? 0 : Math.floorDiv(x, y);
      case REMAINDER -> y == 0 ? x : Math.floorMod(x, y);
      default -> throw new IllegalStateException(this + " of integers");
    };
  }
}
