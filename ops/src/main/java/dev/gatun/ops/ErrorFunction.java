package dev.gatun.ops;

/** The error function in double and its complement: the oracles of {@link UnaryFn#ERF} and {@link UnaryFn#ERFC}. */
final class ErrorFunction {
  private ErrorFunction() {}

  /**
   * erf(x), to about 1e-15 relative: the power series of Abramowitz and Stegun 7.1.6 below 3, the continued fraction
   * 7.1.14 of the complement above it.
   */
  static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double a = Math.abs(x);
    if (a > 6) {
      return Math.signum(x);
    }
    return Math.copySign(a < 3 ? series(a) : 1 - complement(a), x);
  }

  /** 1 − erf(x), to about 1e-15 relative while it is a normal number. */
  static double erfc(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double a = Math.abs(x);
    double above = a < 1 ? 1 - series(a) : a > 30 ? 0 : complement(a);
    return x < 0 ? 2 - above : above;
  }

  /** 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms positive, so nothing cancels. */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; term > sum * 1e-18; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
  }

  private static double complement(double x) {
    double fraction = 0;
    for (int n = 300; n > 0; n--) {
      fraction = n / 2.0 / (x + fraction);
    }
    return StrictMath.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
}
