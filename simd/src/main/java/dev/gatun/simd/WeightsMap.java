package dev.gatun.simd;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What all weight gradients of a convolution start from: channels of one group, strides in bytes, and for each tap the
 * positions of the output that read it, along either axis.
 *
 * @param outputs output channels of a group; {@code inputs} likewise
 */
record WeightsMap(ConvolutionShape shape, int groups, int outputs, int inputs, List<AxisRun> vertical,
    List<AxisRun> horizontal, ConvolutionShape.Strides x, ConvolutionShape.Strides y, ConvolutionShape.Strides weights) {
  /** From strides in elements. */
  WeightsMap(ConvolutionShape shape, ConvolutionShape.Strides x, ConvolutionShape.Strides y,
      ConvolutionShape.Strides weights) {
    int size = shape.dtype().bytes();
    this(shape, shape.groups(), shape.o() / shape.groups(), shape.c() / shape.groups(),
        runs(shape.vertical(), shape.h()), runs(shape.horizontal(), shape.w()), x.times(size),
        y.times(size), weights.times(size));
  }

  /** A depthwise convolution as one group, in which each output channel is made of the same input channel. */
  WeightsMap joined() {
    return new WeightsMap(shape, 1, groups, 1, vertical, horizontal, x, y, weights);
  }

  private static List<AxisRun> runs(ConvolutionShape.Axis axis, int in) {
    return IntStream.range(0, axis.kernel()).mapToObj(tap -> AxisRun.ofTap(axis, in, tap)).toList();
  }

  /** Bytes of an element. */
  int bytes() {
    return shape.dtype().bytes();
  }

  /** Bytes from the first weight to that of a group's output and input channel for a tap. */
  long weight(int group, int output, int input, int kh, int kw) {
    return ((long) group * outputs + output) * weights.outer() + input * weights.channel() + kh * weights.height()
        + kw * weights.width();
  }

  /** The positions along the height that a tap reads for; {@code along} those along the width. */
  AxisRun down(int tap) {
    return vertical.get(tap / horizontal.size());
  }

  AxisRun along(int tap) {
    return horizontal.get(tap % horizontal.size());
  }

  /** Taps of the kernel. */
  int taps() {
    return vertical.size() * horizontal.size();
  }
}
