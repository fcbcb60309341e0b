package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.ops.Backend;

/**
 * A piece of work that is measured: what is computed, on which numbers, and how right a result must be. Peers look at
 * which record it is.
 */
public sealed interface Work permits Written, Inference, TrainingStep {
  /** What it is called in its suite. */
  String name();

  /** Flops of an operation that are of use: taps on padding are not; 0 where bytes say more. */
  double flops();

  /** Bytes that an operation must at least read and write. */
  double bytes();

  /** Most that a result may be off, as a part of its largest number. */
  double bound();

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
