package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.List;

/**
 * Weight gradient of a convolution of each channel of f32 by itself with 3 × 3 taps, lanes along the channels: row by
 * row of the output, and for each one vector of channels after the other, whose nine sums stay in registers meanwhile.
 * So memory is read once; a tile for each tap read it nine times and took twice as long and more. Each result is one
 * chain of fused multiply-adds over ascending (n, oy, ox).
 *
 * <p>A task is some of the channels, for all pixels: as many as there are workers, since parts of pixels are read more
 * slowly (by a fifth, where halves of 96 and 144 channels are).
 */
final class DepthwiseWeights implements ConvolutionWeights {
  private static final int KERNEL = 3;
  private static final int LANES = DepthwiseVectors.LANES;
  /** Channels of a cache line, which no two tasks share. */
  private static final int LINE = Machine.LINE / Float.BYTES;
  private static final WarmingDepthwise WARMING = WarmingDepthwise.of(WarmingDepthwise.Kind.WEIGHTS);

  private final WeightsMap map;
  private final DepthwiseRow row;
  private final int channelsPerTask;
  /** Pixels of a row that are walked at a time: what they read waits in L2 for the next vector of channels. */
  private final int pixels;

  DepthwiseWeights(Machine machine, WeightsMap given) {
    map = given.joined();
    channelsPerTask = Math.ceilDiv(Math.ceilDiv(map.outputs(), machine.cores()), LINE) * LINE;
    var across = map.horizontal();
    row = new DepthwiseRow(map.shape().vertical().dilation() * map.x().height(), (int) tap(map), (int) step(map),
        (int) map.y().width(), (long) KERNEL * vectors() * LANES * map.bytes(),
        across.stream().mapToInt(AxisRun::start).toArray(),
        across.stream().mapToInt(run -> run.start() + run.count()).toArray());
    long read = KERNEL * step(map) + map.y().width();
    pixels = Math.clamp(machine.level2() / 2 / read, 1, Math.max(1, map.shape().outWidth()));
  }

  /** Whether a weight gradient is one for this kernel; all others are sums of tiles. */
  static boolean suits(WeightsMap map) {
    var shape = map.shape();
    return shape.dtype() == DType.F32 && shape.isDepthwise() && shape.c() >= LANES
        && shape.vertical().kernel() == KERNEL && shape.horizontal().kernel() == KERNEL
        && map.x().channel() == map.bytes() && map.y().channel() == map.bytes() && step(map) > 0
        && step(map) + KERNEL * tap(map) + map.y().width() <= Integer.MAX_VALUE / 2;
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
    int width = map.shape().outWidth();
    long padding = map.shape().horizontal().padBegin() * map.x().width();
    for (int from = 0; from < width; from += pixels) {
      int to = Math.min(width, from + pixels);
      long image = x - padding + (long) from * row.step();
      long own = y + (long) from * row.ownStep();
      var fast = WARMING.serving((long) (to - from) * channels);
      int whole = fast == null ? 0 : channels / LANES * LANES;
      if (whole > 0) {
        fast.weights(row, image, own, sums, top, bottom, from, to, whole);
      }
      DepthwiseScalars.weights(row, image, own, sums, top, bottom, from, to, whole, channels);
    }
  }

  /** Whether a tap of a position of the output lies on the image. */
  private static boolean lies(List<AxisRun> axis, int tap, int position) {
    var run = axis.get(tap);
    return position >= run.start() && position < run.start() + run.count();
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
