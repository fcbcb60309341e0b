package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;

/**
 * Weight gradient with lanes along the batch, for few channels or batch entries. A tile is a few output channels by a
 * few input channels of one tap; 16 batch entries (8 in f64) are the virtual lanes of each result, whatever the width.
 *
 * <p>Order of arithmetic: batch entries in parts of {@link #ENTRIES}; of each part, for all pixels (oy, ox) that the
 * tap reads, in ascending order, lane l sums the entries l, l + 16, … of the part; {@link LaneSum} then adds the lanes.
 * With one input channel a group, tiles are output channels by neighbouring taps of a row, over the pixels that all of
 * these read; of each part the pixels at the left border that only some taps read follow, then those at the right
 * border.
 */
final class BatchInnerWeights implements ConvolutionWeights {
  /** Output and input channels of one task, so that its virtual lanes stay within the L2 cache (48 KiB). */
  private static final int OUTPUTS = 48;
  private static final int INPUTS = 16;
  /** Output channels of one task that sums all taps, likewise. */
  private static final int OUTPUTS_OF_ALL_TAPS = 12;

  /**
   * Batch entries of a part. The entries of one pixel and channel lie side by side: blocks of 16 by themselves would
   * use one in so many sets of the cache, and never be fetched ahead.
   */
  private static final int ENTRIES = 256;
  /** Elements of one channel that a tile walks at once, so that those of five channels are still in L1 for the next. */
  private static final int ELEMENTS = 1536;
  /** Steps between two reloads of a tile at most, if a row is not longer: 64 KiB of offsets. */
  private static final int STEPS = 4096;

  private final ConvolutionShape shape;
  private final ConvolutionShape.Strides x;
  private final ConvolutionShape.Strides y;
  private final ConvolutionShape.Strides weights;
  private final int outputs;
  private final int inputs;
  /** Whether the columns of a tile are taps of one row rather than input channels of one tap. */
  private final boolean taps;
  private final int columns;
  /** Output channels of a task. */
  private final int height;
  private final int rowBlocks;
  private final int columnBlocks;
  private final DotTiles tiles;
  private final DotTiles border;
  private final AxisRun[] vertical;
  private final AxisRun[] horizontal;
  /**
   * By pixels of a row: steps over rows, their pixels, and the blocks of a whole part of the batch; of the last part.
   */
  private final PixelTable[] wholeParts;
  private final PixelTable[] lastPart;

  BatchInnerWeights(Machine machine, ConvolutionShape shape, ConvolutionShape.Strides x, ConvolutionShape.Strides y,
      ConvolutionShape.Strides weights, SegmentAllocator memory) {
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
    height = Math.max(1, taps ? Math.min(OUTPUTS_OF_ALL_TAPS, (outputs + 1) / 2) : Math.min(OUTPUTS, outputs));
    rowBlocks = Math.ceilDiv(outputs, height);
    columnBlocks = Math.ceilDiv(columns, INPUTS);
    tiles = new DotTiles(machine, shape.dtype(), 0, true, Math.max(1, outputs), Math.max(1, columns));
    border = new DotTiles(machine, shape.dtype(), 0, true, Math.max(1, outputs), 1);
    vertical = new AxisRun[shape.vertical().kernel()];
    horizontal = new AxisRun[kernel];
    Arrays.setAll(vertical, t -> AxisRun.ofTap(shape.vertical(), shape.h(), t));
    Arrays.setAll(horizontal, t -> AxisRun.ofTap(shape.horizontal(), shape.w(), t));
    wholeParts = new PixelTable[shape.outWidth() + 1];
    lastPart = new PixelTable[shape.outWidth() + 1];
    for (int tap = 0; tap < kernel; tap++) {
      int block = taps ? tap / INPUTS * INPUTS : tap;
      tables(tap, block, wholeParts, shape.n() / ENTRIES > 0 ? ENTRIES : 0, memory);
      tables(tap, block, lastPart, shape.n() % ENTRIES, memory);
    }
  }

  private void tables(int tap, int block, PixelTable[] tables, int entries, SegmentAllocator memory) {
    int inner = end(block) - first(block);
    table(tables, Math.min(inner, pixelsAtOnce(entries)), entries, memory);
    table(tables, inner % pixelsAtOnce(entries), entries, memory);
    table(tables, before(tap, block), entries, memory);
    table(tables, after(tap, block), entries, memory);
  }

  private static int pixelsAtOnce(int entries) {
    return Math.max(1, ELEMENTS / Math.max(1, entries));
  }

  private void table(PixelTable[] tables, int pixels, int entries, SegmentAllocator memory) {
    if (pixels > 0 && entries > 0 && tables[pixels] == null) {
      int blocks = blocks(entries);
      tables[pixels] = PixelTable.of(pixels, blocks, shape.outHeight(), Math.max(STEPS, pixels * blocks),
          new ConvolutionShape.Strides(y.height(), 0, y.width(), TileShape.DOT_BYTES),
          new ConvolutionShape.Strides(shape.vertical().stride() * x.height(), 0,
              shape.horizontal().stride() * x.width(), TileShape.DOT_BYTES), memory);
    }
  }

  /** Blocks of virtual lanes of so many batch entries. */
  private int blocks(int entries) {
    return entries / DotGemm.lanes(shape.dtype());
  }

  /** How many sets of taps there are, each for tasks of their own: all, or each tap. */
  private int sets() {
    return taps ? 1 : vertical.length * horizontal.length;
  }

