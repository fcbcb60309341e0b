package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * Convolution with lanes along the channels of the result. A tile is a few pixels that read the same taps, along a row,
 * a column or the batch, whichever is longest, by two vectors of channels; so border pixels fill tiles too. The left
 * operand is the image, broadcast in place, the right one the weights, packed {@code [group][panel][kh][kw][in
 * channel][channel of the panel]}.
 *
 * <p>A task is a block of whole images, or of rows of one image, by a block of panels that the L2 cache holds.
 */
final class ChannelsInnerConvolution implements Convolution {
  /** Rows of a tile: with offsets from a table, 14 rows spill address registers (95 against 115 GFLOP/s). */
  private static final int ROWS = 12;
  /** Pixels in a task, so that the weights that it streams are used often enough. */
  private static final int PIXELS = 512;

  private final ConvolutionMap map;
  private final GemmTiles tiles;
  private final TapTable[] tables;
  private final int panels;
  private final int panelsPerTask;
  private final int imagesPerTask;
  private final int rowsPerTask;

  ChannelsInnerConvolution(Machine machine, ConvolutionMap map, SegmentAllocator memory) {
    this.map = map;
    if (map.out().channel() != map.bytes() && map.outChannels() > 1) {
      throw new IllegalArgumentException("channels-inner convolution of an image whose channels do not lie side by "
          + "side: "
          + map.out());
    }
    var shape = map.shape();
    int lanes = machine.lanes(map.bytes());
    int vectors = Math.clamp(Math.ceilDiv(map.outChannels(), lanes), 1, 2);
    int rows = machine.registers() >= 32 ? ROWS : ROWS / 2;
    tiles = new GemmTiles(new TileShape(shape.dtype(), machine.vectorBits(), TileShape.Family.OUTER, rows, vectors, 0,
        true, false), lanes);
    panels = Math.ceilDiv(map.outChannels(), tiles.width());
    long panelBytes = Math.max(1L, (long) map.steps() * tiles.width() * map.bytes());
    panelsPerTask = Math.clamp(machine.level2() / 2 / panelBytes, 1, Math.max(1, panels));
    int pixels = Math.max(1, map.height() * map.width());
    imagesPerTask = Math.clamp(PIXELS / pixels, 1, Math.max(1, shape.n()));
    rowsPerTask = pixels < 2 * PIXELS ? Math.max(1, map.height()) : Math.ceilDiv(PIXELS, map.width());
    int columns = map.horizontal().size();
    tables = new TapTable[map.vertical().size() * columns];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = TapTable.of(map, map.vertical().get(i / columns), map.horizontal().get(i % columns),
          (long) tiles.width() * map.bytes(), true, memory);
    }
  }

  @Override
  public long packedBytes() {
    return (long) map.shape().groups() * panels * map.steps() * tiles.width() * map.bytes();
  }

  @Override
  public int packTasks() {
    return map.shape().groups() * map.taps();
  }

  @Override
  public void pack(int task, long weights, long packed) {
    int group = task / map.taps();
    int tap = task % map.taps();
    int kernel = map.shape().horizontal().kernel();
    long row = (long) tiles.width() * map.bytes();
    long source = weights + group * map.weightGroup() + tap / kernel * map.weights().height()
        + tap % kernel * map.weights().width();
    for (int panel = 0; panel < panels; panel++) {
      int column = panel * tiles.width();
      long step = ((long) group * panels + panel) * map.steps() + (long) tap * map.inChannels();
      Pack.copy(map.shape().dtype(), source + column * map.weightOut(), map.weightIn(), map.weightOut(),
          packed + step * row, row, map.inChannels(), Math.min(tiles.width(), map.outChannels() - column));
    }
  }

  private int imageBlocks() {
    return Math.ceilDiv(map.shape().n(), imagesPerTask);
  }

  private int rowBlocks() {
    return Math.ceilDiv(map.height(), rowsPerTask);
  }

  private int panelBlocks() {
    return Math.ceilDiv(panels, panelsPerTask);
  }

  @Override
  public int tasks() {
    return map.width() == 0 ? 0 : imageBlocks() * rowBlocks() * panelBlocks() * map.shape().groups();
  }

  @Override
  public void run(int task, long in, long packed, long out) {
    int place = task % (imageBlocks() * rowBlocks());
    int part = task / (imageBlocks() * rowBlocks());
    int image = place / rowBlocks() * imagesPerTask;
    int images = Math.min(imagesPerTask, map.shape().n() - image);
    int row = place % rowBlocks() * rowsPerTask;
    int end = Math.min(map.height(), row + rowsPerTask);
    int group = part / panelBlocks();
    int first = part % panelBlocks() * panelsPerTask;
    int last = Math.min(panels, first + panelsPerTask);
    long from = in + image * map.in().outer() + (long) group * map.inChannels() * map.in().channel();
    long to = out + image * map.out().outer() + (long) group * map.outChannels() * map.out().channel();
    for (int panel = first; panel < last; panel++) {
      long weights = packed + ((long) group * panels + panel) * map.steps() * tiles.width() * map.bytes();
      for (int i = 0; i < tables.length; i++) {
        runs(from, weights, to + (long) panel * tiles.width() * map.bytes(), i, images, row, end,
            map.outChannels() - panel * tiles.width());
      }
    }
  }

  /** All pixels of one pair of runs in rows {@code row … end - 1}, for one panel. */
  private void runs(long in, long weights, long out, int index, int images, int row, int end, int columns) {
    var y = map.vertical().get(index / map.horizontal().size());
    var x = map.horizontal().get(index % map.horizontal().size());
    int first = Math.max(0, Math.ceilDiv(row - y.start(), y.step()));
    int count = Math.min(y.count(), Math.ceilDiv(end - y.start(), y.step())) - first;
    if (count <= 0) {
      return;
    }
    long inY = y.sourceStep() * map.in().height();
    long inX = x.sourceStep() * map.in().width();
    long outY = y.step() * map.out().height();
    long outX = x.step() * map.out().width();
    long from = in + y.source() * map.in().height() + first * inY + x.source() * map.in().width();
    long to = out + y.start() * map.out().height() + first * outY + x.start() * map.out().width();
    var table = tables[index];
    if (x.count() >= ROWS / 2 || x.count() >= count && x.count() >= images) {
      for (int n = 0; n < images; n++) {
        for (int i = 0; i < count; i++) {
          line(from + n * map.in().outer() + i * inY, inX, weights, to + n * map.out().outer() + i * outY, outX,
              x.count(), columns, table);
        }
      }
    } else if (count >= images) {
      for (int n = 0; n < images; n++) {
        for (int j = 0; j < x.count(); j++) {
          line(from + n * map.in().outer() + j * inX, inY, weights, to + n * map.out().outer() + j * outX, outY, count,
              columns, table);
        }
      }
    } else {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < x.count(); j++) {
          line(from + i * inY + j * inX, map.in().outer(), weights, to + i * outY + j * outX, map.out().outer(), images,
              columns, table);
        }
      }
    }
  }

  /** Pixels at constant distance, tile by tile. */
  private void line(long in, long inStep, long weights, long out, long outStep, int pixels, int columns,
      TapTable table) {
    long last = tiles.last(columns);
    for (int i = 0; i < pixels;) {
      int height = tiles.height(pixels - i);
      tiles.tile(height, columns).run(in + i * inStep, weights, out + i * outStep, table.steps(),
          inStep / map.bytes(), 0, 0, 0, outStep, table.address(), Raw.ZEROS, 0, last);
      i += height;
    }
  }
}
