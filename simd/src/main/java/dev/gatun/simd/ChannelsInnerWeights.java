package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/**
 * Weight gradient with lanes along the output channels. A tile is a few input channels of one tap, broadcast, by two
 * vectors of output channels, summed over pixels: a sum of outer products. Each result is one chain of fused
 * multiply-adds over ascending (n, oy, ox).
 *
 * <p>A task is a block of both channels for one tap. It walks the pixels in blocks that the L2 cache holds, and all its
 * tiles within each; sums wait in the workspace.
 */
final class ChannelsInnerWeights implements ConvolutionWeights {
  /** Input channels of a task: four tiles share each block of pixels. */
  private static final int INPUTS = 48;
  /** Output channels of a task, so that its sums fill no more than 48 KiB in f32. */
  private static final int OUTPUTS = 256;
  /** Pixels in a block: with 128 channels on both sides 512 KiB, and long enough to hide the tile's ends. */
  private static final int PIXELS = 512;
  /** Rows of a tile: as in {@link ChannelsInnerConvolution}. */
  private static final int ROWS = 12;

  private final ConvolutionShape shape;
  private final ConvolutionShape.Strides x;
  private final ConvolutionShape.Strides y;
  private final ConvolutionShape.Strides weights;
  private final int outputs;
  private final int inputs;
  private final int inputBlocks;
  private final int outputBlocks;
  private final GemmTiles tiles;
  private final AxisRun[] vertical;
  private final AxisRun[] horizontal;
  private final PixelTable[] tables;

  ChannelsInnerWeights(Machine machine, ConvolutionShape shape, ConvolutionShape.Strides x, ConvolutionShape.Strides y,
      ConvolutionShape.Strides weights, SegmentAllocator memory) {
    int size = shape.dtype().bytes();
    outputs = shape.o() / shape.groups();
    inputs = shape.c() / shape.groups();
    if (x.channel() != 1 && inputs > 1 || y.channel() != 1 && outputs > 1) {
      throw new IllegalArgumentException("channels-inner weight gradient of images whose channels do not lie side by "
          + "side: "
          + x + " and " + y);
    }
    this.shape = shape;
    this.x = x.times(size);
    this.y = y.times(size);
    this.weights = weights.times(size);
    inputBlocks = Math.ceilDiv(inputs, INPUTS);
    outputBlocks = Math.ceilDiv(outputs, OUTPUTS);
    int lanes = machine.lanes(size);
    int vectors = Math.clamp(Math.ceilDiv(outputs, lanes), 1, 2);
    tiles = new GemmTiles(new TileShape(shape.dtype(), machine.vectorBits(), TileShape.Family.OUTER,
        machine.registers() >= 32 ? ROWS : ROWS / 2, vectors, size, true, false), lanes);
    vertical = new AxisRun[shape.vertical().kernel()];
    horizontal = new AxisRun[shape.horizontal().kernel()];
    Arrays.setAll(vertical, t -> AxisRun.ofTap(shape.vertical(), shape.h(), t));
    Arrays.setAll(horizontal, t -> AxisRun.ofTap(shape.horizontal(), shape.w(), t));
    var step = new ConvolutionShape.Strides(this.x.outer(), 0, shape.vertical().stride() * this.x.height(),
        shape.horizontal().stride() * this.x.width());
    var made = new HashMap<List<Integer>, PixelTable>();
    tables = new PixelTable[vertical.length * horizontal.length];
    Arrays.setAll(tables, i -> made.computeIfAbsent(
        List.of(vertical[i / horizontal.length].count(), horizontal[i % horizontal.length].count()),
        key -> PixelTable.of(key.get(0), key.get(1), shape.n(), PIXELS, step, this.y, memory)));
  }

  @Override
  public int tasks() {
    return shape.groups() * tables.length * inputBlocks * outputBlocks;
  }

  @Override
  public long workspaceBytes() {
    return Math.min(inputs, INPUTS) * sumsRow();
  }

  private long sumsRow() {
    return (long) Math.ceilDiv(Math.min(outputs, OUTPUTS), tiles.width()) * tiles.width() * shape.dtype().bytes();
  }

  @Override
  public void run(int task, long x, long y, long packed, long weights, long workspace) {
    int output = task % outputBlocks * OUTPUTS;
    int input = task / outputBlocks % inputBlocks * INPUTS;
    int tap = task / (outputBlocks * inputBlocks) % tables.length;
    int group = task / (outputBlocks * inputBlocks * tables.length);
    int rows = Math.min(INPUTS, inputs - input);
    int columns = Math.min(OUTPUTS, outputs - output);
    int kh = tap / horizontal.length;
    int kw = tap % horizontal.length;
    long to = weights + ((long) group * outputs + output) * this.weights.outer() + input * this.weights.channel()
        + kh * this.weights.height() + kw * this.weights.width();
    long left = x + ((long) group * inputs + input) * this.x.channel() + vertical[kh].source() * this.x.height()
        + horizontal[kw].source() * this.x.width();
    long right = y + ((long) group * outputs + output) * this.y.channel() + vertical[kh].start() * this.y.height()
        + horizontal[kw].start() * this.y.width();
    pixels(left, right, tap, rows, columns, workspace);
    Pack.scatter(shape.dtype(), workspace, sumsRow(), to, this.weights.channel(), this.weights.outer(), rows, columns);
  }

  /** Walks all pixels of all batch entries, block by block. */
  private void pixels(long left, long right, int tap, int rows, int columns, long sums) {
    var table = tables[tap];
    int height = vertical[tap / horizontal.length].count();
    int width = horizontal[tap % horizontal.length].count();
    long leftRow = shape.vertical().stride() * x.height();
    boolean load = false;
    int n = 0;
    do {
      int entries = Math.min(table.entries(), shape.n() - n);
      int done = 0;
      do {
        int lines = Math.min(table.rows(), height - done);
        block(left + n * x.outer() + done * leftRow, right + n * y.outer() + done * y.height(), table,
            entries * lines * width, rows, columns, sums, load);
        load = true;
        done += lines;
      } while (done < height);
      n += entries;
    } while (n < shape.n());
  }

  /** All tiles of the task over one block of pixels. */
  private void block(long left, long right, PixelTable table, int steps, int rows, int columns, long sums,
      boolean load) {
    int size = shape.dtype().bytes();
    long row = sumsRow();
    for (int j = 0; j < columns; j += tiles.width()) {
      long last = tiles.last(columns - j);
      for (int i = 0; i < rows;) {
        int h = tiles.height(rows - i);
        long c = sums + i * row + (long) j * size;
        tiles.tile(h, columns - j).run(left + (long) i * size, right + (long) j * size, c, steps, 0, 0, 0, 0, row,
            table.address(), load ? c : Raw.ZEROS, load ? row : 0, last);
        i += h;
      }
    }
  }
}
