package dev.gatun.graph;

/**
 * How a learning rate moves with the steps of training; as text, a recipe's words. Asking allocates nothing, which
 * {@link StrictMath} may.
 */
public sealed interface Schedule {
  /**
   * The rate of a step.
   *
   * @param step number of the step, from 0
   * @param total how many steps training has
   * @param perEpoch how many steps an epoch has
   */
  double rate(long step, long total, long perEpoch);

  /** Whether the rate of a step depends on how many there will be. */
  boolean dependsOnTotal();

  /** Whether {@link #scale} depends on the losses. */
  default boolean watchesLosses() {
    return false;
  }

  /**
   * What the rate is multiplied with.
   *
   * @param losses the mean loss of each epoch that is over
   */
  default double scale(double[] losses) {
    return 1;
  }

  /** The same form with another rate, or highest rate. */
  Schedule withRate(double other);

  /**
   * A time in training. Epochs become steps only when the size of a batch is settled.
   *
   * @param count of epochs, or of steps
   */
  record Time(double count, boolean inEpochs) {
    public static Time steps(double count) {
      return new Time(count, false);
    }

    public static Time epochs(double count) {
      return new Time(count, true);
    }

    private long steps(long perEpoch) {
      return Math.round(inEpochs ? count * perEpoch : count);
    }

    @Override
    public String toString() {
      return inEpochs ? "epochs(" + count + ")" : Double.toString(count);
    }
  }

  /** The same rate throughout. */
  record Constant(double value) implements Schedule {
    @Override
    public Schedule withRate(double other) {
      return new Constant(other);
    }

    @Override
    public double rate(long step, long total, long perEpoch) {
      return value;
    }

    @Override
    public boolean dependsOnTotal() {
      return false;
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /** Linear warm-up, then half a cosine down to 0 (Loshchilov and Hutter 2017, without restarts). */
  record Cosine(double peak, Time warmup) implements Schedule {
    @Override
    public Schedule withRate(double other) {
      return new Cosine(other, warmup);
    }

    @Override
    public double rate(long step, long total, long perEpoch) {
      long rising = warmup.steps(perEpoch);
      if (step < rising) {
        return peak * (step + 1) / rising;
      }
      double part = Math.min(1, (step - rising) / (double) Math.max(1, total - rising));
      return peak * 0.5 * (1 + cosine(part));
    }

    @Override
    public boolean dependsOnTotal() {
      return true;
    }

    @Override
    public String toString() {
      return "cosine(" + peak + ", warmup = " + warmup + ")";
    }
  }

  /** A straight line from {@code start} to 0. */
  record LinearDecay(double start) implements Schedule {
    @Override
    public Schedule withRate(double other) {
      return new LinearDecay(other);
    }

    @Override
    public double rate(long step, long total, long perEpoch) {
      return start * Math.max(0, 1 - step / (double) total);
    }

    @Override
    public boolean dependsOnTotal() {
      return true;
    }

    @Override
    public String toString() {
      return "linear_decay(" + start + ")";
    }
  }

  /** Times {@code factor} after each {@code every} steps. */
  record StepDecay(double start, Time every, double factor) implements Schedule {
    @Override
    public Schedule withRate(double other) {
      return new StepDecay(other, every, factor);
    }

    @Override
    public double rate(long step, long total, long perEpoch) {
      double rate = start;
      double square = factor;
      for (long times = step / Math.max(1, every.steps(perEpoch)); times > 0; times >>= 1) {
        rate *= (times & 1) == 1 ? square : 1;
        square *= square;
      }
      return rate;
    }

    @Override
    public boolean dependsOnTotal() {
      return false;
    }

    @Override
    public String toString() {
      return "step_decay(" + start + ", every = " + every + ", factor = " + factor + ")";
    }
  }

  /**
   * Times {@code factor} whenever more than {@code patience} epochs in a row have not brought the mean loss of the
   * training data below its best by a ten-thousandth of that; as PyTorch's ReduceLROnPlateau.
   */
  record Plateau(double start, double factor, double patience) implements Schedule {
    private static final double BETTER = 1 - 1e-4;

    @Override
    public Schedule withRate(double other) {
      return new Plateau(other, factor, patience);
    }

    @Override
    public double rate(long step, long total, long perEpoch) {
      return start;
    }

    @Override
    public boolean watchesLosses() {
      return true;
    }

    @Override
    public double scale(double[] losses) {
      double scale = 1;
      double best = Double.POSITIVE_INFINITY;
      int bad = 0;
      for (double loss : losses) {
        boolean better = loss < (loss < 0 ? best : best * BETTER);
        best = better ? loss : best;
        bad = better ? 0 : bad + 1;
        if (bad > patience) {
          scale *= factor;
          bad = 0;
        }
      }
      return scale;
    }

    @Override
    public boolean dependsOnTotal() {
      return false;
    }

    @Override
    public String toString() {
      return "plateau(" + start + ", factor = " + factor + ", patience = " + patience + ")";
    }
  }

  /**
   * Half a cosine from a 25th of {@code peak} up to it, in a part of all steps, and another one down to a 250 000th of
   * it (Smith and Topin 2018), as PyTorch has it.
   *
   * @param rise the part of all steps in which it rises
   */
  record OneCycle(double peak, double rise) implements Schedule {
    private static final double START = 25;
    private static final double END = 250_000;

    public OneCycle {
      if (!(rise >= 0 && rise <= 1)) {
        throw new IllegalArgumentException("rise is a part of all steps, from 0 to 1, found " + rise);
      }
    }

    @Override
    public Schedule withRate(double other) {
      return new OneCycle(other, rise);
    }

    @Override
    public double rate(long step, long total, long perEpoch) {
      double top = rise * total - 1;
      boolean rising = step < top;
      double part = rising ? step / top : Math.min(1, (step - top) / Math.max(1, total - 1 - top));
      double from = rising ? peak / START : peak;
      double to = rising ? peak : peak / END;
      return to + (from - to) * 0.5 * (1 + cosine(Math.max(0, part)));
    }

    @Override
    public boolean dependsOnTotal() {
      return true;
    }

    @Override
    public String toString() {
      return "one_cycle(" + peak + ", rise = " + rise + ")";
    }
  }

  /** cos(πx) for x from 0 to 1, by Taylor's series about the nearest of 0, 1/2 and 1, to the last place or two. */
  private static double cosine(double x) {
    long half = Math.round(2 * x);
    double angle = Math.PI * (x - half / 2.0);
    double term = half == 1 ? angle : 1;
    double sum = term;
    for (int n = half == 1 ? 2 : 1; n < 20; n += 2) {
      term *= -angle * angle / (n * (n + 1));
      sum += term;
    }
    return half == 0 ? sum : -sum;
  }
}
