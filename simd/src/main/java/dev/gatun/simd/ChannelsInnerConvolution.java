package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * Convolution with lanes along the channels of the result. A tile is a few pixels that read the same taps, along a row,
 * a column or the batch, whichever is longest, by a panel of two or three vectors of channels; so border pixels fill
 * tiles too. The left operand is the image, broadcast in place, the right one the weights, packed {@code
 * [group][panel][kh][kw][in channel][channel of the panel]}. A sum is walked by a {@link TapTable}.
 *
 * <p>Where each channel is convolved by itself, all are one group, and the image is read in vectors of channels.
 *
 * <p>A task is a block of whole images, or of rows of one image, by a block of panels that the L2 cache holds.
 */
final class ChannelsInnerConvolution implements Convolution {
  /** Pixels in a task, so that the weights that it streams are used often enough. */
  private static final int PIXELS = 512;
  /** The same where each channel is convolved by itself: panels are few lanes of a pixel and share its cache lines. */
  private static final int EACH_PIXELS = 64;
  /** Tasks that threads can share fairly; where the pixels are too few for so many, panels are parted as well. */
  private static final int ENOUGH_TASKS = 4;

  private final ConvolutionMap map;
  /** Whether each channel is convolved by itself. */
  private final boolean each;
  private final WeightTaps weightTaps;
  private final GemmTiles tiles;
  /** One for each pair of runs. */
  private final TapTable[] tables;
  /** The first column of each panel. */
  private final int[] starts;
  private final int panelsPerTask;
  private final int imagesPerTask;
  private final int rowsPerTask;

  ChannelsInnerConvolution(Machine whole, ConvolutionMap given, SegmentAllocator memory) {
    each = given.shape().isDepthwise();
    map = each ? given.joined() : given;
    weightTaps = new WeightTaps(map, false);
    if (map.outChannels() > 1 && (map.out().channel() != map.bytes() || each && map.in().channel() != map.bytes())) {
      throw new IllegalArgumentException("channels-inner convolution of an image whose channels do not lie side by "
          + "side: " + map.in() + " to " + map.out());
    }
    var shape = map.shape();
    var machine = whole.forColumns(map.outChannels(), map.bytes());
    int lanes = machine.lanes(map.bytes());
    int all = Math.ceilDiv(map.outChannels(), lanes);
    int vectors = each ? Math.clamp(all, 1, 2) : GemmBlocking.vectors(machine, all);
    int rows = GemmTiles.alike(Math.max(1, map.width()), GemmBlocking.rows(machine, vectors));
    var full = new TileShape(shape.dtype(), machine.vectorBits(),
        each ? TileShape.Family.EACH : TileShape.Family.OUTER, rows, vectors, 0, true, false);
    long step = (long) vectors * lanes * map.bytes();
    var turn = TapTable.turn(map, step, true, full);
    tiles = new GemmTiles(full, lanes, turn,
        map.horizontal().isEmpty() ? 0 : map.horizontal().getFirst().sourceStep() * map.in().width());
    starts = tiles.starts(map.outChannels());
    long panelBytes = Math.max(1L, (long) map.steps() * tiles.width() * map.bytes());
    int pixels = Math.max(1, map.height() * map.width());
    int taken = each ? EACH_PIXELS : PIXELS;
    imagesPerTask = Math.clamp(taken / pixels, 1, Math.max(1, shape.n()));
    rowsPerTask = pixels < 2 * taken ? Math.max(1, map.height()) : Math.ceilDiv(taken, map.width());
    panelsPerTask = panelsPerTask(machine.level2() / 2 / panelBytes);
    int columns = map.horizontal().size();
    tables = new TapTable[map.vertical().size() * columns];
    for (int i = 0; i < tables.length; i++) {
      var y = map.vertical().get(i / columns);
      var x = map.horizontal().get(i % columns);
      tables[i] = TapTable.of(map, y, x, step, true, turn, memory);
    }
  }

  /** @param most panels that a cache holds */
  private int panelsPerTask(long most) {
    int panels = Math.max(1, starts.length);
    int places = Math.max(1, imageBlocks() * rowBlocks() * map.groups());
    int blocks = Math.max(Math.ceilDiv(panels, Math.clamp(most, 1, panels)), Math.ceilDiv(ENOUGH_TASKS, places));
    return Math.ceilDiv(panels, Math.min(panels, blocks));
  }

