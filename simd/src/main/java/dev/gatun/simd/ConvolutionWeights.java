package dev.gatun.simd;

import java.lang.foreign.Arena;

/**
 * The weight gradient of a convolution, prepared for one machine and one layout: {@code dw[o, c, kh, kw]}, the sum over
 * all pixels and batch entries of {@code x * dy}, padding left out.
 *
 * <p>Order of arithmetic, which the layout decides: {@link BatchInnerWeights} has 16 virtual lanes along the batch (8
 * in f64), {@link ChannelsInnerWeights} one chain over (n, oy, ox). Tiles, width and threads do not change it.
 */
sealed interface ConvolutionWeights permits BatchInnerWeights, ChannelsInnerWeights {
  /**
   * Prepares a weight gradient.
   *
   * @param x strides of the image
   * @param y strides of the gradient of the output
   * @param weights strides of the result
   * @param tables owns the tables of offsets
   */
  static ConvolutionWeights of(Machine machine, ConvolutionShape shape, Convolution.LaneAxis lanes,
      ConvolutionShape.Strides x, ConvolutionShape.Strides y, ConvolutionShape.Strides weights, Arena tables) {
    return lanes == Convolution.LaneAxis.BATCH ? new BatchInnerWeights(machine, shape, x, y, weights, tables)
        : new ChannelsInnerWeights(machine, shape, x, y, weights, tables);
  }

  /** How many tasks the gradient is cut into; 0 if the result is empty. */
  int tasks();

  /** Bytes of workspace, aligned to 64, that each worker must bring. */
  long workspaceBytes();

  /**
   * Runs one task.
   *
   * @param x address of the image
   * @param y address of the gradient of the output
   * @param weights address of the result
   * @param workspace address of this worker's own {@link #workspaceBytes()}
   */
  void run(int task, long x, long y, long weights, long workspace);
}
