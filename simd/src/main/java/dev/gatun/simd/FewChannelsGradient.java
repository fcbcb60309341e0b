package dev.gatun.simd;

import java.util.List;

/**
 * The data gradient of a convolution of few channels, as first layers have them: lanes along the taps of a row of the
 * kernel and the channels of the image, which lie side by side. Each pixel of the output's gradient adds a row of taps
 * to the image at once, those of a line from right to left, so that each result is still one chain of fused
 * multiply-adds over ascending (kh, kw, channel). A tile's rows are lines of the output's gradient.
 *
 * <p>A task is a band of lines of one image.
 */
final class FewChannelsGradient implements Convolution {
  /** Bytes of a pixel of the image at most: with 8 channels of f32 lanes along the channels were half as fast again. */
  private static final int PIXEL = 16;
  /** Lines of the image in a band at least, if there are as many. */
  private static final int LINES = 16;

  private final ConvolutionMap map;
  private final ConvolutionShape.Axis vertical;
  /** Pixels of a line of the output's gradient that reach the same taps. */
  private final List<AxisRun> runs;
  private final GemmTiles tiles;
  /** Bytes of a row of taps when packed, {@code [kh][channel][kw][channel of the image]}, in whole tiles. */
  private final int packedRow;
  private final int outHeight;
  private final int bands;

  FewChannelsGradient(Machine machine, ConvolutionMap map) {
    this.map = map;
    vertical = map.shape().vertical();
    outHeight = map.shape().outHeight();
    runs = AxisRun.output(map.shape().horizontal(), map.shape().w()).stream().filter(run -> run.taps().length > 0)
        .toList().reversed();
    int lanes = machine.lanes(map.bytes());
    int rowOfTaps = map.shape().horizontal().kernel() * map.outChannels();
    int vectors = GemmBlocking.vectors(machine, Math.ceilDiv(rowOfTaps, lanes));
    int rows = GemmTiles.alike(Math.max(1, outHeight), GemmBlocking.rows(machine, vectors));
    var full = new TileShape(map.shape().dtype(), machine.vectorBits(), TileShape.Family.OUTER, rows, vectors, 0, false,
        false);
    int width = vectors * lanes;
    packedRow = Math.ceilDiv(rowOfTaps, width) * width * map.bytes();
    tiles = new GemmTiles(full, lanes, new Turn(Turn.stepsOf(full), map.bytes(), packedRow), 0);
    bands = Math.clamp(Math.ceilDiv(machine.cores(), Math.max(1, map.shape().n())), 1,
        Math.max(1, map.height() / LINES));
    tiles.prepare(1, map.width() * map.outChannels());
    for (int height = 1; height <= rows; height++) {
      for (var run : runs) {
        tiles.prepare(height, run.taps().length * map.outChannels(), map.inChannels());
      }
    }
  }

  /** Whether a convolution is such a gradient, and one vector would hold a pixel of the image twice. */
  static boolean suits(Machine machine, ConvolutionMap map, Role role) {
    var horizontal = map.shape().horizontal();
    return role == Role.DATA && map.groups() == 1 && horizontal.kernel() > 1 && horizontal.dilation() == 1
        && (long) map.outChannels() * map.bytes() <= Math.min(PIXEL, machine.vectorBytes() / 2)
        && map.in().channel() == map.bytes() && (map.outChannels() == 1 || map.out().channel() == map.bytes())
        && map.out().width() == (long) map.outChannels() * map.bytes();
  }

  @Override
  public Order order() {
    return map.order(getClass(), packedRow);
  }

  /** A row more than there are: a tile that begins with a later tap reads beyond. */
  @Override
  public long packedBytes() {
    return (vertical.kernel() * (long) map.inChannels() + 1) * packedRow;
  }

  @Override
  public int packTasks() {
    return 1;
  }

  @Override
  public void pack(int task, int worker, long weights, long packed) {
    for (int tap = 0; tap < map.taps(); tap++) {
      int kh = tap / map.shape().horizontal().kernel();
      int kw = tap % map.shape().horizontal().kernel();
      Pack.copy(map.shape().dtype(), weights + kh * map.weights().height() + kw * map.weights().width(), map.weightIn(),
          map.weightOut(), packed + (long) kh * map.inChannels() * packedRow
          + (long) kw * map.outChannels() * map.bytes(), packedRow, map.inChannels(), map.outChannels());
    }
  }

  @Override
  public int tasks() {
    return map.shape().n() * bands;
  }

  @Override
  public void run(int task, long in, long packed, long out, long workspace) {
    int band = task % bands;
    int first = (int) ((long) map.height() * band / bands);
    int end = (int) ((long) map.height() * (band + 1) / bands);
    long from = in + task / bands * map.in().outer();
    long to = out + task / bands * map.out().outer();
    clear(to + first * map.out().height(), end - first);
    for (int below = outHeight; below > 0; below -= tiles.rows()) {
      for (int kh = 0; kh < vertical.kernel(); kh++) {
        int offset = kh * vertical.dilation() - vertical.padBegin();
        int top = Math.max(Math.max(0, below - tiles.rows()), Math.ceilDiv(first - offset, vertical.stride()));
        int bottom = Math.min(below, Math.ceilDiv(end - offset, vertical.stride()));
        if (top < bottom) {
          lines(from + top * map.in().height(), packed + (long) kh * map.inChannels() * packedRow,
              to + ((long) top * vertical.stride() + offset) * map.out().height(), bottom - top);
        }
      }
    }
  }

  /** Begins all sums of some lines of the image. */
  private void clear(long out, int lines) {
    int columns = map.width() * map.outChannels();
    for (int i = 0; i < lines; i++) {
      for (int j = 0; j < columns; j += tiles.width(columns - j)) {
        tiles.multiply(1, columns - j, Raw.ZEROS, 0, Raw.ZEROS,
            out + i * map.out().height() + (long) j * map.bytes(), 0, 0, Raw.ZEROS, 0);
      }
    }
  }

  /** Adds what lines of the output's gradient give to a line each of the image, by one row of the kernel. */
  private void lines(long in, long weights, long out, int height) {
    int size = map.bytes();
    long outRow = vertical.stride() * map.out().height();
    for (var run : runs) {
      int columns = run.taps().length * map.outChannels();
      long taps = weights + (long) run.taps()[0] * map.outChannels() * size;
      for (int pixel = run.count() - 1; pixel >= 0; pixel--) {
        long from = in + (run.start() + (long) pixel) * map.in().width();
        long to = out + (run.source() + (long) pixel * run.sourceStep()) * map.out().width();
        for (int j = 0; j < columns; j += tiles.width(columns - j)) {
          long sums = to + (long) j * size;
          tiles.multiply(height, columns - j, from, map.in().height() / size, taps + (long) j * size, sums, outRow,
              map.inChannels(), sums, outRow);
        }
      }
    }
  }
}
