package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.ops.Backend;
import java.util.List;

/**
 * A piece of work that is measured: what is computed, on which numbers, and how right a result must be. Peers look at
 * which record it is.
 */
public sealed interface Work permits Written, ColdStart, Inference, Serving, TrainingStep {
  /** What it is called in its suite. */
  String name();

  /** Flops of an operation that are of use: taps on padding are not; 0 where bytes say more. */
  double flops();

  /** Bytes that an operation must at least read and write. */
  double bytes();

  /** Most that {@link #error} may be: for most work, a part of the largest number of a result. */
  double bound();

  /** How many terms a number may be the sum of, one after the other, where that are more than some thousand. */
  default long terms() {
    return 1;
  }

  /** Whether sums are those that the operations define, and not rearranged for speed. */
  default boolean isExact() {
    return true;
  }

  /** How far results are from those in f64. Throws as {@link Agreement#relativeError}. */
  default double error(String what, List<double[]> found, List<double[]> exact) {
    return Agreement.relativeError(what, found, exact);
  }

  /** How long to measure. */
  Effort effort(int threads);

  /** The work by {@code machine}. */
  Run open(Backend machine, int threads);

  /** The same work in f64: what results are measured from. */
  Run exact(Backend machine, int threads);

  /** What the machine can do in a second of what this work needs: flops, or bytes. */
  default double peak(Roofline roofline) {
    return flops() > 0 ? roofline.flops() : roofline.triad();
  }
}
