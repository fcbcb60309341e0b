package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * The weight gradient of a convolution, prepared for one machine and one layout: {@code dw[o, c, kh, kw]}, the sum over
 * all pixels and batch entries of {@code x * dy}, padding left out.
 *
 * <p>Order of arithmetic, which layout and shape decide: {@link BatchInnerWeights} has 16 virtual lanes along the batch
 * (8 in f64), {@link BatchInnerProducts} one chain over (oy, ox, n), {@link ChannelsInnerWeights},
 * {@link ChannelsInnerProducts}, {@link DepthwiseWeights} and {@link PointwiseWeights} one over (n, oy, ox).
 * Tiles, width and threads do not change it.
 *
 * <p>A run is {@link #pack} for all {@link #packTasks()}, then, when these are done, {@link #run} for all
 * {@link #tasks()}; within each list in any order, on any threads.
 */
sealed interface ConvolutionWeights permits BatchInnerProducts, BatchInnerWeights,
    ChannelsInnerProducts, ChannelsInnerWeights, DepthwiseWeights, PointwiseWeights {
  /**
   * Prepares a weight gradient.
   *
   * @param x strides of the image
   * @param y strides of the gradient of the output
   * @param weights strides of the result
   * @param tables owns the tables of offsets
   */
  static ConvolutionWeights of(Machine machine, ConvolutionShape shape, Convolution.LaneAxis lanes,
      ConvolutionShape.Strides x, ConvolutionShape.Strides y, ConvolutionShape.Strides weights,
      SegmentAllocator tables) {
    var map = new WeightsMap(shape, x, y, weights);
    if (lanes == Convolution.LaneAxis.CHANNELS) {
      return PointwiseWeights.suits(map) ? new PointwiseWeights(machine, map)
          : DepthwiseWeights.suits(map) ? new DepthwiseWeights(machine, map)
          : ChannelsInnerProducts.suits(map) ? new ChannelsInnerProducts(machine, map, tables)
          : new ChannelsInnerWeights(machine, map, tables);
    }
    return BatchInnerProducts.suits(shape) ? new BatchInnerProducts(machine, map)
        : new BatchInnerWeights(machine, map, tables);
  }

  /**
   * Bytes that the packed gradient of the output takes, aligned to 64, which all workers share; 0 if it is not packed.
   */
  default long packedBytes() {
    return 0;
  }

  /** How many tasks the packing is cut into. */
  default int packTasks() {
    return 0;
  }

  /** Packs one part of the gradient of the output. */
  default void pack(int task, long y, long packed) {
    throw new IllegalStateException("nothing to pack in " + this);
  }

  /** How many tasks the gradient is cut into; 0 if the result is empty. */
  int tasks();

  /** Bytes of workspace, aligned to 64, that each worker must bring. */
  long workspaceBytes();

  /**
   * Runs one task.
   *
   * @param x address of the image
   * @param y address of the gradient of the output, packed where {@link #packedBytes} is not 0
   * @param weights address of the result
   * @param workspace address of this worker's own {@link #workspaceBytes()}
   */
  void run(int task, long x, long y, long weights, long workspace);
}
