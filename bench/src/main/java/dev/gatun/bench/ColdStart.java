package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.ops.Backend;
import java.util.List;

/** From the start of a process to the logits that it prints: load a network's weights from a file, run it once. */
public record ColdStart(Network network, int batch) implements Work {
  /** Seconds before windows count: the first process finds files that are not in memory yet. */
  private static final double WARM_SECONDS = 1;
  private static final double LIMIT_SECONDS = 10;
  /** Less than a process takes, so that each is a window of its own. */
  private static final double WINDOW_SECONDS = 0.1;

  @Override
  public String name() {
    return network.title() + " first result, batch " + batch;
  }

  /** What the process computes. */
  public Inference inference() {
    return new Inference(network, batch);
  }

  @Override
  public double flops() {
    return inference().flops();
  }

  /** What it moves depends on the engine. */
  @Override
  public double bytes() {
    return 0;
  }

  @Override
  public double bound() {
    return inference().bound();
  }

  @Override
  public Effort effort(int threads) {
    return new Effort(WARM_SECONDS, LIMIT_SECONDS, WINDOW_SECONDS, 7, 0);
  }

  @Override
  public Run open(Backend machine, int threads) {
    return process(FirstResult.class, threads);
  }

  /**
   * The same work by a process of its own.
   *
   * @param main is given the network, the batch, the number of threads and the file of weights, and prints its result
   *     by {@link ProcessRun#print}
   */
  public Run process(Class<?> main, int threads) {
    return new ProcessRun(main, List.of(network.name(), Integer.toString(batch), Integer.toString(threads)),
        inference().training());
  }

  @Override
  public Run exact(Backend machine, int threads) {
    return inference().exact(machine, threads);
  }
}
