package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * Convolution of each channel of f32 by itself, lanes along the channels: a few pixels at a time, and for these one
 * vector of channels after the other, so that memory is read about as it lies. As tiles that hold their channels, whose
 * loop would have nine turns, 16 images took twice as long. Weights are packed {@code [vector of
 * channels][kh][kw][lane]}; the last vector ends with the last channel.
 *
 * <p>A task is some rows of one image.
 */
final class DepthwiseConvolution implements Convolution {
  /** Weights of a row that registers hold beside the sums of a tile. */
  static final int MOST_ACROSS = 7;
  /** Bytes of the image that a pixel's taps and channels may span. */
  private static final long MOST_BYTES = 1 << 30;
  /** Pixels of a group: sums enough to hide the latency of multiply-adds, which share each weight that is loaded. */
  static final int PIXELS = 6;
  /** Elements in a task, so that its start costs little. */
  private static final int TASK_ELEMENTS = 1 << 14;

  private final ConvolutionMap map;
  private final int channels;
  private final int lanes;
  /** Pixels of a group: of images beyond the caches one, so that memory is read as it lies. */
  private final int group;
  /** One for each pair of runs, for pixels of a row; {@code downwards} for those of a column. */
  private final DepthwiseLine[] across;
  private final DepthwiseLine[] downwards;
  private final int rowsPerTask;

  DepthwiseConvolution(Machine machine, ConvolutionMap given) {
    map = given.joined();
    channels = map.outChannels();
    lanes = machine.lanes(map.bytes());
    var shape = map.shape();
    long pixels = (long) shape.h() * shape.w() + (long) shape.outHeight() * shape.outWidth();
    group = pixels * shape.n() * channels * map.bytes() > Machine.CACHED ? 1 : PIXELS;
    int columns = map.horizontal().size();
    across = new DepthwiseLine[map.vertical().size() * columns];
    downwards = new DepthwiseLine[across.length];
    for (int i = 0; i < across.length; i++) {
      var y = map.vertical().get(i / columns);
      var x = map.horizontal().get(i % columns);
      across[i] = new DepthwiseLine(taps(y, x, x.sourceStep() * map.in().width(), x.step() * map.out().width()),
          machine.vectorBits(), group);
      downwards[i] = new DepthwiseLine(taps(y, x, y.sourceStep() * map.in().height(), y.step() * map.out().height()),
          machine.vectorBits(), group);
    }
    rowsPerTask = Math.clamp(TASK_ELEMENTS / Math.max(1, (long) map.width() * channels), 1, Math.max(1, map.height()));
  }

  /** Whether a convolution is one for these kernels; taps of all others are walked by tiles. */
  static boolean suits(Machine machine, ConvolutionMap map) {
    var shape = map.shape();
    return shape.dtype() == DType.F32 && shape.isDepthwise() && shape.c() >= machine.lanes(map.bytes())
        && shape.horizontal().kernel() <= MOST_ACROSS && shape.vertical().kernel() * shape.horizontal().kernel() > 1
        && map.in().channel() == map.bytes() && map.out().channel() == map.bytes()
        && shape.vertical().kernel() * shape.vertical().dilation() * map.in().height() <= MOST_BYTES;
  }

  /** Taps lie equally far apart, as those of an axis do. */
  private DepthwiseTaps taps(AxisRun y, AxisRun x, long step, long ownStep) {
    int kernel = map.shape().horizontal().kernel();
    return new DepthwiseTaps(y.taps().length, x.taps().length, between(y.offsets()) * map.in().height(),
        between(x.offsets()) * map.in().width(), step, ownStep, first(y.taps()) * kernel + first(x.taps()),
        between(y.taps()) * kernel, between(x.taps()), map.taps());
  }

  private static int first(int[] numbers) {
    return numbers.length == 0 ? 0 : numbers[0];
  }

  private static int between(int[] numbers) {
    return numbers.length < 2 ? 0 : numbers[1] - numbers[0];
  }

  @Override
  public Order order() {
    return map.order(getClass(), lanes);
  }

  @Override
  public long packedBytes() {
    return (long) packTasks() * map.taps() * lanes * map.bytes();
  }

  @Override
  public int packTasks() {
    return Math.ceilDiv(channels, lanes);
  }

  @Override
  public void pack(int task, int worker, long weights, long packed) {
    int kernel = map.shape().horizontal().kernel();
    int channel = Math.min(task * lanes, channels - lanes);
    for (int tap = 0; tap < map.taps(); tap++) {
      long source = weights + channel * map.weightOut() + tap / kernel * map.weights().height()
          + tap % kernel * map.weights().width();
      Pack.copy(DType.F32, source, 0, map.weightOut(),
          packed + ((long) task * map.taps() + tap) * lanes * map.bytes(), 0, 1, lanes);
    }
  }

  @Override
  public int tasks() {
    return map.width() == 0 ? 0 : map.shape().n() * Math.ceilDiv(map.height(), rowsPerTask);
  }

  @Override
  public void run(int task, long in, long packed, long out, long workspace) {
    int blocks = Math.ceilDiv(map.height(), rowsPerTask);
    int from = task % blocks * rowsPerTask;
    int to = Math.min(map.height(), from + rowsPerTask);
    long image = in + task / blocks * map.in().outer();
    long own = out + task / blocks * map.out().outer();
    for (int i = 0; i < across.length; i++) {
      var y = map.vertical().get(i / map.horizontal().size());
      int first = Math.max(0, Math.ceilDiv(from - y.start(), y.step()));
      int rows = Math.min(y.count(), Math.ceilDiv(to - y.start(), y.step())) - first;
      if (rows > 0) {
        runs(i, image, packed, own, first, rows);
      }
    }
  }

  /** Some rows of a pair of runs, along whichever axis more pixels lie. */
  private void runs(int pair, long image, long packed, long own, int first, int rows) {
    var y = map.vertical().get(pair / map.horizontal().size());
    var x = map.horizontal().get(pair % map.horizontal().size());
    long from = image + (y.source() + (long) first * y.sourceStep() + first(y.offsets())) * map.in().height()
        + (x.source() + first(x.offsets())) * map.in().width();
    long to = own + (y.start() + (long) first * y.step()) * map.out().height() + x.start() * map.out().width();
    if (x.count() >= Math.min(rows, group)) {
      for (int i = 0; i < rows; i++) {
        across[pair].run(from + i * downwards[pair].step(), packed, to + i * downwards[pair].ownStep(), x.count(),
            channels);
      }
    } else {
      for (int i = 0; i < x.count(); i++) {
        downwards[pair].run(from + i * across[pair].step(), packed, to + i * across[pair].ownStep(), rows, channels);
      }
    }
  }
}
