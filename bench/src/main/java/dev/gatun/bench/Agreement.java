package dev.gatun.bench;

import java.util.List;
import java.util.Locale;

/** Whether a side computed what it should: asked before it is timed. */
public final class Agreement {
  /** Two engines that add up in different orders differ in luck, not in kind. */
  private static final double AS_NEAR = 4;
  /** What is as near as this needs no peer to compare with. */
  private static final double NEAR_ENOUGH = 2e-6;

  private Agreement() {}

  /**
   * The largest difference as a part of the largest number of its result, over all results.
   *
   * @throws IllegalStateException if the lengths differ, a number is not finite, or most are zero and prove nothing
   */
  public static double relativeError(String what, List<double[]> found, List<double[]> exact) {
    if (found.size() != exact.size()) {
      throw new IllegalStateException(what + ": " + found.size() + " results, expected " + exact.size());
    }
    double largest = 0;
    for (int i = 0; i < found.size(); i++) {
      largest = Math.max(largest, relativeError(what, found.get(i), exact.get(i)));
    }
    return largest;
  }

  private static double relativeError(String what, double[] found, double[] exact) {
    if (found.length != exact.length) {
      throw new IllegalStateException(what + ": " + found.length + " numbers, expected " + exact.length);
    }
    double largest = 0;
    double difference = 0;
    int zeros = 0;
    for (int i = 0; i < found.length; i++) {
      if (!Double.isFinite(found[i]) || !Double.isFinite(exact[i])) {
        throw new IllegalStateException(what + ": number " + i + " is " + found[i] + ", in f64 " + exact[i]);
      }
      largest = Math.max(largest, Math.abs(exact[i]));
      difference = Math.max(difference, Math.abs(found[i] - exact[i]));
      zeros += exact[i] == 0 ? 1 : 0;
    }
    if (2 * zeros > found.length || largest == 0) {
      throw new IllegalStateException(what + ": " + zeros + " of " + found.length
          + " numbers are 0, which proves nothing");
    }
    return difference / largest;
  }

  /**
   * The error, if it is small enough.
   *
   * @throws IllegalStateException if it is larger than {@code bound} or no number
   */
  public static double require(String what, double error, double bound) {
    if (!(error <= bound)) {
      throw new IllegalStateException(String.format(Locale.ROOT, "%s: relative error %.2e, allowed is %.2e", what,
          error, bound));
    }
    return error;
  }

  /**
   * Our error, if it is about as small as a peer's, both measured from exact results: for sums of terms that cancel,
   * whose rounding no fixed bound describes.
   *
   * @throws IllegalStateException if it is more than four times the peer's
   */
  public static double requireAsNear(String what, double ours, double peers) {
    return require(what, ours, AS_NEAR * peers + NEAR_ENOUGH);
  }
}