  @Override
  public Order order() {
    return map.order(getClass(), tiles.width());
  }

  /** Panels have the same room whatever their width, so that one table of offsets serves all. */
  @Override
  public long packedBytes() {
    return (long) map.groups() * starts.length * map.steps() * tiles.width() * map.bytes();
  }

  @Override
  public int packTasks() {
    return map.groups() * starts.length;
  }

  /** One panel. */
  @Override
  public void pack(int task, int worker, long weights, long packed) {
    int panel = task % starts.length;
    int columns = Math.min(tiles.width(map.outChannels() - starts[panel]), map.outChannels() - starts[panel]);
    long row = (long) tiles.width() * map.bytes();
    long source = weights + task / starts.length * map.weightGroup() + starts[panel] * map.weightOut();
    long target = packed + (long) task * map.steps() * row;
    weightTaps.copy(source, target, map.inChannels() * row, row, map.inChannels(), columns);
  }

  private int imageBlocks() {
    return Math.ceilDiv(map.shape().n(), imagesPerTask);
  }

  private int rowBlocks() {
    return Math.ceilDiv(map.height(), rowsPerTask);
  }

  private int panelBlocks() {
    return Math.ceilDiv(starts.length, panelsPerTask);
  }

  @Override
  public int tasks() {
    return map.width() == 0 ? 0 : imageBlocks() * rowBlocks() * panelBlocks() * map.groups();
  }

  @Override
  public void run(int task, long in, long packed, long out, long workspace) {
    int place = task % (imageBlocks() * rowBlocks());
    int part = task / (imageBlocks() * rowBlocks());
    int image = place / rowBlocks() * imagesPerTask;
    int images = Math.min(imagesPerTask, map.shape().n() - image);
    int row = place % rowBlocks() * rowsPerTask;
    int end = Math.min(map.height(), row + rowsPerTask);
    int group = part / panelBlocks();
    int first = part % panelBlocks() * panelsPerTask;
    int last = Math.min(starts.length, first + panelsPerTask);
    long from = in + image * map.in().outer() + (long) group * map.inChannels() * map.in().channel();
    long to = out + image * map.out().outer() + (long) group * map.outChannels() * map.out().channel();
    for (int panel = first; panel < last; panel++) {
      long weights = packed + ((long) group * starts.length + panel) * map.steps() * tiles.width() * map.bytes();
      for (int i = 0; i < tables.length; i++) {
        long column = (long) starts[panel] * map.bytes();
        runs(each ? from + column : from, weights, to + column, i, images, row, end,
            map.outChannels() - starts[panel]);
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
    if (x.count() >= tiles.rows() || x.count() >= count && x.count() >= images) {
      for (int n = 0; n < images; n++) {
        for (int i = 0; i < count; i++) {
          line(from + n * map.in().outer() + i * inY, inX, weights, to + n * map.out().outer() + i * outY, outX,
              x.count(), columns, index);
        }
      }
    } else if (count >= images) {
      for (int n = 0; n < images; n++) {
        for (int j = 0; j < x.count(); j++) {
          line(from + n * map.in().outer() + j * inX, inY, weights, to + n * map.out().outer() + j * outX, outY, count,
              columns, index);
        }
      }
    } else {
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < x.count(); j++) {
          line(from + i * inY + j * inX, map.in().outer(), weights, to + i * outY + j * outX, map.out().outer(), images,
              columns, index);
        }
      }
    }
  }

  /** Pixels at constant distance, tile by tile. */
  private void line(long in, long inStep, long weights, long out, long outStep, int pixels, int columns, int index) {
    var table = tables[index];
    for (int i = 0, height; i < pixels; i += height) {
      height = tiles.height(pixels - i);
      tiles.tile(height, columns, table.turning(), inStep).run(in + i * inStep, weights, out + i * outStep,
          table.entries(), inStep / map.bytes(), 0, 0, 0, outStep, table.address(), Raw.ZEROS, 0, tiles.last(columns));
    }
  }
}
