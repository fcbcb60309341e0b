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
  /** What the exponent field of a number adds to its exponent. */
  private static final int BIAS_32 = 127;
  private static final int BIAS_64 = 1023;
  /** Powers of two from e^−106 on are normal numbers once they are so many times larger. */
  private static final int LIFT = 27;

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

  /** 2^m where m and the bias of an exponent stand in the lowest bits of an integer; its other bits leave it. */
  private int powerOfTwo(int biased) {
    boolean single = code.lane(biased) == Lane.I32;
    return code.bits(code.shift(Op.SHIFT_LEFT, biased, single ? 23 : 52), single ? Lane.F32 : Lane.F64);
  }

  /**
   * The lesser of x and a number, NaN if x is: not by {@link Op#MIN}, which takes six instructions on x86 for the sake
   * of two zeros.
   */
  private int atMost(int x, double high) {
    return code.select(code.less(code.like(x, high), x), code.like(x, high), x);
  }

  private int atLeast(int x, double low) {
    return code.select(code.below(x, low), code.like(x, low), x);
  }

  /** Both bounds, of which neither comparison waits for the other. */
  private int clamp(int x, double low, double high) {
    return code.select(code.less(code.like(x, high), x), code.like(x, high), atLeast(x, low));
  }

  /** x = n ln 2 + r: n and the bias asked for in the lowest bits of an integer, and r. */
  private record Reduced(int biased, int rest) {}

  private Reduced reduce(int x, int bias) {
    int rounder = rounder(x, bias);
    int shifted = code.fmaTimes(x, LOG2_E, rounder);
    int n = code.sub(shifted, rounder);
    return reduced(shifted, n, code.fmaTimes(n, -(isDouble(x) ? LN2_HIGH_64 : LN2_HIGH_32), x));
  }

  /** The same of −x², of which nothing is rounded away. */
  private Reduced reduceMinusSquare32(int x, int bias) {
    int rounder = rounder(x, bias);
    int shifted = code.fma(code.times(x, -LOG2_E), x, rounder);
    int n = code.sub(shifted, rounder);
    return reduced(shifted, n, code.fma(code.neg(x), x, code.times(n, -LN2_HIGH_32)));
  }

  private int rounder(int x, int bias) {
    return code.like(x, (isDouble(x) ? ROUNDER_64 : ROUNDER_32) + bias);
  }

  private Reduced reduced(int shifted, int n, int rest) {
    return new Reduced(code.bits(shifted, isDouble(n) ? Lane.I64 : Lane.I32),
        code.fmaTimes(n, -(isDouble(n) ? LN2_LOW_64 : LN2_LOW_32), rest));
  }

  /** x · 2^n in two exact steps and one rounding, since 2^n alone may leave the range; n has twice the bias. */
  private int scale(int x, Reduced by) {
    int half = code.shift(Op.SHIFT_RIGHT, by.biased(), 1);
    return code.mul(code.mul(x, powerOfTwo(half)), powerOfTwo(code.sub(by.biased(), half)));
  }

  /** e^r of |r| ≤ ln 2 / 2: 1 + r (1 + r q(r)), q of degree 5 with relative error 7e-11. */
  private int exponential32(int r) {
    int q = code.polynomial(r, code.mul(r, r), 0.50000000780837119, 0.16666666196370971, 0.041666258047225134,
        0.0083334156196682328, 0.0013947313285673945, 0.00019838261789359245);
    int one = code.like(r, 1);
    return code.fma(code.fma(q, r, one), r, one);
  }

  /** e^x. Beyond the clamp all is 0 or infinite. */
  private int exp32(int x) {
    var reduced = reduce(clamp(x, -105, 89), 2 * BIAS_32);
    return scale(exponential32(reduced.rest()), reduced);
  }

  /** e^x of |x| below 87, where 2^n is a normal number. */
  private int smallExp32(int x) {
    var reduced = reduce(x, BIAS_32);
    return code.mul(exponential32(reduced.rest()), powerOfTwo(reduced.biased()));
  }

  /** e^x of x ≤ 0. */
  private int lowExp32(int x) {
    return lower(lifted(reduce(atLeast(x, -105), BIAS_32 + LIFT)));
  }

  /** 2^LIFT e^x of −106 ≤ x ≤ 0, whose own 2^n may be too small for a normal number. */
  private int lifted(Reduced x) {
    return code.mul(exponential32(x.rest()), powerOfTwo(x.biased()));
  }

  private int lower(int lifted) {
    return code.times(lifted, Math.scalb(1.0, -LIFT));
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
    var reduced = reduce(clamp(x, -750, 715), 2 * BIAS_64);
    return scale(code.add(expm1Series(reduced.rest()), code.like(x, 1)), reduced);
  }

  /** 2^n (e^r − 1) + (2^n − 1), which keeps small results exact; half of it twice, as 2^1024 is no number. */
  private int expm1(int x) {
    var reduced = reduce(clamp(x, -40, 710), BIAS_64 - 1);
    int half = powerOfTwo(reduced.biased());
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
    int minus = code.neg(code.abs(x));
    int e = isDouble(x) ? exp64(minus) : lowExp32(minus);
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
    int bounded = atMost(magnitude, 10);
    int e = smallExp32(code.add(bounded, bounded));
    int large = code.sub(code.like(x, 1), code.div(code.like(x, 2), code.add(e, code.like(x, 1))));
    return code.withSign(code.abs(code.select(code.below(magnitude, 0.6), small, large)), x);
  }

  /** m / (m + 2) with m = e^2|x| − 1; beyond 22 all is 1. */
  private int tanh64(int x) {
    int magnitude = code.abs(x);
    int m = expm1(clamp(code.add(magnitude, magnitude), 0, 44));
    return code.withSign(code.div(m, code.add(m, code.like(x, 2))), x);
  }

  /**
   * e^(−x²) q(v), v = ½ − 1 / (1 + |x| / 2), for x ≥ 0, q with relative error 2.4e-8, or 5e-9 where the result is
   * above 2⁻²⁴; 2 less that below. What rounding leaves out of v is added to it: q is steep.
   */
  private int erfc32(int x) {
    int magnitude = atMost(code.abs(x), 10.3);
    int one = code.like(x, 1);
    int divisor = code.fmaTimes(magnitude, 0.5, one);
    int divisorRest = code.fmaTimes(magnitude, 0.5, code.sub(one, divisor));
    int t = code.div(code.like(x, -1), divisor);
    int left = code.fma(t, divisorRest, code.fma(t, divisor, one));
    int v = code.fma(t, left, code.add(t, code.like(x, 0.5)));
    int q = code.polynomial(v, code.mul(v, v), 0.2553956768193857, -0.8543718569386616, 0.966633047570304,
        -0.6318097690025083, 0.05970373846966296, 0.22331272531301716, -0.05396161996617796, -0.11805714038524308,
        0.013009346637432147, 0.05071961586435868);
    int power = lifted(reduceMinusSquare32(magnitude, BIAS_32 + LIFT));
    int large = lower(code.mul(power, q));
    return code.select(code.below(x, 0), code.sub(code.like(x, 2), large), large);
  }

  /**
   * x + x p(x²) below 0.93 (error 1.7e-8 of the result's own size), above it 1 − e^g(|x|) where g fits log erfc
   * (error 6e-11); beyond 4 all is 1.
   */
  private int erf32(int x) {
    int p = code.polynomial(code.mul(x, x), 0.12837914769114298, -0.37612481099600603, 0.11281682537303594,
        -0.02676171977226458, 0.004985940496013678, -0.0005953741296837764);
    int small = code.fma(p, x, x);
    int magnitude = atMost(code.abs(x), 4);
    int g = code.polynomial(magnitude, 0.0001692051089237328, -1.1294884062679516, -0.6334008514141265,
        -0.10822038309212188, 0.025080615596854754, -0.004156254446737402, 0.0004313934379546304,
        -2.082860432745499e-05);
    int large = code.sub(code.like(x, 1), smallExp32(g));
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
