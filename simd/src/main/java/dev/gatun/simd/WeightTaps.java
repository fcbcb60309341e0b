package dev.gatun.simd;

import dev.gatun.memory.DType;

/** Copies weights of a convolution to where all its taps are walked one after the other. */
final class WeightTaps {
  /** Channels at a time: 32 filters of 3 × 3 taps fill L1, are read by the kilobyte, and share lines for all taps. */
  private static final int CHANNELS = 32;

  private final ConvolutionMap map;
  private final boolean flipped;

  /** @param flipped whether the last tap comes first */
  WeightTaps(ConvolutionMap map, boolean flipped) {
    this.map = map;
    this.flipped = flipped;
  }

  /**
   * Copies {@code [tap][channel][column]}: columns are channels of the result, and lie side by side.
   *
   * @param source the first channel's weight for the first column and tap
   * @param tapRow bytes from tap to tap of the target; {@code row} from channel to channel
   */
  void copy(long source, long target, long tapRow, long row, int channels, int columns) {
    int side = WarmingTranspose.lanes();
    var squares = channels > 0 && columns >= side && liesDense(columns)
        ? WarmingTranspose.of((long) map.taps() * channels * columns) : null;
    int inSquares = squares == null ? 0 : columns / side * side;
    if (squares != null) {
      if (map.weightIn() == tapsBytes()) {
        summedDense(squares, source, target, tapRow, row, channels, inSquares);
      } else {
        columnsDense(squares, source, target, tapRow, row, channels, inSquares);
      }
    }
    if (inSquares < columns) {
      each(source + inSquares * map.weightOut(), target + (long) inSquares * map.bytes(), tapRow, row, channels,
          columns - inSquares);
    }
  }

  /** Whether the weights of all taps lie side by side, and either those of the channels do or those of the columns. */
  private boolean liesDense(int columns) {
    return map.taps() > 1 && map.shape().dtype() == DType.F32 && map.weights().width() == map.bytes()
        && map.weights().height() == (long) map.shape().horizontal().kernel() * map.bytes()
        && (map.weightIn() == tapsBytes()
        || map.weightOut() == tapsBytes() && map.weightIn() >= columns * map.weightOut());
  }

  private long tapsBytes() {
    return (long) map.taps() * map.bytes();
  }

  private long target(long target, long tapRow, int tap) {
    return target + (flipped ? map.taps() - 1 - tap : tap) * tapRow;
  }

  /** Taps of all channels are one row after the other. */
  private void summedDense(Transpose squares, long source, long target, long tapRow, long row, int channels,
      int columns) {
    int side = WarmingTranspose.lanes();
    int taps = map.taps();
    int all = channels * taps;
    int whole = all / side * side;
    long step = flipped ? -tapRow : tapRow;
    squares.run(source, map.weightOut(), target(target, tapRow, 0), step, taps, row - taps * step, whole, columns);
    for (int i = whole; i < all; i++) {
      Pack.copy(DType.F32, source + (long) i * map.bytes(), 0, map.weightOut(),
          target(target, tapRow, i % taps) + i / taps * row, 0, 1, columns);
    }
  }

  /** The taps of a channel are few rows; of the last channel none is read with them that may not be there. */
  private void columnsDense(Transpose squares, long source, long target, long tapRow, long row, int channels,
      int columns) {
    for (int c = 0; c < channels - 1; c++) {
      squares.run(source + c * map.weightIn(), map.weightOut(), target(target, tapRow, 0) + c * row,
          flipped ? -tapRow : tapRow, Integer.MAX_VALUE, 0, map.taps(), columns);
    }
    each(source + (channels - 1) * map.weightIn(), target + (channels - 1) * row, tapRow, row, 1, columns);
  }

  private void each(long source, long target, long tapRow, long row, int channels, int columns) {
    int kernel = map.shape().horizontal().kernel();
    for (int c = 0; c < channels; c += CHANNELS) {
      for (int tap = 0; tap < map.taps(); tap++) {
        Pack.copy(map.shape().dtype(), source + c * map.weightIn() + tap / kernel * map.weights().height()
            + tap % kernel * map.weights().width(), map.weightIn(), map.weightOut(),
            target(target, tapRow, tap) + c * row, row, Math.min(CHANNELS, channels - c), columns);
      }
    }
  }
}
