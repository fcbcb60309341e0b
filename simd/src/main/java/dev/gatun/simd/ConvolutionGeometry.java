package dev.gatun.simd;

import dev.gatun.ops.Convolve;

/** Reads the sizes and strides of an op's convolution; one spatial axis becomes two, the first of size 1. */
final class ConvolutionGeometry {
  private ConvolutionGeometry() {}

  static ConvolutionShape shape(Convolve op, dev.gatun.memory.DType dtype) {
    boolean line = op.geometry().rank() == 1;
    var data = op.data();
    var vertical = line ? new ConvolutionShape.Axis(1, 1, 0, 0, 1) : axis(op, 0);
    return new ConvolutionShape(dtype, (int) data.size(0), (int) data.size(1), line ? 1 : (int) data.size(2),
        (int) data.size(-1), (int) op.weight().size(0), vertical, axis(op, line ? 0 : 1), op.groups());
  }

  private static ConvolutionShape.Axis axis(Convolve op, int i) {
    var g = op.geometry();
    return new ConvolutionShape.Axis(g.kernel().get(i), g.stride().get(i), g.padLow().get(i), g.padHigh().get(i),
        g.dilation().get(i));
  }

  /** Strides in elements; those of axes of size 1 are 1, as kernels that want neighbours along them expect. */
  static ConvolutionShape.Strides strides(Located o) {
    boolean line = o.type().shape().rank() == 3;
    return new ConvolutionShape.Strides(stride(o, 0), stride(o, 1), line ? 1 : stride(o, 2), stride(o, line ? 2 : 3));
  }

  private static long stride(Located o, int axis) {
    return o.size(axis) == 1 ? 1 : o.stride(axis) / o.type().dtype().bytes();
  }
}
