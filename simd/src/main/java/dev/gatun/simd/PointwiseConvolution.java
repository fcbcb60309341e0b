package dev.gatun.simd;

/**
 * Convolution of 1 × 1 whose pixels lie at one distance through rows and images, lanes along the channels of the
 * result: the product of the pixels with the weights, which are packed as those of any product are.
 */
final class PointwiseConvolution implements Convolution {
  private final OuterGemm gemm;

  PointwiseConvolution(Machine machine, ConvolutionMap map) {
    int size = map.bytes();
    gemm = new OuterGemm(machine.forColumns(map.outChannels(), size), new GemmShape(map.shape().dtype(), 1,
        Math.toIntExact(map.shape().pixels()), map.outChannels(), map.inChannels(),
        new GemmShape.Strides(map.in().width() / size, map.in().channel() / size, 0),
        new GemmShape.Strides(map.weightIn() / size, map.weightOut() / size, 0),
        new GemmShape.Strides(map.out().width() / size, map.out().channel() / size, 0)), true, false);
  }

  /** Whether a convolution is such a product, of pixels as they lie; that of a single channel has no lanes to fill. */
  static boolean suits(ConvolutionMap map) {
    return map.shape().isPointwise() && map.shape().isEven(map.in()) && map.shape().isEven(map.out())
        && map.outChannels() > 1 && map.in().channel() == map.bytes() && map.out().channel() == map.bytes();
  }

  @Override
  public Order order() {
    return gemm.order();
  }

  @Override
  public long packedBytes() {
    return gemm.packedBytes();
  }

  @Override
  public int packTasks() {
    return gemm.packTasks();
  }

  @Override
  public void pack(int task, int worker, long weights, long packed) {
    gemm.pack(task, worker, weights, packed);
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
  public void run(int task, long in, long packed, long out, long workspace) {
    gemm.run(task, in, packed, out, workspace);
  }
}
