package dev.gatun.bench;

/**
 * One figure: how long a piece of work takes us, and a rival.
 *
 * @param work what is done
 * @param size of what size
 * @param threads how many threads each side may use
 * @param seconds our time of one operation
 * @param rival who else does it; null if nobody
 * @param rivalSeconds their time; NaN if nobody's
 * @param amount flops or bytes of an operation; 0 if neither says much
 * @param unit of which {@code amount} is
 * @param peak most of that unit that the machine does in a second, measured in the same run
 * @param error relative error of our result against the rival's; NaN if not compared
 * @param steady whether both times were taken from windows that agreed
 */
public record Row(String work, String size, int threads, double seconds, String rival, double rivalSeconds,
    double amount, Unit unit, double peak, double error, boolean steady) {

  /** What work is counted in. */
  public enum Unit {
    FLOPS("GFLOP/s"), BYTES("GB/s");

    private final String rate;

    Unit(String rate) {
      this.rate = rate;
    }

    /** How its rate is printed, in units of 10⁹ a second. */
    public String rate() {
      return rate;
    }
  }

  /** The rival's time over ours: above 1 we are faster. */
  public double ratio() {
    return rivalSeconds / seconds;
  }

  /** What we do in a second, in units of 10⁹. */
  public double rate() {
    return 1e-9 * amount / seconds;
  }

  /** What the rival does in a second, in units of 10⁹. */
  public double rivalRate() {
    return 1e-9 * amount / rivalSeconds;
  }

  /** Our rate as a part of the peak. */
  public double partOfPeak() {
    return amount / seconds / peak;
  }

  /** The same figure beside another peak. */
  public Row withPeak(double other) {
    return new Row(work, size, threads, seconds, rival, rivalSeconds, amount, unit, other, error, steady);
  }
}