  /** Rows of taps in a set. */
  private int rowsOfTaps() {
    return taps ? vertical.length : 1;
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
    return shape.groups() * sets() * rowBlocks * columnBlocks;
  }

  @Override
  public long workspaceBytes() {
    return (long) rowsOfTaps() * height * Math.min(columns, INPUTS) * TileShape.DOT_BYTES;
  }

  @Override
  public void run(int task, long x, long y, long packed, long weights, long workspace) {
    int column = task % columnBlocks * INPUTS;
    int row = task / columnBlocks % rowBlocks * height;
    int set = task / (columnBlocks * rowBlocks) % sets();
    int group = task / (columnBlocks * rowBlocks * sets());
    int kh = set / horizontal.length;
    int kw = taps ? column : set % horizontal.length;
    int rows = Math.min(height, outputs - row);
    int width = Math.min(INPUTS, columns - column);
    long pitch = (long) width * TileShape.DOT_BYTES;
    long dy = y + ((long) group * outputs + row) * this.y.channel();
    long in = x + (long) group * inputs * this.x.channel() + (taps ? 0 : column * this.x.channel());
    Pack.zero(workspace, rowsOfTaps() * rows * pitch);
    for (int n = 0; n < shape.n(); n += ENTRIES) {
      long lane = (long) n * shape.dtype().bytes();
      int entries = Math.min(ENTRIES, shape.n() - n);
      inner(kh, kw, dy + lane, in + lane, rows, width, entries, workspace);
      for (int t = 0; taps && t < vertical.length * width; t++) {
        borders(t / width, kw + t % width, kw, dy + lane, in + lane, rows, entries,
            workspace + t / width * rows * pitch + (long) (t % width) * TileShape.DOT_BYTES, pitch);
      }
    }
    for (int t = 0; t < rowsOfTaps(); t++) {
      LaneSum.store(shape.dtype(), workspace + t * rows * pitch, weights
          + ((long) group * outputs + row) * this.weights.outer() + (kh + t) * this.weights.height()
          + kw * this.weights.width() + (taps ? 0 : column * this.weights.channel()), this.weights.outer(),
          taps ? this.weights.width() : this.weights.channel(), rows, width);
    }
  }

  /** Address offset in x of what a tap reads for column {@code ox} of the output. */
  private long source(int tap, int ox) {
    return (ox * (long) shape.horizontal().stride() - shape.horizontal().padBegin()
        + (long) tap * shape.horizontal().dilation()) * x.width();
  }

  /** All tiles of a task, over the pixels that every column reads: of some pixels of a row all, then of the next. */
  private void inner(int kh, int kw, long dy, long in, int rows, int width, int entries, long sums) {
    int first = first(kw);
    int end = end(kw);
    int most = pixelsAtOnce(entries);
    for (int oy = 0; oy < shape.outHeight(); oy++) {
      for (int ox = first; ox < end; ox += most) {
        for (int t = 0; t < rowsOfTaps(); t++) {
          var run = vertical[kh + t];
          int line = oy - run.start();
          if (line >= 0 && line < run.count()) {
            pixels(dy + oy * y.height() + ox * y.width(),
                in + (run.source() + (long) line * run.sourceStep()) * x.height() + source(kw, ox), rows, width,
                Math.min(most, end - ox), entries, sums + (long) t * rows * width * TileShape.DOT_BYTES);
          }
        }
      }
    }
  }

  /** All tiles over some pixels of a row. */
  private void pixels(long dy, long in, int rows, int width, int pixels, int entries, long sums) {
    long column = taps ? shape.horizontal().dilation() * x.width() : x.channel();
    long row = (long) width * TileShape.DOT_BYTES;
    for (int i = 0, h; i < rows; i += h) {
      h = tiles.height(rows - i);
      for (int j = 0, w; j < width; j += w) {
        w = tiles.width(width - j);
        rectangle(tiles.tile(h, w), dy + i * y.channel(), in + j * column, column, 1, pixels, entries,
            sums + i * row + (long) j * TileShape.DOT_BYTES, row);
      }
    }
  }

  /** One column of taps, over the pixels that only some taps of its block read. */
  private void borders(int kh, int tap, int block, long dy, long in, int rows, int entries, long sums, long row) {
    int start = horizontal[tap].start();
    int right = end(block);
    int lines = vertical[kh].count();
    long from = in + vertical[kh].source() * x.height();
    for (int i = 0, h; i < rows; i += h) {
      h = border.height(rows - i);
      long left = dy + vertical[kh].start() * y.height() + i * y.channel();
      rectangle(border.tile(h, 1), left + start * y.width(), from + source(tap, start), 0, lines, before(tap, block),
          entries, sums + i * row, row);
      rectangle(border.tile(h, 1), left + right * y.width(), from + source(tap, right), 0, lines, after(tap, block),
          entries, sums + i * row, row);
    }
  }

  /** One tile over a rectangle of {@code lines} x {@code pixels} of the output. */
  private void rectangle(Tile tile, long dy, long in, long column, int lines, int pixels, int entries, long sums,
      long row) {
    if (pixels == 0) {
      return;
    }
    var table = (entries == ENTRIES ? wholeParts : lastPart)[pixels];
    long inRow = shape.vertical().stride() * x.height();
    for (int done = 0, count; done < lines; done += count) {
      count = Math.min(table.entries(), lines - done);
      tile.run(dy + done * y.height(), in + done * inRow, sums, count * pixels * blocks(entries), y.channel(), 0,
          column, 0, row, table.address(), sums, row, 0);
    }
  }
}
