package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.List;

/**
 * Weight gradient of a convolution of each channel of f32 by itself with 3 × 3 taps, lanes along the channels: row by
 * row of the output, and for each one vector of channels after the other, whose nine sums stay in registers meanwhile.
 * So memory is read once; tiles, one for each tap, read it for each row of taps and took up to twice as long. Each
 * result is one chain of fused multiply-adds over ascending (n, oy, ox).
 *
 * <p>A task is some of the channels, for all pixels: as many as there are workers, since parts of pixels are read more
 * slowly (by a fifth, where halves of 96 and 144 channels are).
 */
final class DepthwiseWeights implements ConvolutionWeights {
  private static final int KERNEL = 3;
  private static final int LANES = DepthwiseVectors.LANES;
  /** Channels of a cache line, which no two tasks share. */
  private static final int LINE = Machine.LINE / Float.BYTES;
  private static final WarmingDepthwise NINE = WarmingDepthwise.of(WarmingDepthwise.Kind.WEIGHTS);
  private static final WarmingDepthwise COLUMN = WarmingDepthwise.of(WarmingDepthwise.Kind.COLUMN);

  private final WeightsMap map;
  private final DepthwiseRow row;
  private final int channelsPerTask;
  /** The first pixel of a row all of whose columns of taps lie on the image; {@code last} is that after the last. */
  private final int first;
  private final int last;
  /** Pixels before these, or after them, that have two columns of taps. */
  private final int left;
  private final int right;
  /** Pixels of a row that are walked at a time: what they read waits in L2 for the next vector of channels. */
  private final int pixels;

  DepthwiseWeights(Machine machine, WeightsMap given) {
    map = given.joined();
    channelsPerTask = Math.ceilDiv(Math.ceilDiv(map.outputs(), machine.cores()), LINE) * LINE;
    var across = map.horizontal();
    row = new DepthwiseRow(map.shape().vertical().dilation() * map.x().height(), (int) tap(map), (int) step(map),
        map.y().width(), (long) KERNEL * vectors() * LANES * map.bytes());
    // A later column of taps starts and ends earlier.
    first = across.get(0).start();
    last = Math.max(first, across.get(2).end());
    left = first - across.get(1).start();
    right = across.get(1).end() - last;
    long read = KERNEL * step(map) + map.y().width();
    pixels = Math.clamp(machine.level2() / 2 / read, 1, Math.max(1, map.shape().outWidth()));
  }

  /**
   * Whether a weight gradient is one for this kernel, which wants distances of a few pixels to be ints; all others are
   * sums of tiles.
   */
  static boolean suits(WeightsMap map) {
    var shape = map.shape();
    return shape.dtype() == DType.F32 && shape.isDepthwise() && shape.c() >= LANES
        && shape.vertical().kernel() == KERNEL && shape.horizontal().kernel() == KERNEL
        && map.x().channel() == map.bytes() && map.y().channel() == map.bytes() && step(map) > 0
        && step(map) + tap(map) <= Integer.MAX_VALUE / 4;
  }

  /** Bytes from a tap to the next one. */
  private static long tap(WeightsMap map) {
    return map.shape().horizontal().dilation() * map.x().width();
  }

  /** Bytes of the image from pixel to pixel. */
  private static long step(WeightsMap map) {
    return map.shape().horizontal().stride() * map.x().width();
  }

  /** Of the channels of a task, the last begun. */
  private int vectors() {
    return Math.ceilDiv(channelsPerTask, LANES);
  }

  @Override
  public int tasks() {
    return Math.ceilDiv(map.outputs(), channelsPerTask);
  }

  /** Room for one row of taps more, see {@link DepthwiseLanes#weights}. */
  @Override
  public long workspaceBytes() {
    return (KERNEL + 1) * row.sums();
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    int channel = task * channelsPerTask;
    int channels = Math.min(channelsPerTask, map.outputs() - channel);
    Pack.zero(workspace, KERNEL * row.sums());
    var shape = map.shape();
    for (int n = 0; n < shape.n(); n++) {
      long image = x + n * map.x().outer() + channel * map.x().channel();
      long own = y + n * map.y().outer() + channel * map.y().channel();
      for (int i = 0; i < shape.outHeight(); i++) {
        long line = (long) i * shape.vertical().stride() - shape.vertical().padBegin();
        row(image + line * map.x().height(), own + i * map.y().height(), i, channels, workspace);
      }
    }
    write(weights + channel * map.weights().outer(), channels, workspace);
  }

