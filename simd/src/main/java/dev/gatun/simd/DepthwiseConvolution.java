package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.Arrays;

/**
 * Convolution of each channel of f32 by itself with 3 × 3 taps, lanes along the channels: pixel by pixel, and for each
 * one vector of channels after the other, so that memory is read as it lies. As tiles, whose loop would have nine
 * turns, 16 images took twice as long. Weights are packed {@code [vector of channels][kh][kw][lane]}.
 *
 * <p>A task is some rows of one image.
 */
final class DepthwiseConvolution implements Convolution {
  private static final int KERNEL = 3;
  /** Elements in a task, so that its start costs little. */
  private static final int TASK_ELEMENTS = 1 << 14;
  private static final int LANES = DepthwiseVectors.LANES;

  private final ConvolutionMap map;
  private final int channels;
  /** One for each pair of runs. */
  private final DepthwiseTaps[] taps;
  private final int rowsPerTask;

  DepthwiseConvolution(ConvolutionMap given) {
    map = given.joined();
    channels = map.outChannels();
    int columns = map.horizontal().size();
    taps = new DepthwiseTaps[map.vertical().size() * columns];
    Arrays.setAll(taps, i -> taps(map.vertical().get(i / columns), map.horizontal().get(i % columns)));
    rowsPerTask = Math.clamp(TASK_ELEMENTS / Math.max(1, (long) map.width() * channels), 1, Math.max(1, map.height()));
  }

  /** Whether a convolution is one for these kernels; taps of all others are walked by tiles. */
  static boolean suits(ConvolutionMap map) {
    var shape = map.shape();
    return shape.dtype() == DType.F32 && shape.isDepthwise() && shape.c() >= LANES
        && shape.vertical().kernel() == KERNEL && shape.horizontal().kernel() == KERNEL
        && map.in().channel() == map.bytes() && map.out().channel() == map.bytes();
  }

  /** Taps lie equally far apart, as those of an axis do. */
  private DepthwiseTaps taps(AxisRun y, AxisRun x) {
    long lane = (long) LANES * map.bytes();
    return new DepthwiseTaps(y.taps().length, x.taps().length, between(y.offsets()) * map.in().height(),
        between(x.offsets()) * map.in().width(), x.sourceStep() * map.in().width(), x.step() * map.out().width(),
        (first(y.taps()) * KERNEL + first(x.taps())) * lane, between(y.taps()) * KERNEL * lane,
        between(x.taps()) * lane, KERNEL * KERNEL * lane);
  }

  private static long first(int[] numbers) {
    return numbers.length == 0 ? 0 : numbers[0];
  }

  private static long between(int[] numbers) {
    return numbers.length < 2 ? 0 : numbers[1] - numbers[0];
  }

  @Override
  public Order order() {
    return map.order(getClass(), LANES);
  }

  @Override
  public long packedBytes() {
    return (long) packTasks() * KERNEL * KERNEL * LANES * map.bytes();
  }

  @Override
  public int packTasks() {
    return Math.ceilDiv(channels, LANES);
  }

  @Override
  public void pack(int task, int worker, long weights, long packed) {
    int size = map.bytes();
    int count = Math.min(LANES, channels - task * LANES);
    for (int tap = 0; tap < KERNEL * KERNEL; tap++) {
      long source = weights + task * LANES * map.weightOut() + tap / KERNEL * map.weights().height()
          + tap % KERNEL * map.weights().width();
      Pack.copy(DType.F32, source, 0, map.weightOut(),
          packed + ((long) task * KERNEL * KERNEL + tap) * LANES * size, 0, 1, count);
    }
  }

  @Override
  public int tasks() {
    return map.width() == 0 ? 0 : map.shape().n() * Math.ceilDiv(map.height(), rowsPerTask);
  }

  @Override
  public void run(int task, long in, long packed, long out, long workspace) {
    int blocks = Math.ceilDiv(map.height(), rowsPerTask);
    int first = task % blocks * rowsPerTask;
    int end = Math.min(map.height(), first + rowsPerTask);
    long from = in + task / blocks * map.in().outer();
    long to = out + task / blocks * map.out().outer();
    int columns = map.horizontal().size();
    for (int v = 0; v < map.vertical().size(); v++) {
      var y = map.vertical().get(v);
      int last = Math.min(y.count(), Math.ceilDiv(end - y.start(), y.step()));
      for (int i = Math.max(0, Math.ceilDiv(first - y.start(), y.step())); i < last; i++) {
        long line = from + (y.source() + i * y.sourceStep() + first(y.offsets())) * map.in().height();
        long own = to + (y.start() + i * y.step()) * map.out().height();
        for (int h = 0; h < columns; h++) {
          var x = map.horizontal().get(h);
          run(taps[v * columns + h], line + (x.source() + first(x.offsets())) * map.in().width(), packed,
              own + x.start() * map.out().width(), x.count());
        }
      }
    }
  }

  /** Pixels of one row that read the same taps. */
  private void run(DepthwiseTaps some, long x, long w, long y, int pixels) {
    var warming = WarmingDepthwise.of(some.kind());
    var fast = warming.serving((long) pixels * channels);
    int whole = fast == null ? 0 : channels / LANES * LANES;
    if (whole > 0) {
      warming.sum(fast, some, x, w, y, pixels, whole);
    }
    DepthwiseScalars.sum(some, x, w, y, pixels, whole, channels);
  }
}
