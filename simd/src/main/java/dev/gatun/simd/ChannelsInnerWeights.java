package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/**
 * Weight gradient with lanes along the output channels. A tile is a few input channels of one tap, broadcast, by two or
 * three vectors of output channels, summed over pixels: a sum of outer products. Where each channel is convolved by
 * itself, unless {@link DepthwiseWeights} does so, a tile is one tap, and the image is read in vectors of channels.
 * Each result is one chain of fused multiply-adds over ascending (n, oy, ox).
 *
 * <p>A task is a block of both channels for one row of taps. It walks the pixels in blocks that the L2 cache holds, and
 * all its tiles within each; sums wait in the workspace.
 */
final class ChannelsInnerWeights implements ConvolutionWeights {
  /** Input channels of a task: four tiles share each block of pixels. */
  static final int INPUTS = 48;
  /** Output channels of a task, so that the sums of a tap fill no more than 48 KiB in f32. */
  static final int OUTPUTS = 256;
  /** Pixels in a block: with 128 channels on both sides 512 KiB, and long enough to hide the tile's ends. */
  private static final int PIXELS = 512;
  /** Vectors of a tile of one row, where each channel is convolved by itself: sums and gradients fill 12 registers. */
  private static final int EACH_VECTORS = 6;

  private final WeightsMap map;
  /** Whether each channel is convolved by itself. */
  private final boolean each;
  private final int inputBlocks;
  private final int outputBlocks;
  private final GemmTiles tiles;
  private final PixelTable[] tables;

  ChannelsInnerWeights(Machine machine, WeightsMap given, SegmentAllocator memory) {
    each = given.shape().isDepthwise();
    map = each ? given.joined() : given;
    int size = map.bytes();
    if (map.x().channel() != size && (map.inputs() > 1 || each) || map.y().channel() != size && map.outputs() > 1) {
      throw new IllegalArgumentException("channels-inner weight gradient of images whose channels do not lie side by "
          + "side: " + map.x() + " and " + map.y());
    }
    inputBlocks = Math.ceilDiv(map.inputs(), INPUTS);
    outputBlocks = Math.ceilDiv(map.outputs(), OUTPUTS);
    int lanes = machine.lanes(size);
    int all = Math.ceilDiv(map.outputs(), lanes);
    int vectors = each ? Math.clamp(all, 1, EACH_VECTORS) : GemmBlocking.vectors(machine, all);
    int rows = each ? 1 : GemmBlocking.rows(machine, vectors);
    tiles = new GemmTiles(new TileShape(map.shape().dtype(), machine.vectorBits(),
        each ? TileShape.Family.EACH : TileShape.Family.OUTER, rows, vectors, size, true, false), lanes);
    var step = new ConvolutionShape.Strides(map.x().outer(), 0, map.shape().vertical().stride() * map.x().height(),
        map.shape().horizontal().stride() * map.x().width());
    var made = new HashMap<List<Integer>, PixelTable>();
    tables = new PixelTable[map.taps()];
    Arrays.setAll(tables, i -> made.computeIfAbsent(
        List.of(map.vertical().get(i / map.horizontal().size()).count(),
            map.horizontal().get(i % map.horizontal().size()).count()),
        key -> PixelTable.of(key.get(0), key.get(1), map.shape().n(), PIXELS, step, map.y(), map.bytes(), memory)));
  }

  @Override
  public int tasks() {
    return map.groups() * map.vertical().size() * inputBlocks * outputBlocks;
  }

  @Override
  public long workspaceBytes() {
    return map.horizontal().size() * sumsBytes();
  }

  /** Of one tap. */
  private long sumsBytes() {
    return Math.min(map.inputs(), INPUTS) * sumsRow();
  }

  private long sumsRow() {
    return (long) Math.ceilDiv(Math.min(map.outputs(), OUTPUTS), tiles.width()) * tiles.width() * map.bytes();
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    int output = task % outputBlocks * OUTPUTS;
    int input = task / outputBlocks % inputBlocks * INPUTS;
    int kh = task / (outputBlocks * inputBlocks) % map.vertical().size();
    int group = task / (outputBlocks * inputBlocks * map.vertical().size());
    int rows = Math.min(INPUTS, map.inputs() - input);
    int columns = Math.min(OUTPUTS, map.outputs() - output);
    var down = map.vertical().get(kh);
    long left = x + ((long) group * map.inputs() + input) * map.x().channel() + down.source() * map.x().height()
        + (each ? output * map.x().channel() : 0);
    long right = y + ((long) group * map.outputs() + output) * map.y().channel() + down.start() * map.y().height();
    pixels(left, right, kh, rows, columns, workspace);
    for (int kw = 0; kw < map.horizontal().size(); kw++) {
      Pack.scatter(map.shape().dtype(), workspace + kw * sumsBytes(), sumsRow(),
          weights + map.weight(group, output, input, kh, kw), map.weights().channel(), map.weights().outer(), rows,
          columns);
    }
  }

  /** Walks all pixels of all batch entries, block by block, and in each all taps of one row of the kernel. */
  private void pixels(long left, long right, int kh, int rows, int columns, long sums) {
    int height = map.vertical().get(kh).count();
    long leftRow = map.shape().vertical().stride() * map.x().height();
    boolean load = false;
    int n = 0;
    do {
      int entries = Math.min(entries(kh), map.shape().n() - n);
      int done = 0;
      do {
        int lines = Math.min(lines(kh), height - done);
        for (int kw = 0; kw < map.horizontal().size(); kw++) {
          var across = map.horizontal().get(kw);
          block(left + n * map.x().outer() + done * leftRow + across.source() * map.x().width(),
              right + n * map.y().outer() + done * map.y().height() + across.start() * map.y().width(), table(kh, kw),
              entries * lines * across.count(), rows, columns, sums + kw * sumsBytes(), load);
        }
        load = true;
        done += lines;
      } while (done < height);
      n += entries;
    } while (n < map.shape().n());
  }

  private PixelTable table(int kh, int kw) {
    return tables[kh * map.horizontal().size() + kw];
  }

  /** Batch entries that the tables of all taps of a row cover; {@code lines} likewise. */
  private int entries(int kh) {
    int least = Integer.MAX_VALUE;
    for (int kw = 0; kw < map.horizontal().size(); kw++) {
      least = Math.min(least, table(kh, kw).entries());
    }
    return least;
  }

  private int lines(int kh) {
    int least = Integer.MAX_VALUE;
    for (int kw = 0; kw < map.horizontal().size(); kw++) {
      least = Math.min(least, table(kh, kw).rows());
    }
    return least;
  }

  /** All tiles of the task over one block of pixels. */
  private void block(long left, long right, PixelTable table, int steps, int rows, int columns, long sums,
      boolean load) {
    int size = map.bytes();
    long row = sumsRow();
    for (int j = 0; j < columns; j += tiles.width(columns - j)) {
      long last = tiles.last(columns - j);
      for (int i = 0; i < rows;) {
        int h = tiles.height(rows - i);
        long c = sums + i * row + (long) j * size;
        tiles.tile(h, columns - j).run(left + (long) (each ? j : i) * size, right + (long) j * size, c, steps, 0, 0, 0,
            0, row, table.address(), load ? c : Raw.ZEROS, load ? row : 0, last);
        i += h;
      }
    }
  }
}