  /** Adds what a row of the output's gradient gives. */
  private void row(long x, long y, int at, int channels, long sums) {
    int top = 0;
    while (top < KERNEL && !lies(map.vertical(), top, at)) {
      top++;
    }
    int bottom = top;
    while (bottom < KERNEL && lies(map.vertical(), bottom, at)) {
      bottom++;
    }
    if (top == bottom) {
      return;
    }
    if (first == last) {
      for (int across = 0; across < KERNEL; across++) {
        var run = map.horizontal().get(across);
        column(x, y, across, top, bottom, run.start(), run.end(), channels, sums);
      }
      return;
    }
    column(x, y, 2, top, bottom, map.horizontal().get(2).start(), first - left, channels, sums);
    for (int from = first; from < last; from += pixels) {
      nine(x, y, top, bottom, from, Math.min(last, from + pixels), channels, sums);
    }
    column(x, y, 0, top, bottom, last + right, map.horizontal().get(0).end(), channels, sums);
  }

  /** Some pixels that have all columns of taps, and those beside the first and the last such that have two. */
  private void nine(long x, long y, int top, int bottom, int from, int to, int channels, long sums) {
    int before = from == first ? left : 0;
    int after = to == last ? right : 0;
    long image = image(x, from - before);
    long own = own(y, from - before);
    var fast = NINE.serving((long) (to - from) * channels);
    int whole = fast == null ? 0 : channels / LANES * LANES;
    if (whole > 0) {
      fast.weights(row, image, own, sums, top, bottom, before, to - from, after, whole);
    }
    if (whole < channels) {
      scalars(x, y, 1, 3, top, bottom, from - before, from, whole, channels, sums);
      scalars(x, y, 0, 3, top, bottom, from, to, whole, channels, sums);
      scalars(x, y, 0, 2, top, bottom, to, to + after, whole, channels, sums);
    }
  }

  /** Pixels of one column of taps, none where {@code from} is not below {@code to}. */
  private void column(long x, long y, int across, int top, int bottom, int from, int to, int channels, long sums) {
    for (int pixel = from; pixel < to; pixel += pixels) {
      int end = Math.min(to, pixel + pixels);
      var fast = COLUMN.serving((long) (end - pixel) * channels);
      int whole = fast == null ? 0 : channels / LANES * LANES;
      if (whole > 0) {
        fast.column(row, image(x, pixel) + (long) across * row.tap(), own(y, pixel),
            sums + (long) across * LANES * map.bytes(), top, bottom, end - pixel, whole);
      }
      if (whole < channels) {
        scalars(x, y, across, across + 1, top, bottom, pixel, end, whole, channels, sums);
      }
    }
  }

  private void scalars(long x, long y, int first, int last, int top, int bottom, int from, int to, int channel,
      int channels, long sums) {
    DepthwiseScalars.weights(row, image(x, from), own(y, from), sums, top, bottom, first, last, to - from, channel,
        channels);
  }

  /** Address of the image under the first tap of a pixel. */
  private long image(long x, int pixel) {
    return x + (long) pixel * row.step() - map.shape().horizontal().padBegin() * map.x().width();
  }

  private long own(long y, int pixel) {
    return y + pixel * row.ownStep();
  }

  /** Whether a tap of a position of the output lies on the image. */
  private static boolean lies(List<AxisRun> axis, int tap, int position) {
    var run = axis.get(tap);
    return position >= run.start() && position < run.end();
  }

  private void write(long weights, int channels, long sums) {
    long vector = (long) LANES * map.bytes();
    for (int channel = 0; channel < channels; channel += LANES) {
      for (int down = 0; down < KERNEL; down++) {
        Pack.scatter(DType.F32, sums + down * row.sums() + channel / LANES * KERNEL * vector, vector,
            weights + channel * map.weights().outer() + down * map.weights().height(), map.weights().width(),
            map.weights().outer(), KERNEL, Math.min(LANES, channels - channel));
      }
    }
  }
}
