package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * Convolution with lanes along the batch. A tile is a few output channels of one pixel by a few vectors of batch
 * entries: the left operand is the weights, packed {@code [group][kh][kw][in channel][out channel]} and broadcast, the
 * right operand the pixels that the taps read. Few channels therefore waste nothing.
 *
 * <p>A task is one row of the image for one block of batch entries, all channels.
 */
final class BatchInnerConvolution implements Convolution {
  private final ConvolutionMap map;
  private final GemmTiles tiles;
  private final TapTable[] tables;
  private final int[] runOfRow;
  private final int[] indexOfRow;

  BatchInnerConvolution(Machine machine, ConvolutionMap map, SegmentAllocator memory) {
    this.map = map;
    if (map.shape().n() > 1 && (map.in().outer() != map.bytes() || map.out().outer() != map.bytes())) {
      throw new IllegalArgumentException("batch-inner convolution of images whose batch entries do not lie side by "
          + "side: " + map.in() + " to " + map.out());
    }
    int lanes = machine.lanes(map.bytes());
    int vectors = Math.clamp(Math.ceilDiv(map.shape().n(), lanes), 1, 2);
    int rows = GemmBlocking.rows(machine, vectors);
    var full = new TileShape(map.shape().dtype(), machine.vectorBits(), TileShape.Family.OUTER,
        Math.clamp(map.outChannels(), 1, rows), vectors, map.bytes(), true, false);
    long step = (long) map.outChannels() * map.bytes();
    var turn = TapTable.turn(map, step, false, full);
    tiles = new GemmTiles(full, lanes, turn, 0);
    int columns = map.horizontal().size();
    tables = new TapTable[map.vertical().size() * columns];
    runOfRow = new int[map.height()];
    indexOfRow = new int[map.height()];
    for (int r = 0; r < map.vertical().size(); r++) {
      var y = map.vertical().get(r);
      for (int i = 0; i < y.count(); i++) {
        runOfRow[y.start() + i * y.step()] = r;
        indexOfRow[y.start() + i * y.step()] = i;
      }
      for (int s = 0; s < columns; s++) {
        var table = TapTable.of(map, y, map.horizontal().get(s), step, false, turn, memory);
        tiles.prepare(map.outChannels(), map.shape().n(), table.turning());
        tables[r * columns + s] = table;
      }
    }
  }

  @Override
  public Order order() {
    return map.order(getClass(), tiles.width());
  }

  @Override
  public long packedBytes() {
    return (long) map.shape().groups() * map.steps() * map.outChannels() * map.bytes();
  }

  @Override
  public int packTasks() {
    return map.shape().groups() * map.taps();
  }

  @Override
  public void pack(int task, int worker, long weights, long packed) {
    int group = task / map.taps();
    int tap = task % map.taps();
    int width = map.shape().horizontal().kernel();
    long row = (long) map.outChannels() * map.bytes();
    Pack.copy(map.shape().dtype(), weights + group * map.weightGroup() + tap / width * map.weights().height()
        + tap % width * map.weights().width(), map.weightIn(), map.weightOut(),
        packed + ((long) group * map.taps() + tap) * map.inChannels() * row, row, map.inChannels(), map.outChannels());
  }

  @Override
  public int tasks() {
    return map.height() * tasksOfRow();
  }

  @Override
  public int tasksOfRow() {
    return map.outChannels() == 0 || map.width() == 0 ? 0 : Math.ceilDiv(map.shape().n(), tiles.width());
  }

  @Override
  public void run(int task, long in, long packed, long out, long workspace) {
    int row = task / tasksOfRow();
    int entry = task % tasksOfRow() * tiles.width();
    int entries = Math.min(tiles.width(), map.shape().n() - entry);
    var y = map.vertical().get(runOfRow[row]);
    long source = in + entry * (long) map.bytes()
        + (y.source() + (long) indexOfRow[row] * y.sourceStep()) * map.in().height();
    long target = out + entry * (long) map.bytes() + row * map.out().height();
    for (int group = 0; group < map.shape().groups(); group++) {
      row(source + (long) group * map.inChannels() * map.in().channel(),
          packed + (long) group * map.steps() * map.outChannels() * map.bytes(),
          target + (long) group * map.outChannels() * map.out().channel(), runOfRow[row], entries);
    }
  }

  private void row(long in, long packed, long out, int run, int entries) {
    int runs = map.horizontal().size();
    long channel = map.out().channel();
    long last = tiles.last(entries);
    for (int s = 0; s < runs; s++) {
      var x = map.horizontal().get(s);
      var table = tables[run * runs + s];
      for (int i = 0; i < x.count(); i++) {
        long source = in + (x.source() + (long) i * x.sourceStep()) * map.in().width();
        long target = out + (x.start() + (long) i * x.step()) * map.out().width();
        for (int o = 0; o < map.outChannels();) {
          int height = tiles.height(map.outChannels() - o);
          tiles.tile(height, entries, table.turning(), 0).run(packed + (long) o * map.bytes(), source,
              target + o * channel, table.entries(), 0, 0, 0, 0, channel, table.address(), Raw.ZEROS, 0, last);
          o += height;
        }
      }
    }
  }
}
