package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.ops.Backend;
import java.util.function.Supplier;

/** What a server does: passes through a network in as many sessions at once as there are threads, each on one. */
public record Serving(Inference pass) implements Work {
  /** Flops of a call: so many that handing it to other threads, some ten microseconds, does not count. */
  private static final double CALL_FLOPS = 50e6;

  @Override
  public String name() {
    return pass.network().title() + " sessions, batch " + pass.batch();
  }

  @Override
  public double flops() {
    return pass.flops();
  }

  @Override
  public double bytes() {
    return pass.bytes();
  }

  @Override
  public boolean isExact() {
    return pass.isExact();
  }

  @Override
  public double bound() {
    return pass.bound();
  }

  @Override
  public Effort effort(int threads) {
    return pass.effort(threads);
  }

  @Override
  public Run open(Backend machine, int threads) {
    return atOnce(threads, () -> pass.open(machine, 1));
  }

  @Override
  public Run exact(Backend machine, int threads) {
    return pass.exact(machine, threads);
  }

  /** The same work on so many threads, each of which has a session of its own. */
  public Run atOnce(int threads, Supplier<Run> session) {
    return new SideBySide(threads, (int) Math.ceil(CALL_FLOPS / flops()), session);
  }
}
