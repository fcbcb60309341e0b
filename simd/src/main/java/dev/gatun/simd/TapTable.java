package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * The offsets of one whole sum, for all positions of a vertical and a horizontal run: one pair for each (kh, kw,
 * channel) in that order, or for the first of a few channels, the weights' offset and the image's. One counted loop
 * then walks a whole sum, whatever taps the border leaves.
 *
 * @param address of the pairs
 * @param entries pairs
 */
record TapTable(long address, int entries) {
  /**
   * Makes a table.
   *
   * @param weightStep bytes between the packed weights of two steps
   * @param imageFirst whether the image's offset comes first in a pair: where the image is the left operand
   * @param turn channels of an entry
   */
  static TapTable of(ConvolutionMap map, AxisRun y, AxisRun x, long weightStep, boolean imageFirst, int turn,
      SegmentAllocator memory) {
    int channels = map.inChannels();
    int entries = y.taps().length * x.taps().length * channels / turn;
    long address = StepTable.allocate(memory, entries);
    long at = address;
    for (int i = 0; i < y.taps().length; i++) {
      for (int j = 0; j < x.taps().length; j++) {
        for (int c = 0; c < channels; c += turn) {
          long tap = (long) y.taps()[i] * map.shape().horizontal().kernel() + x.taps()[j];
          long weight = (tap * channels + c) * weightStep;
          long image = y.offsets()[i] * map.in().height() + x.offsets()[j] * map.in().width() + c * map.in().channel();
          StepTable.set(at, imageFirst ? image : weight, imageFirst ? weight : image, map.bytes());
          at += StepTable.PAIR;
        }
      }
    }
    return new TapTable(address, entries);
  }
}
