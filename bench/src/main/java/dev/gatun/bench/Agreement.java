package dev.gatun.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Whether a side computed what it should: asked before it is timed. */
public final class Agreement {
  /** Two engines that add up in different orders differ in luck, not in kind. */
  private static final double AS_NEAR = 4;
  /** A convolution of 1 × 1 whose stride is 2 gives no gradient to three pixels of four. */
  private static final double MOST_ZEROS = 0.8;
  /** What is as near as this needs no peer to compare with. */
  private static final double NEAR_ENOUGH = 2e-6;

  private Agreement() {}

  /**
   * The largest difference as a part of the largest number of its result, over all results.
   *
   * @throws BenchException if the lengths differ, a number is not finite, or most are zero and prove nothing
   */
  public static double relativeError(String what, List<double[]> found, List<double[]> exact) {
    return worst(what, found, exact, Agreement::largest);
  }

  /**
   * The root of the mean square of the differences as a part of that of the numbers, of the worst result. Throws as
   * {@link #relativeError}.
   */
  public static double meanError(String what, List<double[]> found, List<double[]> exact) {
    return worst(what, found, exact, Agreement::length);
  }

  private static double largest(double[] numbers) {
    return Arrays.stream(numbers).map(Math::abs).max().orElse(0);
  }

  private static double length(double[] numbers) {
    return Math.sqrt(Arrays.stream(numbers).map(x -> x * x).sum());
  }

  private static double worst(String what, List<double[]> found, List<double[]> exact,
      ToDoubleFunction<double[]> size) {
    if (found.size() != exact.size()) {
      throw new BenchException(what + ": " + found.size() + " results, expected " + exact.size());
    }
    double worst = 0;
    for (int i = 0; i < found.size(); i++) {
      var difference = difference(what, found.get(i), exact.get(i));
      worst = Math.max(worst, size.applyAsDouble(difference) / size.applyAsDouble(exact.get(i)));
    }
    return worst;
  }

  private static double[] difference(String what, double[] found, double[] exact) {
    if (found.length != exact.length) {
      throw new BenchException(what + ": " + found.length + " numbers, expected " + exact.length);
    }
    var difference = new double[found.length];
    int zeros = 0;
    for (int i = 0; i < found.length; i++) {
      if (!Double.isFinite(found[i]) || !Double.isFinite(exact[i])) {
        throw new BenchException(what + ": number " + i + " is " + found[i] + ", in f64 " + exact[i]);
      }
      difference[i] = found[i] - exact[i];
      zeros += exact[i] == 0 ? 1 : 0;
    }
    if (zeros > MOST_ZEROS * found.length || zeros == found.length) {
      throw new BenchException(what + ": " + zeros + " of " + found.length
          + " numbers are 0, which proves nothing");
    }
    return difference;
  }

  /**
   * The error, if it is small enough.
   *
   * @throws BenchException if it is larger than {@code bound} or no number
   */
  public static double require(String what, double error, double bound) {
    if (!(error <= bound)) {
      throw new BenchException(String.format(Locale.ROOT, "%s: relative error %.2e, allowed is %.2e", what,
          error, bound));
    }
    return error;
  }

  /**
   * The error of f32 sums of so many terms added one after the other, as a part of the largest sum: each rounding is
   * off by a part of 2⁻²⁴ of a sum that grows with the root of the terms, and so do all of them together.
   */
  public static double chain(long terms) {
    return 0x1p-25 * Math.sqrt(terms);
  }

  /**
   * Our error, if it is about as small as a peer's, both measured from exact results: for sums of terms that cancel,
   * whose rounding no fixed bound describes.
   *
   * @param terms added one after the other, which a peer may not do
   * @throws BenchException if it is more than four times the peer's, and than those have
   */
  public static double requireAsNear(String what, double ours, double peers, long terms) {
    return require(what, ours, AS_NEAR * peers + Math.max(NEAR_ENOUGH, chain(terms)));
  }
}
