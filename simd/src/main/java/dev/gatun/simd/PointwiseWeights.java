package dev.gatun.simd;

/**
 * Weight gradient of a convolution of 1 × 1 whose pixels lie at one distance through rows and images: a product of the
 * transposed gradient of the output with the image. Each result is one chain of fused multiply-adds over ascending (n,
 * oy, ox), as in {@link ChannelsInnerWeights}.
 */
final class PointwiseWeights implements ConvolutionWeights {
  private final OuterGemm gemm;

  PointwiseWeights(Machine machine, WeightsMap map) {
    var shape = map.shape();
    int size = map.bytes();
    gemm = new OuterGemm(machine, new GemmShape(shape.dtype(), 1, map.outputs(), map.inputs(),
        Math.toIntExact(shape.pixels()),
        new GemmShape.Strides(map.y().channel() / size, map.y().width() / size, 0),
        new GemmShape.Strides(map.x().width() / size, map.x().channel() / size, 0),
        new GemmShape.Strides(map.weights().outer() / size, map.weights().channel() / size, 0)));
  }

  /** Whether a weight gradient is such a product. */
  static boolean suits(WeightsMap map) {
    var shape = map.shape();
    return shape.isPointwise() && shape.isEven(map.x()) && shape.isEven(map.y());
  }

  @Override
  public int tasks() {
    return gemm.tasks();
  }

  @Override
  public long workspaceBytes() {
    return gemm.workspaceBytes();
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    gemm.run(task, y, x, weights, workspace);
  }
}
