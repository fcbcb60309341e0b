package dev.gatun.simd;

import java.util.Arrays;

/**
 * Weight gradient of images with lanes along the batch, for several channels on both sides: a sum of outer products.
 * The gradient of the output is first packed {@code [group][oy][ox][n][output channel]}; a tile is then a few input
 * channels of one tap, broadcast, by vectors of output channels, summed over the batch entries of one pixel. Both
 * operands are read from beginning to end, where dot products over the batch would read each of them once for every few
 * results.
 *
 * <p>Order of arithmetic: each result is one chain of fused multiply-adds over ascending (oy, ox, n), padding left out.
 */
final class BatchInnerProducts implements ConvolutionWeights {
  /** Output channels from which lanes along them are not mostly idle. */
  private static final int FEW_OUTPUTS = 8;
  /** Batch entries from which a tile sums long enough to hide its ends. */
  private static final int FEW_ENTRIES = 32;
  /** Output and input channels of a task, so that its sums fill no more than 48 KiB in f32. */
  private static final int OUTPUTS = 256;
  private static final int INPUTS = 48;

  private final ConvolutionShape shape;
  private final ConvolutionShape.Strides x;
  private final ConvolutionShape.Strides y;
  private final ConvolutionShape.Strides weights;
  private final int outputs;
  private final int inputs;
  private final int outputBlocks;
  private final int inputBlocks;
  private final GemmTiles tiles;
  /** Output channels of a packed batch entry, whole vectors: the last lanes stay zero. */
  private final int width;
  private final AxisRun[] vertical;
  private final AxisRun[] horizontal;

  BatchInnerProducts(Machine machine, ConvolutionShape shape, ConvolutionShape.Strides x, ConvolutionShape.Strides y,
      ConvolutionShape.Strides weights) {
    int size = shape.dtype().bytes();
    this.shape = shape;
    this.x = x.times(size);
    this.y = y.times(size);
    this.weights = weights.times(size);
    outputs = shape.o() / shape.groups();
    inputs = shape.c() / shape.groups();
    outputBlocks = Math.ceilDiv(outputs, OUTPUTS);
    inputBlocks = Math.ceilDiv(inputs, INPUTS);
    int lanes = machine.lanes(size);
    width = Math.ceilDiv(outputs, lanes) * lanes;
    int rows = machine.registers() >= 32 ? 12 : 6;
    tiles = new GemmTiles(new TileShape(shape.dtype(), machine.vectorBits(), TileShape.Family.OUTER,
        Math.min(rows, inputs), Math.min(2, width / lanes), Math.toIntExact(this.x.channel()), false, false), lanes);
    for (int block = 0; block < inputs; block += INPUTS) {
      tiles.prepare(Math.min(INPUTS, inputs - block), width);
    }
    vertical = new AxisRun[shape.vertical().kernel()];
    horizontal = new AxisRun[shape.horizontal().kernel()];
    Arrays.setAll(vertical, t -> AxisRun.ofTap(shape.vertical(), shape.h(), t));
    Arrays.setAll(horizontal, t -> AxisRun.ofTap(shape.horizontal(), shape.w(), t));
  }

  /** Whether sums of outer products suit a shape, from its sizes alone. */
  static boolean suits(ConvolutionShape shape) {
    return shape.c() / shape.groups() > 1 && shape.o() / shape.groups() >= FEW_OUTPUTS && shape.n() >= FEW_ENTRIES;
  }

  private long entryBytes() {
    return (long) width * shape.dtype().bytes();
  }

  private long pixelBytes() {
    return shape.n() * entryBytes();
  }

  @Override
  public long packedBytes() {
    return (long) shape.groups() * shape.outHeight() * shape.outWidth() * pixelBytes();
  }

  @Override
  public int packTasks() {
    return shape.groups() * shape.outHeight();
  }

  @Override
  public void pack(int task, long y, long packed) {
    long source = y + (long) (task / shape.outHeight()) * outputs * this.y.channel()
        + task % shape.outHeight() * this.y.height();
    long target = packed + (long) task * shape.outWidth() * pixelBytes();
    for (int ox = 0; ox < shape.outWidth(); ox++) {
      Pack.copy(shape.dtype(), source + ox * this.y.width(), this.y.outer(), this.y.channel(),
          target + ox * pixelBytes(), entryBytes(), shape.n(), outputs);
    }
  }

  @Override
  public int tasks() {
    return shape.groups() * vertical.length * horizontal.length * inputBlocks * outputBlocks;
  }

  @Override
  public long workspaceBytes() {
    return Math.min(inputs, INPUTS) * sumsRow();
  }

  private long sumsRow() {
    return (long) Math.min(width, OUTPUTS) * shape.dtype().bytes();
  }

  @Override
  public void run(int task, long x, long y, long packed, long weights, long workspace) {
    int output = task % outputBlocks * OUTPUTS;
    int input = task / outputBlocks % inputBlocks * INPUTS;
    int tap = task / (outputBlocks * inputBlocks) % (vertical.length * horizontal.length);
    int group = task / (outputBlocks * inputBlocks * vertical.length * horizontal.length);
    int rows = Math.min(INPUTS, inputs - input);
    int columns = Math.min(OUTPUTS, width - output);
    var down = vertical[tap / horizontal.length];
    var across = horizontal[tap % horizontal.length];
    long left = x + ((long) group * inputs + input) * this.x.channel();
    long right = packed + (long) group * shape.outHeight() * shape.outWidth() * pixelBytes()
        + (long) output * shape.dtype().bytes();
    Pack.zero(workspace, rows * sumsRow());
    for (int i = 0; i < down.count(); i++) {
      long from = left + (down.source() + (long) i * down.sourceStep()) * this.x.height();
      long with = right + (long) (down.start() + i) * shape.outWidth() * pixelBytes();
      for (int j = 0; j < across.count(); j++) {
        block(from + (across.source() + (long) j * across.sourceStep()) * this.x.width(),
            with + (across.start() + j) * pixelBytes(), rows, columns, workspace);
      }
    }
    Pack.scatter(shape.dtype(), workspace, sumsRow(), weights + ((long) group * outputs + output) * this.weights.outer()
        + input * this.weights.channel() + tap / horizontal.length * this.weights.height()
        + tap % horizontal.length * this.weights.width(), this.weights.channel(), this.weights.outer(), rows,
        Math.min(columns, outputs - output));
  }

  /** All tiles of the task over the batch entries of one pixel. */
  private void block(long left, long right, int rows, int columns, long sums) {
    int size = shape.dtype().bytes();
    for (int j = 0, vectors; j < columns; j += vectors) {
      vectors = tiles.width(columns - j);
      for (int i = 0, height; i < rows; i += height) {
        height = tiles.height(rows - i);
        long c = sums + i * sumsRow() + (long) j * size;
        tiles.tile(height, columns - j).run(left + i * x.channel(), right + (long) j * size, c, shape.n(), 0, size, 0,
            entryBytes(), sumsRow(), 0, c, sumsRow(), tiles.last(columns - j));
      }
    }
  }
}
