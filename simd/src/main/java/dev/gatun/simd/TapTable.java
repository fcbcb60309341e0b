package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * The offsets of one whole sum, for all positions of a vertical and a horizontal run: one pair for each (kh, kw,
 * channel) in that order, the weights' offset and the image's. One counted loop then walks a whole sum, whatever taps
 * the border leaves.
 *
 * @param address of the pairs
 * @param steps pairs
 */
record TapTable(long address, int steps) {
  private static final int PAIR = 16;

  /**
   * Makes a table.
   *
   * @param weightStep bytes between the packed weights of two steps
   * @param imageFirst whether the image's offset comes first in a pair: where the image is the left operand
   */
  static TapTable of(ConvolutionMap map, AxisRun y, AxisRun x, long weightStep, boolean imageFirst,
      SegmentAllocator memory) {
    int channels = map.inChannels();
    int steps = y.taps().length * x.taps().length * channels;
    long address = memory.allocate((long) Math.max(1, steps) * PAIR, PAIR).address();
    long at = address;
    for (int i = 0; i < y.taps().length; i++) {
      for (int j = 0; j < x.taps().length; j++) {
        for (int c = 0; c < channels; c++) {
          long tap = (long) y.taps()[i] * map.shape().horizontal().kernel() + x.taps()[j];
          long weight = (tap * channels + c) * weightStep;
          long image = y.offsets()[i] * map.in().height() + x.offsets()[j] * map.in().width() + c * map.in().channel();
          Raw.ALL.set(Raw.I64, at, imageFirst ? image : weight);
          Raw.ALL.set(Raw.I64, at + PAIR / 2, imageFirst ? weight : image);
          at += PAIR;
        }
      }
    }
    return new TapTable(address, steps);
  }
}
