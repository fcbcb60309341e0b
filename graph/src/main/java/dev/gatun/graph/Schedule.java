package dev.gatun.graph;

/** How a learning rate moves with the steps of training. */
public sealed interface Schedule {
  /**
   * The rate of a step.
   *
   * @param step number of the step, from 0
   * @param total how many steps training has
   */
  double rate(long step, long total);

  /** The same rate throughout. */
  record Constant(double value) implements Schedule {
    @Override
    public double rate(long step, long total) {
      return value;
    }
  }

  /** Linear warm-up, then half a cosine down to 0 (Loshchilov and Hutter 2017, without restarts). */
  record Cosine(double peak, long warmup) implements Schedule {
    @Override
    public double rate(long step, long total) {
      if (step < warmup) {
        return peak * (step + 1) / warmup;
      }
      double part = Math.min(1, (step - warmup) / (double) Math.max(1, total - warmup));
      return peak * 0.5 * (1 + StrictMath.cos(Math.PI * part));
    }
  }

  /** A straight line from {@code start} to 0. */
  record LinearDecay(double start) implements Schedule {
    @Override
    public double rate(long step, long total) {
      return start * Math.max(0, 1 - step / (double) total);
    }
  }

  /** Times {@code factor} after each {@code every} steps. */
  record StepDecay(double start, long every, double factor) implements Schedule {
    @Override
    public double rate(long step, long total) {
      return start * StrictMath.pow(factor, (double) (step / every));
    }
  }
}
