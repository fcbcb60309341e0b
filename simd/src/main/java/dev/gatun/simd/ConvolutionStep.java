package dev.gatun.simd;

import dev.gatun.ops.Convolve;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.Arena;
import java.util.List;

/** The output or the data gradient of a convolution: weights are packed, then the tasks run. */
final class ConvolutionStep extends Step {
  private final Crew crew;
  private final Convolution convolution;
  private final long packed;
  private final boolean shared;
  private final Team.Task pack = this::pack;
  private final Team.Task convolve = this::convolve;

  ConvolutionStep(KernelSpec.Direct direct, List<Located> in, List<Located> out, Crew crew, Arena arena) {
    super(in.subList(0, 2), out);
    this.crew = crew;
    var op = (Convolve) direct.op();
    var shape = ConvolutionGeometry.shape(op, out.get(0).type().dtype());
    var role = op.role() == Convolve.Role.OUTPUT ? Convolution.Role.OUTPUT : Convolution.Role.DATA;
    convolution = Convolution.of(Machine.detected(), shape, role, Convolution.laneAxis(shape),
        ConvolutionGeometry.strides(in.get(0)), ConvolutionGeometry.strides(in.get(1)),
        ConvolutionGeometry.strides(out.get(0)), arena);
    packed = arena.allocate(Math.max(64, convolution.packedBytes()), 64).address();
    double work = (double) op.output().elements() * op.weight().elements() / Math.max(1, op.weight().size(0));
    shared = work >= ProductStep.WORTH_SHARING;
  }

  @Override
  void run() {
    if (shared) {
      crew.run(convolution.packTasks(), pack);
      crew.run(convolution.tasks(), convolve);
    } else {
      crew.runInline(convolution.packTasks(), pack);
      crew.runInline(convolution.tasks(), convolve);
    }
  }

  private void pack(int task, int worker) {
    convolution.pack(task, addresses[1], packed);
  }

  private void convolve(int task, int worker) {
    convolution.run(task, addresses[0], packed, addresses[2]);
  }
}
