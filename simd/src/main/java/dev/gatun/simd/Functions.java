package dev.gatun.simd;

import dev.gatun.ops.UnaryFn;
import dev.gatun.simd.Instruction.Op;

/**
 * The functions of one number, written out in add, multiply, fused multiply-add, divide and bit operations, so that
 * their bits depend on nothing else. f32 functions whose speed matters less are computed in f64 and rounded: a vector
 * of doubles is half as wide, but the rounding is then the only error to speak of. Coefficients are minimax fits of our
 * own (Remez), the error of each fit stands beside it; measured errors stand in {@code docs/accuracy.md}.
 */
final class Functions {
  private static final double LOG2_E = 1.4426950408889634;
  /** ln 2 in two parts: the first has so few bits that n times it is exact for every exponent n. */
  private static final double LN2_HIGH_32 = 0x1.62e4p-1;
  private static final double LN2_LOW_32 = 0x1.7f7d1cf79abcap-20;
  private static final double LN2_HIGH_64 = 0x1.62e42feep-1;
  private static final double LN2_LOW_64 = 0x1.a39ef35793c76p-33;
  /** Adding 1.5 · 2^23 (2^52) to a small number rounds it to an integer, which then stands in the low bits. */
  private static final double ROUNDER_32 = 0x1.8p23;
  private static final double ROUNDER_64 = 0x1.8p52;

  private final Code code;

  Functions(Code code) {
    this.code = code;
  }

  int apply(UnaryFn fn, int x) {
    return switch (fn) {
      case NEG -> code.neg(x);
      case ABS -> code.abs(x);
      case NOT -> code.not(x);
      case SIGN -> code.select(code.less(code.like(x, 0), x), code.like(x, 1),
          code.select(code.below(x, 0), code.like(x, -1), x));
      case SQRT -> code.unary(Op.SQRT, x);
      case ROUND -> code.withSign(roundMagnitude(x), x);
      case FLOOR -> floor(x);
      case CEIL -> code.neg(floor(code.neg(x)));
      case EXP -> isDouble(x) ? exp64(x) : exp32(x);
      case EXPM1 -> isDouble(x) ? expm1(x) : inDouble(fn, x);
      case LOG -> isDouble(x) ? log64(x) : log32(x);
      case LOG1P -> isDouble(x) ? log1p(x) : inDouble(fn, x);
      case SIN -> isDouble(x) ? code.call(ScalarFunction.SINE, x, -1) : sine32(x, 0);
      case COS -> isDouble(x) ? code.call(ScalarFunction.COSINE, x, -1) : sine32(x, 1);
      case TANH -> isDouble(x) ? tanh64(x) : tanh32(x);
      case SIGMOID -> sigmoid(x);
      case ERF -> isDouble(x) ? code.call(ScalarFunction.ERROR_FUNCTION, x, -1) : erf32(x);
      case ERFC -> isDouble(x) ? code.call(ScalarFunction.COMPLEMENT, x, -1) : erfc32(x);
    };
  }

  private boolean isDouble(int x) {
    return code.lane(x) == Lane.F64;
  }

  private int inDouble(UnaryFn fn, int x) {
    return code.convert(apply(fn, code.convert(x, Lane.F64)), Lane.F32);
  }

  /** |x| to the nearest integer, halves to even: adding 2^23 (2^52) leaves no place for a fraction. */
  private int roundMagnitude(int x) {
    double large = isDouble(x) ? 0x1p52 : 0x1p23;
    int magnitude = code.abs(x);
    int rounded = code.sub(code.add(magnitude, code.like(x, large)), code.like(x, large));
    return code.select(code.below(magnitude, large), rounded, magnitude);
  }

  int floor(int x) {
    int rounded = code.withSign(roundMagnitude(x), x);
    int below = code.sub(rounded, code.like(x, 1));
    // Where one was subtracted the result is not zero; elsewhere the sign of zero stays.
    return code.select(code.less(x, rounded), below, rounded);
  }

  /** 2^n for the integer that {@code biased} holds, n within the exponents of normal numbers. */
  private int powerOfTwo(int n, Lane lane) {
    boolean single = lane == Lane.F32;
    int biased = code.add(n, code.like(n, single ? 127 : 1023));
    return code.bits(code.shift(Op.SHIFT_LEFT, biased, single ? 23 : 52), lane);
  }

  /** x · 2^n in two exact steps and one rounding, since 2^n alone may leave the range. */
  private int scale(int x, int n) {
    int half = code.shift(Op.SHIFT_RIGHT, n, 1);
    var lane = code.lane(x);
    return code.mul(code.mul(x, powerOfTwo(half, lane)), powerOfTwo(code.sub(n, half), lane));
  }

