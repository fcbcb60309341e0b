package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * The output or the data gradient of a convolution, prepared for one machine and one layout. Tables of offsets are made
 * at preparation, one for each set of taps that some positions share; running allocates nothing.
 *
 * <p>Order of arithmetic: each result is one chain of fused multiply-adds over ascending (kh, kw, channel), padding
 * left out. Layout, tiles, width and threads do not change it.
 *
 * <p>The weights are packed first. A run is {@link #run} for all {@link #tasks()}, in any order, on any threads.
 */
sealed interface Convolution extends Packing permits BatchInnerConvolution, ChannelsInnerConvolution,
    DepthwiseConvolution, FewChannelsGradient, PointwiseConvolution {
  /** Which member of the trilinear form is computed from the weights and the other image. */
  enum Role {
    /** y from x. */
    OUTPUT,
    /** The gradient of x from that of y. */
    DATA
  }

  /** Along which axis of both images elements must lie side by side. */
  enum LaneAxis {
    /** The batch: (h, w, c, n). */
    BATCH,
    /** The channels: (n, h, w, c). */
    CHANNELS
  }

  /**
   * The layout that serves a shape better, from its sizes alone. Lanes along the batch read images of few channels
   * without waste and need no packing of pixels; with many channels on either side, or few images, lanes along the
   * channels touch less memory at a time, and networks whose images come so need not turn them. Few channels on
   * both sides are worth turning 16 images.
   */
  static LaneAxis laneAxis(ConvolutionShape shape) {
    int fewer = Math.min(shape.c(), shape.o()) / shape.groups();
    int more = Math.max(shape.c(), shape.o()) / shape.groups();
    boolean few = fewer < 32 && more < 64 && !shape.isDepthwise();
    return few && shape.n() % 16 == 0 && (shape.n() >= 32 || more < 16) ? LaneAxis.BATCH : LaneAxis.CHANNELS;
  }

  /**
   * Prepares a convolution.
   *
   * @param in strides of the image that is read: x, or the gradient of y
   * @param weights strides of the weights [o, c / groups, kh, kw]
   * @param out strides of the image that is written: y, or the gradient of x
   * @param tables owns the tables of offsets
   * @throws IllegalArgumentException if the lane axis does not have stride 1 in both images
   */
  static Convolution of(Machine machine, ConvolutionShape shape, Role role, LaneAxis lanes,
      ConvolutionShape.Strides in, ConvolutionShape.Strides weights, ConvolutionShape.Strides out,
      SegmentAllocator tables) {
    var map = new ConvolutionMap(shape, role, in, weights, out);
    return lanes == LaneAxis.BATCH ? new BatchInnerConvolution(machine, map, tables)
        : DepthwiseConvolution.suits(machine, map) ? new DepthwiseConvolution(machine, map)
        : FewChannelsGradient.suits(machine, map, role) ? new FewChannelsGradient(machine, map)
        : PointwiseConvolution.suits(map) ? new PointwiseConvolution(machine, map)
        : new ChannelsInnerConvolution(machine, map, tables);
  }

  /** How many tasks the convolution is cut into; 0 if the result is empty. */
  int tasks();

  /** How many tasks each row of the result takes, where all those of a row come before those of the next; else 0. */
  default int tasksOfRow() {
    return 0;
  }

  /** Bytes of workspace, aligned to 64, that each worker must bring. */
  default long workspaceBytes() {
    return 0;
  }

  /**
   * Runs one task.
   *
   * @param in address of the image that is read
   * @param packed address of the packed weights
   * @param out address of the image that is written
   * @param workspace address of this worker's own {@link #workspaceBytes()}
   */
  void run(int task, long in, long packed, long out, long workspace);
}
