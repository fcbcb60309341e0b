package dev.gatun.simd;

import java.util.List;

/**
 * Output and data gradient seen alike: an image is computed from another in {@code groups}, with {@code inChannels} to
 * {@code outChannels} each, each result at positions given by runs of both axes.
 *
 * @param weightIn stride of the weights along the channel that is summed, in bytes; {@code weightOut} along that of the
 *     result
 * @param in strides in bytes, like all others
 */
record ConvolutionMap(ConvolutionShape shape, int groups, int inChannels, int outChannels, int height, int width,
    List<AxisRun> vertical, List<AxisRun> horizontal, ConvolutionShape.Strides in, ConvolutionShape.Strides out,
    ConvolutionShape.Strides weights, long weightIn, long weightOut, long weightGroup) {
  ConvolutionMap(ConvolutionShape shape, Convolution.Role role, ConvolutionShape.Strides in,
      ConvolutionShape.Strides weights, ConvolutionShape.Strides out) {
    boolean forward = role == Convolution.Role.OUTPUT;
    int c = shape.c() / shape.groups();
    int o = shape.o() / shape.groups();
    int size = shape.dtype().bytes();
    var w = weights.times(size);
    this(shape, shape.groups(), forward ? c : o, forward ? o : c, forward ? shape.outHeight() : shape.h(),
        forward ? shape.outWidth() : shape.w(),
        forward ? AxisRun.output(shape.vertical(), shape.h()) : AxisRun.data(shape.vertical(), shape.h()),
        forward ? AxisRun.output(shape.horizontal(), shape.w()) : AxisRun.data(shape.horizontal(), shape.w()),
        in.times(size), out.times(size), w, forward ? w.channel() : w.outer(), forward ? w.outer() : w.channel(),
        w.outer() * o);
  }

  /** A depthwise convolution as one group, in which each channel of the result is made of the same one of the image. */
  ConvolutionMap joined() {
    return new ConvolutionMap(shape, 1, 1, groups, height, width, vertical, horizontal, in, out, weights, 0,
        weightGroup, 0);
  }

  /** In what order a kernel that computes panels of so many channels wants the weights. */
  Packing.Order order(Class<?> kernel, int panel) {
    return new Packing.Order(kernel, shape.dtype(), List.of((long) groups, (long) inChannels, (long) outChannels,
        (long) shape.vertical().kernel(), (long) shape.horizontal().kernel(), weights.height(), weights.width(),
        weightIn, weightOut, weightGroup, (long) panel));
  }

  /** Bytes of an element. */
  int bytes() {
    return shape.dtype().bytes();
  }

  /** Taps of the kernel. */
  int taps() {
    return shape.vertical().kernel() * shape.horizontal().kernel();
  }

  /** Steps of the longest sum. */
  int steps() {
    return taps() * inChannels;
  }
}