  private int clamp(int x, double low, double high) {
    return code.binary(Op.MIN, code.binary(Op.MAX, x, code.like(x, low)), code.like(x, high));
  }

  /** x = n ln 2 + r: n as an integer and as a float, and r. */
  private record Reduced(int integer, int number, int rest) {}

  private Reduced reduce(int x) {
    boolean single = !isDouble(x);
    double rounder = single ? ROUNDER_32 : ROUNDER_64;
    int shifted = code.fmaTimes(x, LOG2_E, code.like(x, rounder));
    int n = code.sub(shifted, code.like(x, rounder));
    int rest = code.fmaTimes(n, -(single ? LN2_HIGH_32 : LN2_HIGH_64), x);
    rest = code.fmaTimes(n, -(single ? LN2_LOW_32 : LN2_LOW_64), rest);
    var lane = single ? Lane.I32 : Lane.I64;
    int bits = code.bits(shifted, lane);
    int integer = code.sub(bits, code.leaf(Op.CONSTANT, lane,
        single ? Float.floatToRawIntBits((float) rounder) : Double.doubleToRawLongBits(rounder)));
    return new Reduced(integer, n, rest);
  }

  /** e^x: 2^n (1 + r + r² q(r)), q of degree 5 with relative error 7e-11. Beyond the clamp all is 0 or infinite. */
  private int exp32(int x) {
    var reduced = reduce(clamp(x, -105, 89));
    int r = reduced.rest();
    int q = code.polynomial(r, 0.50000000780837119, 0.16666666196370971, 0.041666258047225134, 0.0083334156196682328,
        0.0013947313285673945, 0.00019838261789359245);
    int p = code.add(code.fma(code.mul(r, r), q, r), code.like(r, 1));
    return scale(p, reduced.integer());
  }

  /** (e^r − 1) of |r| ≤ ln 2 / 2 by Taylor's series to r^13; what is left out is below 2^-57. */
  private int expm1Series(int r) {
    var c = new double[12];
    double factorial = 1;
    for (int i = 0; i < c.length; i++) {
      factorial *= i + 2;
      c[i] = 1 / factorial;
    }
    return code.fma(code.mul(r, r), code.polynomial(r, c), r);
  }

  private int exp64(int x) {
    var reduced = reduce(clamp(x, -750, 715));
    return scale(code.add(expm1Series(reduced.rest()), code.like(x, 1)), reduced.integer());
  }

  /** 2^n (e^r − 1) + (2^n − 1), which keeps small results exact; half of it twice, as 2^1024 is no number. */
  private int expm1(int x) {
    var reduced = reduce(clamp(x, -40, 710));
    int half = powerOfTwo(code.sub(reduced.integer(), code.leaf(Op.CONSTANT, Lane.I64, 1)), Lane.F64);
    int sum = code.fma(half, expm1Series(reduced.rest()), code.sub(half, code.like(x, 0.5)));
    // −0 and numbers whose square vanishes are their own result.
    return code.select(code.below(code.abs(x), 0x1p-60), x, code.add(sum, sum));
  }

  /** x = 2^k (1 + f) with 1 + f in [√½, √2): k as a float, f; subnormals are scaled up first. */
  private record Split(int exponent, int fraction) {}

  private Split split(int x) {
    boolean single = !isDouble(x);
    var lane = single ? Lane.I32 : Lane.I64;
    int shift = single ? 23 : 52;
    int small = code.below(x, single ? Float.MIN_NORMAL : Double.MIN_NORMAL);
    int scaled = code.select(small, code.times(x, single ? 0x1p25 : 0x1p54), x);
    // Subtracting √½ first makes the exponent field step at √½ and not at 1.
    long root = single ? Float.floatToRawIntBits((float) Math.sqrt(0.5)) : Double.doubleToRawLongBits(Math.sqrt(0.5));
    int moved = code.sub(code.bits(scaled, lane), code.leaf(Op.CONSTANT, lane, root));
    int k = code.shift(Op.SHIFT_RIGHT, moved, shift);
    int mantissa = code.bits(code.sub(code.bits(scaled, lane), code.shift(Op.SHIFT_LEFT, k, shift)), code.lane(x));
    int exponent = code.convert(k, code.lane(x));
    exponent = code.select(small, code.sub(exponent, code.like(x, single ? 25 : 54)), exponent);
    return new Split(exponent, code.sub(mantissa, code.like(x, 1)));
  }

