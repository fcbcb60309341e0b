package dev.gatun.simd;

/**
 * Weight gradient of a convolution of 1 × 1 whose pixels lie at one distance through rows and images: a product of the
 * transposed gradient of the output with the image. Each result is one chain of fused multiply-adds over ascending (n,
 * oy, ox), as in {@link ChannelsInnerWeights}.
 */
final class PointwiseWeights implements ConvolutionWeights {
  /**
   * Weights up to which memory outweighs arithmetic where images lie beyond the caches, for at least so many channels
   * of either: {@link ChannelsInnerProducts} read them as they lie. 24 → 144 of 16 images of 56² took 7.7 ms as a
   * product, and 5.3 so.
   */
  private static final int FEW_WEIGHTS = 128 * 128;
  private static final int CHANNELS = 16;

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
    boolean beyond = shape.pixels() * (map.inputs() + map.outputs()) * map.bytes() > Machine.CACHED
        && Math.min(map.inputs(), map.outputs()) >= CHANNELS && map.inputs() * (long) map.outputs() <= FEW_WEIGHTS;
    return shape.isPointwise() && shape.isEven(map.x()) && shape.isEven(map.y())
        && !(beyond && ChannelsInnerProducts.suits(map));
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
