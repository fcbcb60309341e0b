package dev.gatun.simd;

import dev.gatun.ops.Convolve;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.Arena;
import java.util.List;

/** The weight gradient of a convolution. */
final class ConvolutionWeightsStep extends Step implements Team.Task {
  private final Crew crew;
  private final ConvolutionWeights weights;
  private final boolean shared;

  ConvolutionWeightsStep(KernelSpec.Direct direct, List<Located> in, List<Located> out, Crew crew, Arena arena) {
    super(in.subList(0, 2), out);
    this.crew = crew;
    var op = (Convolve) direct.op();
    var shape = ConvolutionGeometry.shape(op, out.get(0).type().dtype());
    weights = ConvolutionWeights.of(Machine.detected(), shape, Convolution.laneAxis(shape),
        ConvolutionGeometry.strides(in.get(0)), ConvolutionGeometry.strides(in.get(1)),
        ConvolutionGeometry.strides(out.get(0)), arena);
    double work = (double) op.output().elements() * op.weight().elements() / Math.max(1, op.weight().size(0));
    shared = work >= ProductStep.WORTH_SHARING;
    for (int worker = 0; worker < crew.size(); worker++) {
      crew.scratch(worker).reserveTiles(weights.workspaceBytes());
    }
  }

  @Override
  void run() {
    if (shared) {
      crew.run(weights.tasks(), this);
    } else {
      crew.runInline(weights.tasks(), this);
    }
  }

  @Override
  public void run(int task, int worker) {
    weights.run(task, addresses[0], addresses[1], addresses[2], crew.scratch(worker).tiles());
  }
}