  /**
   * log(1 + f) + k ln 2 with s = f / (2 + f), log(1 + f) = 2 s + s³ L(s²), arranged as f − (f²/2 − s (f²/2 + s² L)) so
   * that the leading term is exact.
   */
  private int logOf(int f, int k, double... l) {
    boolean single = !isDouble(f);
    int s = code.div(f, code.add(f, code.like(f, 2)));
    int z = code.mul(s, s);
    int r = code.mul(z, code.polynomial(z, l));
    int half = code.times(code.mul(f, f), 0.5);
    int low = code.fmaTimes(k, single ? LN2_LOW_32 : LN2_LOW_64, code.mul(s, code.add(half, r)));
    int high = code.times(k, single ? LN2_HIGH_32 : LN2_HIGH_64);
    return code.add(high, code.sub(f, code.sub(half, low)));
  }

  /** log 0 = −∞, log of what is negative is NaN, ∞ and NaN are their own. */
  private int logEdges(int x, int result) {
    int unordered = code.select(code.below(x, Double.POSITIVE_INFINITY), result, x);
    int negative = code.select(code.below(x, 0), code.like(x, Double.NaN), unordered);
    return code.select(code.compare(Op.EQUAL, x, code.like(x, 0)), code.like(x, Double.NEGATIVE_INFINITY), negative);
  }

  /** Error of the fit 1.3e-9. */
  private int log32(int x) {
    var split = split(x);
    return logEdges(x, logOf(split.fraction(), split.exponent(), 0.6666666654349638, 0.40000130416161295,
        0.28549879798975547, 0.2335541919855394));
  }

  /** 2 / (2 i + 3): the series of 2 atanh s; s² is below 0.0295, so eleven terms reach 2^-58. */
  private static double[] atanhSeries() {
    var c = new double[11];
    for (int i = 0; i < c.length; i++) {
      c[i] = 2.0 / (2 * i + 3);
    }
    return c;
  }

  private int log64(int x) {
    var split = split(x);
    return logEdges(x, logOf(split.fraction(), split.exponent(), atanhSeries()));
  }

  /** As log of u = 1 + x, with what rounding took from u, over u, added; while u needs no scaling f is x itself. */
  private int log1p(int x) {
    int u = code.add(x, code.like(x, 1));
    var split = split(u);
    int lost = code.sub(x, code.sub(u, code.like(x, 1)));
    int correction = code.div(lost, u);
    int unscaled = code.compare(Op.EQUAL, split.exponent(), code.like(x, 0));
    int f = code.select(unscaled, x, split.fraction());
    int main = logOf(f, split.exponent(), atanhSeries());
    int result = logEdges(u, code.select(unscaled, main, code.add(main,
        code.select(code.below(u, Double.POSITIVE_INFINITY), correction, code.like(x, 0)))));
    return code.select(code.below(code.abs(x), 0x1p-60), x, result);
  }

  /** 1 / (1 + e^−x) for x ≥ 0, e^x / (1 + e^x) below: the exponential never overflows. */
  private int sigmoid(int x) {
    int e = apply(UnaryFn.EXP, code.neg(code.abs(x)));
    int negative = code.below(x, 0);
    return code.div(code.select(negative, e, code.like(x, 1)), code.add(e, code.like(x, 1)));
  }

  /** x + x³ t(x²) below 0.6 (error 8.8e-11), 1 − 2 / (e^2|x| + 1) above, where the quotient is small. */
  private int tanh32(int x) {
    int z = code.mul(x, x);
    int t = code.polynomial(z, -0.3333333178250461, 0.13333247791460753, -0.0539524755594408, 0.021734439665831176,
        -0.00826709075520781, 0.002231064034918904);
    int small = code.fma(code.mul(z, t), x, x);
    int magnitude = code.abs(x);
    int e = exp32(code.add(magnitude, magnitude));
    int large = code.sub(code.like(x, 1), code.div(code.like(x, 2), code.add(e, code.like(x, 1))));
    return code.withSign(code.abs(code.select(code.below(magnitude, 0.6), small, large)), x);
  }

  /** m / (m + 2) with m = e^2|x| − 1; beyond 22 all is 1. */
  private int tanh64(int x) {
    int magnitude = code.abs(x);
    int m = expm1(clamp(code.add(magnitude, magnitude), 0, 44));
    return code.withSign(code.div(m, code.add(m, code.like(x, 2))), x);
  }

  private int smallErf32(int x) {
    int p = code.polynomial(code.mul(x, x), 0.12837914769114298, -0.37612481099600603, 0.11281682537303594,
        -0.02676171977226458, 0.004985940496013678, -0.0005953741296837764);
    return code.fma(p, x, x);
  }

