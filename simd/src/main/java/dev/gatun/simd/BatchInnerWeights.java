package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/**
 * Weight gradient with lanes along the batch. A tile is a few output channels by a few input channels of one tap; 16
 * batch entries (8 in f64) are the virtual lanes of each result, whatever the width.
 *
 * <p>Order of arithmetic: lane l sums the batch entries l, l + 16, …; for each of those, in that order, all pixels (oy, ox)
 * that the tap reads, in ascending order; {@link LaneSum} then adds the lanes. With one input channel a group, tiles are
 * output channels by neighbouring taps of a row, over the pixels that all of these read; the pixels at the left and right
 * border that only some taps read follow after them, batch block by batch block.
 */
final class BatchInnerWeights implements ConvolutionWeights {
  /** Output and input channels of one task, so that its virtual lanes stay within the L2 cache (48 KiB). */
  private static final int OUTPUTS = 48;
  private static final int INPUTS = 16;

  /** Pixels between two reloads of a tile: 64 KiB of offsets, and long enough to hide the tile's ends. */
  private static final int PIXELS = 4096;

  private final ConvolutionShape shape;
  private final ConvolutionShape.Strides x;
  private final ConvolutionShape.Strides y;
  private final ConvolutionShape.Strides weights;
  private final int outputs;
  private final int inputs;
  /** Whether the columns of a tile are taps of one row rather than input channels of one tap. */
  private final boolean taps;
  private final int columns;
  private final int rowBlocks;
  private final int columnBlocks;
  private final DotTiles tiles;
  private final DotTiles border;
  private final AxisRun[] vertical;
  private final AxisRun[] horizontal;
  /** By kh, then kw or block of taps: the pixels that all columns read. */
  private final PixelTable[] inner;
  /** By kh, then kw: the pixels left and right of these that this tap reads. */
  private final PixelTable[] left;
  private final PixelTable[] right;

  BatchInnerWeights(Machine machine, ConvolutionShape shape, ConvolutionShape.Strides x, ConvolutionShape.Strides y,
      ConvolutionShape.Strides weights, Arena arena) {
    int size = shape.dtype().bytes();
    if (shape.n() % DotGemm.lanes(shape.dtype()) != 0 || x.outer() != 1 || y.outer() != 1) {
      throw new IllegalArgumentException("batch-inner weight gradient of a batch of " + shape.n()
          + ", expected a multiple of " + DotGemm.lanes(shape.dtype()) + " side by side, got " + x + " and " + y);
    }
    this.shape = shape;
    this.x = x.times(size);
    this.y = y.times(size);
    this.weights = weights.times(size);
    outputs = shape.o() / shape.groups();
    inputs = shape.c() / shape.groups();
    taps = inputs == 1;
    int kernel = shape.horizontal().kernel();
    columns = taps ? kernel : inputs;
    rowBlocks = Math.ceilDiv(outputs, OUTPUTS);
    columnBlocks = Math.ceilDiv(columns, INPUTS);
    tiles = new DotTiles(machine, shape.dtype(), 0, true, Math.max(1, outputs), Math.max(1, columns));
    border = new DotTiles(machine, shape.dtype(), 0, true, Math.max(1, outputs), 1);
    vertical = new AxisRun[shape.vertical().kernel()];
    horizontal = new AxisRun[kernel];
    Arrays.setAll(vertical, t -> AxisRun.ofTap(shape.vertical(), shape.h(), t));
    Arrays.setAll(horizontal, t -> AxisRun.ofTap(shape.horizontal(), shape.w(), t));
    inner = new PixelTable[vertical.length * kernel];
    left = new PixelTable[inner.length];
    right = new PixelTable[inner.length];
    tables(arena);
  }

  private void tables(Arena arena) {
    var step = new ConvolutionShape.Strides(0, 0, shape.vertical().stride() * x.height(),
        shape.horizontal().stride() * x.width());
    var made = new HashMap<List<Integer>, PixelTable>();
    for (int i = 0; i < inner.length; i++) {
      int height = vertical[i / horizontal.length].count();
      int t = i % horizontal.length;
      int part = taps ? t / INPUTS * INPUTS : t;
      int first = first(part);
      int end = end(part);
      int[] widths = {end - first, before(t, part), after(t, part)};
      var found = new PixelTable[3];
      for (int w = 0; w < 3; w++) {
        int width = widths[w];
        found[w] = made.computeIfAbsent(List.of(height, width),
            key -> PixelTable.of(height, width, 1, PIXELS, y, step, arena));
      }
      inner[i] = found[0];
      left[i] = found[1];
      right[i] = found[2];
    }
  }

  private int parts() {
    return taps ? 1 : horizontal.length;
  }

  /** First of the columns of the output that all taps of the block from {@code tap} on read. */
  private int first(int tap) {
    int first = horizontal[tap].start();
    for (int t = tap; taps && t < Math.min(tap + INPUTS, horizontal.length); t++) {
      first = Math.max(first, horizontal[t].start());
    }
    return first;
  }

  /** End of those columns; equal to {@link #first} if there is none. */
  private int end(int tap) {
    int end = horizontal[tap].start() + horizontal[tap].count();
    for (int t = tap; taps && t < Math.min(tap + INPUTS, horizontal.length); t++) {
      end = Math.min(end, horizontal[t].start() + horizontal[t].count());
    }
    return Math.max(first(tap), end);
  }

