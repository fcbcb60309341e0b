package dev.gatun.bench;

import java.util.Locale;

/** Whether two sides computed the same: asked before either is timed. */
public final class Agreement {
  /** Rounding of any f32 engine at batch 512 is some 1e-3; a wrong gradient of one layer moves parameters by 1e-2. */
  private static final double PROVES_NOTHING = 5e-3;
  /** Two engines that add up in different orders differ in luck, not in kind. */
  private static final double AS_NEAR = 4;
  /** What is as near as this needs no rival to compare with. */
  private static final double NEAR_ENOUGH = 1e-6;

  private Agreement() {}

  /**
   * The largest difference as a part of the largest expected number.
   *
   * @throws IllegalStateException if the lengths differ, a number is not finite, or most are zero and prove nothing
   */
  public static double relativeError(String what, float[] found, float[] expected) {
    if (found.length != expected.length) {
      throw new IllegalStateException(what + ": " + found.length + " numbers, the rival has " + expected.length);
    }
    double largest = 0;
    double difference = 0;
    int zeros = 0;
    for (int i = 0; i < found.length; i++) {
      if (!Float.isFinite(found[i]) || !Float.isFinite(expected[i])) {
        throw new IllegalStateException(what + ": number " + i + " is " + found[i] + ", the rival's " + expected[i]);
      }
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) found[i] - expected[i]));
      zeros += expected[i] == 0 ? 1 : 0;
    }
    if (2 * zeros > found.length || largest == 0) {
      throw new IllegalStateException(what + ": " + zeros + " of " + found.length
          + " numbers are 0, which proves nothing");
    }
    return difference / largest;
  }

  /**
   * Our error, if it is about as small as the rival's, both measured from exact results: for long sums of terms that
   * cancel, whose rounding no fixed bound describes.
   *
   * @throws IllegalStateException if ours is more than four times the rival's, or either is too large to prove anything
   */
  public static double requireAsNear(String what, double ours, double rivals) {
    require(what + ", the rival", rivals, PROVES_NOTHING);
    return require(what, ours, AS_NEAR * rivals + NEAR_ENOUGH);
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
}