  /**
   * 1 − erf below 0.75; above it e^(−x²) q(u), u = 1 / (1 + |x| / 2) − ½, q with relative error 6.5e-9 up to 4.2. What
   * rounding leaves out of x² and of u is added to them: q falls steeply.
   */
  private int erfc32(int x) {
    int magnitude = code.binary(Op.MIN, code.abs(x), code.like(x, 10.3));
    int one = code.like(x, 1);
    int divisor = code.fmaTimes(magnitude, 0.5, one);
    int divisorRest = code.fmaTimes(magnitude, 0.5, code.sub(one, divisor));
    int t = code.div(one, divisor);
    int minus = code.sub(code.like(x, 0), t);
    int left = code.fma(minus, divisorRest, code.fma(minus, divisor, one));
    int u = code.fma(t, left, code.sub(t, code.like(x, 0.5)));
    int q = code.polynomial(u, 0.2553956755502073, 0.85437174500012407, 0.96663340126966716,
        0.63181875076040444, 0.059662100514996395, -0.22335050804735728,
        -0.052417182593987735, 0.11305353606843209);
    int square = code.sub(code.like(x, 0), code.mul(magnitude, magnitude));
    int rest = code.fma(magnitude, magnitude, square);
    int power = exp32(square);
    int large = code.mul(code.sub(power, code.mul(power, rest)), q);
    int folded = code.select(code.below(x, 0), code.sub(code.like(x, 2), large), large);
    return code.select(code.below(code.abs(x), 0.75), code.sub(one, smallErf32(x)), folded);
  }

  /**
   * x + x p(x²) below 0.93 (error 1.7e-8 of the result's own size), above it 1 − e^g(|x|) where g fits log erfc
   * (error 6e-11); beyond 4 all is 1.
   */
  private int erf32(int x) {
    int small = smallErf32(x);
    int magnitude = code.binary(Op.MIN, code.abs(x), code.like(x, 4));
    int g = code.polynomial(magnitude, 0.0001692051089237328, -1.1294884062679516, -0.6334008514141265,
        -0.10822038309212188, 0.025080615596854754, -0.004156254446737402, 0.0004313934379546304,
        -2.082860432745499e-05);
    int large = code.sub(code.like(x, 1), exp32(g));
    return code.withSign(code.abs(code.select(code.below(code.abs(x), 0.93), small, large)), x);
  }

  /**
   * sin (quarter 0) or cos (quarter 1) in double: x less the nearest multiple of π/2 in three parts, then the series of
   * sine or cosine by the parity of that multiple. What is too large for that goes lane by lane.
   */
  private int sine32(int single, int quarter) {
    int x = code.convert(single, Lane.F64);
    int shifted = code.fmaTimes(x, 2 / Math.PI, code.like(x, ROUNDER_64));
    int n = code.sub(shifted, code.like(x, ROUNDER_64));
    int r = code.fmaTimes(n, -0x1.921fb544p0, x);
    r = code.fmaTimes(n, -0x1.0b4611a6p-34, r);
    r = code.fmaTimes(n, -0x1.3198a2e037073p-69, r);
    int z = code.mul(r, r);
    int s = code.polynomial(z, -0.16666666666627966, 0.008333333324611284, -0.00019841263456884828,
        2.7555279048626414e-06, -2.475589164042429e-08);
    int sine = code.fma(code.mul(z, s), r, r);
    int c = code.polynomial(z, -0.49999999999999417, 0.04166666666648615, -0.0013888888870309051,
        2.480157850835252e-05, -2.7555214554583015e-07, 2.0628729969979333e-09);
    int cosine = code.fma(z, c, code.like(z, 1));
    int turn = code.add(code.bits(shifted, Lane.I64), code.leaf(Op.CONSTANT, Lane.I64, quarter));
    int one = code.leaf(Op.CONSTANT, Lane.I64, 1);
    int odd = code.compare(Op.EQUAL, code.binary(Op.AND, turn, one), one);
    int value = code.select(odd, cosine, sine);
    int flip = code.shift(Op.SHIFT_LEFT, code.shift(Op.SHIFT_RIGHT_UNSIGNED, turn, 1), 63);
    int signed = code.bits(code.binary(Op.XOR, code.bits(value, Lane.I64), flip), Lane.F64);
    int small = code.below(code.abs(x), ScalarFunction.REDUCED);
    int large = code.call(quarter == 0 ? ScalarFunction.SINE_OF_LARGE : ScalarFunction.COSINE_OF_LARGE, x, -1);
    return code.convert(code.select(small, clamp(signed, -1, 1), large), Lane.F32);
  }
}
