package dev.gatun.simd;

import dev.gatun.ops.Convolve;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/** The weight gradient of a convolution. */
final class ConvolutionWeightsStep extends Step {
  private final Crew crew;
  private final ConvolutionWeights weights;
  /** Address of the packed gradient of the output, 0 if it is read in place. */
  private final long packed;
  private final boolean shared;
  private final Team.Task pack = this::pack;
  private final Team.Task sum = this::sum;

  ConvolutionWeightsStep(KernelSpec.Direct direct, List<Located> in, List<Located> out, Crew crew,
      SegmentAllocator memory) {
    super(in.subList(0, 2), out);
    this.crew = crew;
    var op = (Convolve) direct.op();
    var shape = ConvolutionGeometry.shape(op, out.get(0).type().dtype());
    shared = op.multiplyAdds() >= ProductStep.WORTH_SHARING;
    weights = ConvolutionWeights.of(Machine.detected().withCores(shared ? crew.threads() : 1), shape,
        Convolution.laneAxis(shape),
        ConvolutionGeometry.strides(in.get(0)), ConvolutionGeometry.strides(in.get(1)),
        ConvolutionGeometry.strides(out.get(0)), memory);
    packed = weights.packedBytes() == 0 ? 0 : memory.allocate(weights.packedBytes(), 64).address();
    for (int worker = 0; worker < crew.size(); worker++) {
      crew.scratch(worker).reserveTiles(weights.workspaceBytes());
    }
  }

  @Override
  void run() {
    crew.run(shared, weights.packTasks(), pack);
    crew.run(shared, weights.tasks(), sum);
  }

  private void pack(int task, int worker) {
    weights.pack(task, addresses[1], packed);
  }

  private void sum(int task, int worker) {
    weights.run(task, addresses[0], packed == 0 ? addresses[1] : packed, addresses[2], crew.scratch(worker).tiles());
  }
}
