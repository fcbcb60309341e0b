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
   * @param accumulate whether to add to what is in the result
   * @param done told of each finished part: batch is the tap, kh * width + kw; rows are channels o, columns channels c
   *     within the group
   */
  void run(int task, int worker, long x, long y, long weights, boolean accumulate, long workspace, TileDone done);
}
