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
 * <p>A task is a block of both channels, some tiles of output channels so that all threads have work; if there are not
 * as many, for some rows of taps, which are seldom as many for each thread. It walks the pixels in blocks that the L2
 * cache holds, and all its tiles within each; sums wait in the workspace.
 */
final class ChannelsInnerWeights implements ConvolutionWeights {
  /** Input channels of a task: four tiles share each block of pixels. */
  static final int INPUTS = 48;
  /** Output channels of a task at most, so that the sums of a tap fill no more than 48 KiB in f32. */
  static final int OUTPUTS = 256;
  /** Bytes of the sums of a task at most, unless a row of taps has more. */
  private static final int SUMS = 128 << 10;
  /** Pixels in a block: with 128 channels on both sides 512 KiB, and long enough to hide the tile's ends. */
  private static final int PIXELS = 512;
  /** Vectors of a tile of one row, where each channel is convolved by itself: sums and gradients fill 12 registers. */
  private static final int EACH_VECTORS = 6;

  private final WeightsMap map;
  /** Whether each channel is convolved by itself. */
  private final boolean each;
  private final int inputBlocks;
  /** Output channels of a task. */
  private final int outputs;
  private final int outputBlocks;
  private final int kernelBlocks;
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
    int lanes = machine.lanes(size);
    int all = Math.ceilDiv(map.outputs(), lanes);
    int vectors = each ? Math.clamp(all, 1, EACH_VECTORS) : GemmBlocking.vectors(machine, all);
    int tile = vectors * lanes;
    int parts = each ? 1 : Math.ceilDiv(machine.cores(), Math.max(1, map.groups() * inputBlocks));
    outputs = Math.clamp((long) Math.ceilDiv(Math.ceilDiv(map.outputs(), parts), tile) * tile, tile, OUTPUTS);
    outputBlocks = Math.ceilDiv(map.outputs(), outputs);
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
    int rowsOfTaps = map.vertical().size();
    int most = Math.clamp(SUMS / Math.max(1, map.horizontal().size() * sumsBytes()), 1, rowsOfTaps);
    int blocks = Math.max(1, map.groups() * inputBlocks * outputBlocks);
    kernelBlocks = Math.clamp(Math.ceilDiv(machine.cores(), blocks), Math.ceilDiv(rowsOfTaps, most), rowsOfTaps);
  }

  @Override
  public int tasks() {
    return map.groups() * kernelBlocks * inputBlocks * outputBlocks;
  }

  @Override
  public long workspaceBytes() {
    return Math.ceilDiv(map.vertical().size(), kernelBlocks) * map.horizontal().size() * sumsBytes();
  }

  /** Of one tap. */
  private long sumsBytes() {
    return Math.min(map.inputs(), INPUTS) * sumsRow();
  }

  private long sumsRow() {
    return (long) Math.ceilDiv(Math.min(map.outputs(), outputs), tiles.width()) * tiles.width() * map.bytes();
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    int output = task % outputBlocks * outputs;
    int input = task / outputBlocks % inputBlocks * INPUTS;
    int part = task / (outputBlocks * inputBlocks) % kernelBlocks;
    int group = task / (outputBlocks * inputBlocks * kernelBlocks);
    int across = map.horizontal().size();
    int first = map.vertical().size() * part / kernelBlocks * across;
    int end = map.vertical().size() * (part + 1) / kernelBlocks * across;
    int rows = Math.min(INPUTS, map.inputs() - input);
    int columns = Math.min(outputs, map.outputs() - output);
    long left = x + ((long) group * map.inputs() + input) * map.x().channel() + (each ? output * map.x().channel() : 0);
    long right = y + ((long) group * map.outputs() + output) * map.y().channel();
    Pack.zero(workspace, (end - first) * sumsBytes());
    pixels(left, right, first, end, rows, columns, workspace);
    for (int tap = first; tap < end; tap++) {
      Pack.scatter(map.shape().dtype(), workspace + (tap - first) * sumsBytes(), sumsRow(),
          weights + map.weight(group, output, input, tap / across, tap % across), map.weights().channel(),
          map.weights().outer(), rows, columns);
    }
  }

  /** Walks all pixels of all batch entries, block by block, and in each some taps. */
  private void pixels(long left, long right, int first, int end, int rows, int columns, long sums) {
    int entries = Math.max(1, map.shape().n());
    int lines = Math.max(1, map.shape().outHeight());
    for (int tap = first; tap < end; tap++) {
      entries = Math.min(entries, tables[tap].entries());
      lines = tables[tap].rows() < map.down(tap).count() ? Math.min(lines, tables[tap].rows()) : lines;
    }
    for (int n = 0; n < map.shape().n(); n += entries) {
      for (int line = 0; line < map.shape().outHeight(); line += lines) {
        for (int tap = first; tap < end; tap++) {
          int from = Math.max(line, map.down(tap).start());
          int to = Math.min(line + lines, map.down(tap).end());
          if (from < to) {
            block(left(tap, n, from) + left, right(tap, n, from) + right, tables[tap],
                Math.min(entries, map.shape().n() - n) * (to - from) * map.along(tap).count(), rows, columns,
                sums + (tap - first) * sumsBytes());
          }
        }
      }
    }
  }

  /** Bytes from the first pixel of the image to that which a tap reads for the first of a line's that read it. */
  private long left(int tap, int n, int line) {
    long source = map.down(tap).source() + (long) (line - map.down(tap).start()) * map.down(tap).sourceStep();
    return n * map.x().outer() + source * map.x().height() + map.along(tap).source() * map.x().width();
  }

  /** The same in the gradient of the output. */
  private long right(int tap, int n, int line) {
    return n * map.y().outer() + line * map.y().height() + map.along(tap).start() * map.y().width();
  }

  /** All tiles of the task over one block of pixels. */
  private void block(long left, long right, PixelTable table, int steps, int rows, int columns, long sums) {
    int size = map.bytes();
    long row = sumsRow();
    for (int j = 0; j < columns; j += tiles.width(columns - j)) {
      long last = tiles.last(columns - j);
      for (int i = 0; i < rows;) {
        int h = tiles.height(rows - i);
        long c = sums + i * row + (long) j * size;
        tiles.tile(h, columns - j).run(left + (long) (each ? j : i) * size, right + (long) j * size, c, steps, 0, 0, 0,
            0, row, table.address(), c, row, last);
        i += h;
      }
    }
  }
}
