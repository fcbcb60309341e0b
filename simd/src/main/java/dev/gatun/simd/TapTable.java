package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * The offsets of one whole sum, for all positions of a vertical and a horizontal run: one pair for each (kh, kw,
 * channel) in that order, or for the first of each turn, the weights' offset and the image's. One counted loop then
 * walks a whole sum, whatever taps the border leaves.
 *
 * @param address of the pairs
 * @param entries pairs
 * @param turning whether an entry stands for all steps of a turn
 */
record TapTable(long address, int entries, boolean turning) {
  /**
   * How steps lie that follow each other at equal distances, as many as a tile takes at once: those of the channels of
   * a tap, or of one channel the taps of a row of the kernel.
   *
   * @param weightStep bytes between the packed weights of two steps
   * @param imageFirst whether the image is the left operand
   */
  static Turn turn(ConvolutionMap map, long weightStep, boolean imageFirst, TileShape tile) {
    long imageStep = map.inChannels() > 1 ? map.in().channel() : tapStep(map);
    int steps = Turn.stepsOf(tile, map.inChannels() > 1 ? map.inChannels() : map.shape().horizontal().kernel());
    int image = TileShape.baked(steps, imageStep);
    int weight = Math.toIntExact(weightStep);
    return steps == 1 || image <= 0 ? Turn.SINGLE
        : new Turn(steps, imageFirst ? image : weight, imageFirst ? weight : image);
  }

  /** Bytes from tap to tap where a pixel reads a whole row of the kernel; 0 if none does, or at no one distance. */
  private static long tapStep(ConvolutionMap map) {
    for (var x : map.horizontal()) {
      int[] offsets = x.offsets();
      int step = isWhole(map, x) && offsets.length > 1 ? offsets[1] - offsets[0] : 0;
      if (step != 0) {
        return step * map.in().width();
      }
    }
    return 0;
  }

  private static boolean isWhole(ConvolutionMap map, AxisRun x) {
    return x.taps().length == map.shape().horizontal().kernel();
  }

  /**
   * Makes a table.
   *
   * @param weightStep bytes between the packed weights of two steps
   * @param imageFirst whether the image's offset comes first in a pair: where the image is the left operand
   * @param turn what {@link #turn} says
   */
  static TapTable of(ConvolutionMap map, AxisRun y, AxisRun x, long weightStep, boolean imageFirst, Turn turn,
      SegmentAllocator memory) {
    int channels = map.inChannels();
    boolean turning = turn.steps() > 1 && (channels > 1 || isWhole(map, x));
    int steps = y.taps().length * x.taps().length * channels;
    int entries = turning ? steps / turn.steps() : steps;
    long address = StepTable.allocate(memory, entries);
    long at = address;
    int step = 0;
    for (int i = 0; i < y.taps().length; i++) {
      for (int j = 0; j < x.taps().length; j++) {
        for (int c = 0; c < channels; c++) {
          if (turning && step++ % turn.steps() != 0) {
            continue;
          }
          long tap = (long) y.taps()[i] * map.shape().horizontal().kernel() + x.taps()[j];
          long weight = (tap * channels + c) * weightStep;
          long image = y.offsets()[i] * map.in().height() + x.offsets()[j] * map.in().width() + c * map.in().channel();
          StepTable.set(at, imageFirst ? image : weight, imageFirst ? weight : image, map.bytes());
          at += StepTable.PAIR;
        }
      }
    }
    return new TapTable(address, entries, turning);
  }
}
