package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.ops.Backend;

/** A training step of {@link LeNet} on so many pictures. */
public record LeNetStep(int batch) implements Work {
  @Override
  public String name() {
    return "LeNet-5 SGD step, batch " + batch;
  }

  /** The pictures, the same for all. */
  public RandomImages data() {
    return LeNet.data(batch);
  }

  @Override
  public double flops() {
    return LeNet.flops(batch);
  }

  /** What a step moves depends on the engine. */
  @Override
  public double bytes() {
    return 0;
  }

  /** Rounding of any f32 engine at batch 512 is some 1e-3; a wrong gradient of one layer moves parameters by 1e-2. */
  @Override
  public double bound() {
    return 5e-3;
  }

  @Override
  public Effort effort(int threads) {
    return Effort.model(threads);
  }

  @Override
  public Run open(Backend machine, int threads) {
    return new LeNet(machine, threads, batch, data());
  }

  @Override
  public Run exact(Backend machine, int threads) {
    return LeNet.exact(machine, threads, batch, data());
  }
}