  /** Columns left of those that only some taps of the block read, this one among them. */
  private int before(int tap, int block) {
    return Math.min(horizontal[tap].count(), first(block) - horizontal[tap].start());
  }

  /** Columns right of those, likewise. */
  private int after(int tap, int block) {
    return Math.max(0, horizontal[tap].start() + horizontal[tap].count() - end(block));
  }

  @Override
  public int tasks() {
    return shape.groups() * vertical.length * parts() * rowBlocks * columnBlocks;
  }

  @Override
  public long workspaceBytes() {
    return (long) Math.min(outputs, OUTPUTS) * Math.min(columns, INPUTS) * TileShape.DOT_BYTES;
  }

  @Override
  public void run(int task, long x, long y, long packed, long weights, long workspace) {
    int column = task % columnBlocks * INPUTS;
    int row = task / columnBlocks % rowBlocks * OUTPUTS;
    int tap = task / (columnBlocks * rowBlocks) % (vertical.length * parts());
    int group = task / (columnBlocks * rowBlocks * vertical.length * parts());
    int kh = tap / parts();
    int kw = taps ? column : tap % parts();
    int rows = Math.min(OUTPUTS, outputs - row);
    int width = Math.min(INPUTS, columns - column);
    long dy = y + ((long) group * outputs + row) * this.y.channel() + vertical[kh].start() * this.y.height();
    long in = x + (long) group * inputs * this.x.channel() + vertical[kh].source() * this.x.height()
        + (taps ? 0 : column * this.x.channel());
    for (int n = 0; n < Math.max(1, shape.n()); n += DotGemm.lanes(shape.dtype())) {
      long lane = (long) n * shape.dtype().bytes();
      inner(kh, kw, dy + lane, in + lane, rows, width, n > 0, workspace);
      for (int t = 0; taps && t < width; t++) {
        borders(kh, kw + t, kw, dy + lane, in + lane, rows, workspace + (long) t * TileShape.DOT_BYTES,
            (long) width * TileShape.DOT_BYTES);
      }
    }
    long to = weights + ((long) group * outputs + row) * this.weights.outer() + kh * this.weights.height()
        + kw * this.weights.width() + (taps ? 0 : column * this.weights.channel());
    LaneSum.store(shape.dtype(), workspace, to, this.weights.outer(),
        taps ? this.weights.width() : this.weights.channel(), rows, width);
  }

  /** Address offset in x of what a tap reads for column {@code ox} of the output. */
  private long source(int tap, int ox) {
    return (ox * (long) shape.horizontal().stride() - shape.horizontal().padBegin()
        + (long) tap * shape.horizontal().dilation()) * x.width();
  }

  /** All tiles of a block, over the pixels that every column reads. */
  private void inner(int kh, int kw, long dy, long in, int rows, int width, boolean load, long sums) {
    int first = first(kw);
    int pixels = end(kw) - first;
    long column = taps ? shape.horizontal().dilation() * x.width() : x.channel();
    long row = (long) width * TileShape.DOT_BYTES;
    var table = inner[kh * horizontal.length + kw];
    for (int j = 0; j < width;) {
      int w = tiles.width(width - j);
      for (int i = 0; i < rows;) {
        int h = tiles.height(rows - i);
        rectangle(tiles.tile(h, w), dy + i * y.channel() + first * y.width(), in + j * column + source(kw, first), column,
            table, kh, pixels, sums + i * row + (long) j * TileShape.DOT_BYTES, row, load);
        i += h;
      }
      j += w;
    }
  }

  /** One column of taps, over the pixels that only some taps of its block read. */
  private void borders(int kh, int tap, int block, long dy, long in, int rows, long sums, long row) {
    int start = horizontal[tap].start();
    int right = end(block);
    int index = kh * horizontal.length + tap;
    int before = before(tap, block);
    int after = after(tap, block);
    for (int i = 0; i < rows;) {
      int h = border.height(rows - i);
      long left = dy + i * y.channel();
      if (before > 0) {
        rectangle(border.tile(h, 1), left + start * y.width(), in + source(tap, start), 0, this.left[index], kh, before,
            sums + i * row, row, true);
      }
      if (after > 0) {
        rectangle(border.tile(h, 1), left + right * y.width(), in + source(tap, right), 0, this.right[index], kh, after,
            sums + i * row, row, true);
      }
      i += h;
    }
  }

  /** One tile over a rectangle of pixels: the rows that tap {@code kh} reads by {@code width} columns. */
  private void rectangle(Tile tile, long dy, long in, long column, PixelTable table, int kh, int width, long sums,
      long row, boolean load) {
    int height = shape.n() == 0 ? 0 : vertical[kh].count();
    long inRow = shape.vertical().stride() * x.height();
    boolean loaded = load;
    int done = 0;
    do {
      int rows = Math.min(table.rows(), height - done);
      tile.run(dy + done * y.height(), in + done * inRow, sums, rows * width, y.channel(), 0, column, 0, row,
          table.address(), loaded ? sums : Raw.ZEROS, loaded ? row : 0, 0);
      loaded = true;
      done += rows;
    } while (done < height);
  }
}
