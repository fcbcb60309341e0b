package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

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

  private final WeightsMap map;
  /** Whether the columns of a tile are taps of one row rather than input channels of one tap. */
  private final boolean taps;
  private final int columns;
  /** Output channels of a task. */
  private final int height;
  private final int rowBlocks;
  private final int columnBlocks;
  private final DotTiles tiles;
  private final DotTiles border;
  /**
   * By pixels of a row: steps over rows, their pixels, and the blocks of a whole part of the batch; of the last part.
   */
  private final PixelTable[] wholeParts;
  private final PixelTable[] lastPart;

  BatchInnerWeights(Machine machine, WeightsMap map, SegmentAllocator memory) {
    this.map = map;
    var shape = map.shape();
    if (shape.n() % DotGemm.lanes(shape.dtype()) != 0 || map.x().outer() != map.bytes()
        || map.y().outer() != map.bytes()) {
      throw new IllegalArgumentException("batch-inner weight gradient of a batch of " + shape.n()
          + ", expected a multiple of " + DotGemm.lanes(shape.dtype()) + " side by side, got " + map.x() + " and "
          + map.y());
    }
    taps = map.inputs() == 1;
    int kernel = map.horizontal().size();
    columns = taps ? kernel : map.inputs();
    height = Math.max(1, taps ? Math.min(OUTPUTS_OF_ALL_TAPS, (map.outputs() + 1) / 2)
        : Math.min(OUTPUTS, map.outputs()));
    rowBlocks = Math.ceilDiv(map.outputs(), height);
    columnBlocks = Math.ceilDiv(columns, INPUTS);
    int[] runs = {shape.n() < ENTRIES ? 0 : blocks(ENTRIES), blocks(shape.n() % ENTRIES)};
    tiles = new DotTiles(machine, shape.dtype(), height, Math.max(1, columns), runs);
    border = new DotTiles(machine, shape.dtype(), height, 1, new int[] {tiles.turn()});
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
      int turns = turns(entries);
      long turn = (long) tiles.turn() * TileShape.DOT_BYTES;
      tables[pixels] = PixelTable.of(pixels, turns, map.shape().outHeight(), Math.max(STEPS, pixels * turns),
          new ConvolutionShape.Strides(map.y().height(), 0, map.y().width(), turn),
          new ConvolutionShape.Strides(map.shape().vertical().stride() * map.x().height(), 0,
              map.shape().horizontal().stride() * map.x().width(), turn), map.bytes(), memory);
    }
  }

  /** Blocks of virtual lanes of so many batch entries. */
  private int blocks(int entries) {
    return entries / DotGemm.lanes(map.shape().dtype());
  }

  /** Turns of a tile over the blocks of one pixel. */
  private int turns(int entries) {
    return blocks(entries) / tiles.turn();
  }

  /** How many sets of taps there are, each for tasks of their own: all, or each tap. */
  private int sets() {
    return taps ? 1 : map.vertical().size() * map.horizontal().size();
  }

  /** Rows of taps in a set. */
  private int rowsOfTaps() {
    return taps ? map.vertical().size() : 1;
  }

  /** First of the columns of the output that all taps of the block from {@code tap} on read. */
  private int first(int tap) {
    int first = map.horizontal().get(tap).start();
    for (int t = tap; taps && t < Math.min(tap + INPUTS, map.horizontal().size()); t++) {
      first = Math.max(first, map.horizontal().get(t).start());
    }
    return first;
  }

  /** End of those columns; equal to {@link #first} if there is none. */
  private int end(int tap) {
    int end = map.horizontal().get(tap).start() + map.horizontal().get(tap).count();
    for (int t = tap; taps && t < Math.min(tap + INPUTS, map.horizontal().size()); t++) {
      end = Math.min(end, map.horizontal().get(t).start() + map.horizontal().get(t).count());
    }
    return Math.max(first(tap), end);
  }

  /** Columns left of those that only some taps of the block read, this one among them. */
  private int before(int tap, int block) {
    return Math.min(map.horizontal().get(tap).count(), first(block) - map.horizontal().get(tap).start());
  }

  /** Columns right of those, likewise. */
  private int after(int tap, int block) {
    return Math.max(0, map.horizontal().get(tap).start() + map.horizontal().get(tap).count() - end(block));
  }

  @Override
  public int tasks() {
    return map.shape().groups() * sets() * rowBlocks * columnBlocks;
  }

  @Override
  public long workspaceBytes() {
    return (long) rowsOfTaps() * height * Math.min(columns, INPUTS) * TileShape.DOT_BYTES;
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    int column = task % columnBlocks * INPUTS;
    int row = task / columnBlocks % rowBlocks * height;
    int set = task / (columnBlocks * rowBlocks) % sets();
    int group = task / (columnBlocks * rowBlocks * sets());
    int kh = set / map.horizontal().size();
    int kw = taps ? column : set % map.horizontal().size();
    int rows = Math.min(height, map.outputs() - row);
    int width = Math.min(INPUTS, columns - column);
    long pitch = (long) width * TileShape.DOT_BYTES;
    long dy = y + ((long) group * map.outputs() + row) * map.y().channel();
    long in = x + (long) group * map.inputs() * map.x().channel() + (taps ? 0 : column * map.x().channel());
    Pack.zero(workspace, rowsOfTaps() * rows * pitch);
    for (int n = 0; n < map.shape().n(); n += ENTRIES) {
      long lane = (long) n * map.bytes();
      int entries = Math.min(ENTRIES, map.shape().n() - n);
      inner(kh, kw, dy + lane, in + lane, rows, width, entries, workspace);
      for (int t = 0; taps && t < map.vertical().size() * width; t++) {
        borders(t / width, kw + t % width, kw, dy + lane, in + lane, rows, entries,
            workspace + t / width * rows * pitch + (long) (t % width) * TileShape.DOT_BYTES, pitch);
      }
    }
    for (int t = 0; t < rowsOfTaps(); t++) {
      LaneSum.store(map.shape().dtype(), workspace + t * rows * pitch,
          weights + map.weight(group, row, taps ? 0 : column, kh + t, kw), map.weights().outer(),
          taps ? map.weights().width() : map.weights().channel(), rows, width);
    }
  }

  /** Address offset in x of what a tap reads for column {@code ox} of the output. */
  private long source(int tap, int ox) {
    return (ox * (long) map.shape().horizontal().stride() - map.shape().horizontal().padBegin()
        + (long) tap * map.shape().horizontal().dilation()) * map.x().width();
  }

  /** All tiles of a task, over the pixels that every column reads: of some pixels of a row all, then of the next. */
  private void inner(int kh, int kw, long dy, long in, int rows, int width, int entries, long sums) {
    int first = first(kw);
    int end = end(kw);
    int most = pixelsAtOnce(entries);
    for (int oy = 0; oy < map.shape().outHeight(); oy++) {
      for (int ox = first; ox < end; ox += most) {
        for (int t = 0; t < rowsOfTaps(); t++) {
          var run = map.vertical().get(kh + t);
          int line = oy - run.start();
          if (line >= 0 && line < run.count()) {
            pixels(dy + oy * map.y().height() + ox * map.y().width(),
                in + (run.source() + (long) line * run.sourceStep()) * map.x().height() + source(kw, ox), rows, width,
                Math.min(most, end - ox), entries, sums + (long) t * rows * width * TileShape.DOT_BYTES);
          }
        }
      }
    }
  }

  /** All tiles over some pixels of a row. */
  private void pixels(long dy, long in, int rows, int width, int pixels, int entries, long sums) {
    long column = taps ? map.shape().horizontal().dilation() * map.x().width() : map.x().channel();
    long row = (long) width * TileShape.DOT_BYTES;
    for (int i = 0, h; i < rows; i += h) {
      h = tiles.height(rows - i);
      for (int j = 0, w; j < width; j += w) {
        w = tiles.width(width - j);
        rectangle(tiles.tile(h, w), dy + i * map.y().channel(), in + j * column, column, 1, pixels, entries,
            sums + i * row + (long) j * TileShape.DOT_BYTES, row);
      }
    }
  }

  /** One column of taps, over the pixels that only some taps of its block read. */
  private void borders(int kh, int tap, int block, long dy, long in, int rows, int entries, long sums, long row) {
    int start = map.horizontal().get(tap).start();
    int right = end(block);
    int lines = map.vertical().get(kh).count();
    long from = in + map.vertical().get(kh).source() * map.x().height();
    for (int i = 0, h; i < rows; i += h) {
      h = border.height(rows - i);
      long left = dy + map.vertical().get(kh).start() * map.y().height() + i * map.y().channel();
      rectangle(border.tile(h, 1), left + start * map.y().width(), from + source(tap, start), 0, lines,
          before(tap, block), entries, sums + i * row, row);
      rectangle(border.tile(h, 1), left + right * map.y().width(), from + source(tap, right), 0, lines,
          after(tap, block), entries, sums + i * row, row);
    }
  }

  /** One tile over a rectangle of {@code lines} x {@code pixels} of the output. */
  private void rectangle(Tile tile, long dy, long in, long column, int lines, int pixels, int entries, long sums,
      long row) {
    if (pixels == 0) {
      return;
    }
    var table = (entries == ENTRIES ? wholeParts : lastPart)[pixels];
    long inRow = map.shape().vertical().stride() * map.x().height();
    for (int done = 0, count; done < lines; done += count) {
      count = Math.min(table.entries(), lines - done);
      tile.run(dy + done * map.y().height(), in + done * inRow, sums, count * pixels * turns(entries),
          map.y().channel() / map.bytes(), 0, column / map.bytes(), 0, row, table.address(), sums, row, 0);
    }
  }
}
