package dev.gatun.simd;

/**
 * Weight gradient with lanes along the output channels, as a product for each tap: input channels by output channels,
 * summed over the pixels whose tap lies on the image. Both images are packed block by block of pixels, as operands of a
 * product are, see {@link OuterGemm}: read in place, each step of a tile takes three cache lines that no other step
 * uses. Each result is one chain of fused multiply-adds over ascending (n, oy, ox).
 *
 * <p>A task is a block of both channels for one column of taps, whose pixels lie in the same columns of an image:
 * within a block of one image's lines they are packed once, and each tap takes those lines that it reads for. Sums wait
 * in the workspace.
 */
final class ChannelsInnerProducts implements ConvolutionWeights {
  /** Input channels from which packing the gradient of the output is repaid. */
  private static final int FEW = 16;
  /** Input channels of a task. */
  private static final int INPUTS = 128;
  /** Output channels of a task. */
  private static final int OUTPUTS = 120;
  /** Numbers of an image in a block: with both channels as above, pixels and sums of 3 taps fill the L2 cache. */
  private static final int BLOCK = 256 * INPUTS;
  /** Pixels in a block at most. */
  private static final int PIXELS = 512;

  private final WeightsMap map;
  private final GemmTiles tiles;
  private final int inputBlocks;
  private final int outputBlocks;
  /** Batch entries, lines and columns of a block. */
  private final int entries;
  private final int lines;
  private final int across;
  /** Lines of x that the taps of a block read; all taps where they are packed once, else those of one. */
  private final int sourceLines;
  /** Whether all taps of a block find their lines of x side by side. */
  private final boolean shared;

  ChannelsInnerProducts(Machine machine, WeightsMap map) {
    this.map = map;
    int lanes = machine.lanes(map.bytes());
    int vectors = GemmBlocking.vectors(machine, Math.ceilDiv(map.outputs(), lanes));
    int rows = GemmBlocking.rows(machine, vectors);
    tiles = new GemmTiles(new TileShape(map.shape().dtype(), machine.vectorBits(), TileShape.Family.OUTER, rows,
        vectors, map.bytes(), false, false), lanes);
    inputBlocks = Math.ceilDiv(map.inputs(), INPUTS);
    outputBlocks = Math.ceilDiv(map.outputs(), OUTPUTS);
    int pixels = Math.min(PIXELS, BLOCK / inputs());
    across = Math.clamp(map.shape().outWidth(), 1, pixels);
    lines = Math.clamp(pixels / across, 1, Math.max(1, map.shape().outHeight()));
    entries = Math.clamp(pixels / ((long) lines * across), 1, Math.max(1, map.shape().n()));
    var vertical = map.shape().vertical();
    shared = entries == 1 && vertical.stride() == 1;
    sourceLines = shared ? lines + (vertical.kernel() - 1) * vertical.dilation() : lines;
  }

  /** Whether a weight gradient is computed so: channels enough on both sides, lying side by side. */
  static boolean suits(WeightsMap map) {
    return map.inputs() >= FEW && map.outputs() >= FEW && map.x().channel() == map.bytes()
        && map.y().channel() == map.bytes();
  }

  @Override
  public int tasks() {
    return map.groups() * map.horizontal().size() * inputBlocks * outputBlocks;
  }

  private int inputs() {
    return Math.min(map.inputs(), INPUTS + tiles.rows());
  }

  /** Bytes from one packed panel of x to the next. */
  private long panel() {
    return (long) entries * sourceLines * across * tiles.rows() * map.bytes() + Machine.LINE;
  }

  private long sumsRow() {
    return (long) Math.ceilDiv(Math.min(map.outputs(), OUTPUTS + tiles.width()), tiles.width()) * tiles.width()
        * map.bytes();
  }

  /** Of one tap. */
  private long sumsBytes() {
    return inputs() * sumsRow();
  }

  private long panelsAt() {
    return map.vertical().size() * sumsBytes();
  }

  private long columnsAt() {
    return panelsAt() + Math.ceilDiv(inputs(), tiles.rows()) * panel();
  }

  @Override
  public long workspaceBytes() {
    return columnsAt() + (long) entries * lines * across * sumsRow() + Machine.LINE;
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    int block = task / outputBlocks;
    int kw = block / inputBlocks % map.horizontal().size();
    int group = block / inputBlocks / map.horizontal().size();
    int output = GemmTiles.edge(task % outputBlocks, outputBlocks, map.outputs(), tiles.width());
    int columns = GemmTiles.edge(task % outputBlocks + 1, outputBlocks, map.outputs(), tiles.width()) - output;
    int input = GemmTiles.edge(block % inputBlocks, inputBlocks, map.inputs(), tiles.rows());
    int rows = GemmTiles.edge(block % inputBlocks + 1, inputBlocks, map.inputs(), tiles.rows()) - input;
    long left = x + ((long) group * map.inputs() + input) * map.x().channel();
    long right = y + ((long) group * map.outputs() + output) * map.y().channel();
    Pack.zero(workspace, panelsAt());
    for (int n = 0; n < map.shape().n(); n += entries) {
      for (int line = 0; line < map.shape().outHeight(); line += lines) {
        for (int column = 0; column < map.shape().outWidth(); column += across) {
          block(kw, left, right, n, line, column, rows, columns, workspace);
        }
      }
    }
    for (int kh = 0; kh < map.vertical().size(); kh++) {
      Pack.scatter(map.shape().dtype(), workspace + kh * sumsBytes(), sumsRow(),
          weights + map.weight(group, output, input, kh, kw), map.weights().channel(), map.weights().outer(), rows,
          columns);
    }
  }

  /** All taps of the column over one block of pixels. */
  private void block(int kw, long x, long y, int n, int line, int column, int rows, int columns, long workspace) {
    var along = map.horizontal().get(kw);
    int from = Math.max(column, along.start());
    int count = Math.min(column + across, along.start() + along.count()) - from;
    if (count <= 0) {
      return;
    }
    int lastEntry = Math.min(map.shape().n(), n + entries);
    int lastLine = Math.min(map.shape().outHeight(), line + lines);
    int all = (lastLine - line) * count;
    long left = x + (along.source() + (long) (from - along.start()) * along.sourceStep()) * map.x().width();
    long right = y + from * map.y().width();
    int firstSource = 0;
    if (entries == 1) {
      packColumns(right, n, line, lastLine, count, all, 0, columns, workspace);
    }
    if (shared) {
      firstSource = Math.max(0, source(0, line));
      int endSource = Math.min(map.shape().h(), source(map.vertical().size() - 1, lastLine - 1) + 1);
      packRows(left, n, firstSource, endSource - firstSource, 1, count, 0, rows, workspace);
    }
    for (int kh = 0; kh < map.vertical().size(); kh++) {
      var down = map.vertical().get(kh);
      int first = Math.max(line, down.start());
      int end = Math.min(lastLine, down.start() + down.count());
      if (first >= end) {
        continue;
      }
      int steps = (end - first) * count;
      long sums = workspace + kh * sumsBytes();
      if (shared) {
        multiply(steps, (source(kh, first) - firstSource) * count, (first - line) * count, all, rows, columns, sums,
            workspace);
      } else if (entries == 1) {
        packRows(left, n, source(kh, first), end - first, down.sourceStep(), count, 0, rows, workspace);
        multiply(steps, 0, (first - line) * count, all, rows, columns, sums, workspace);
      } else {
        int taken = (lastEntry - n) * steps;
        for (int entry = n; entry < lastEntry; entry++) {
          packRows(left, entry, source(kh, first), end - first, down.sourceStep(), count, (entry - n) * steps, rows,
              workspace);
          packColumns(right, entry, first, end, count, taken, (entry - n) * steps, columns, workspace);
        }
        multiply(taken, 0, 0, taken, rows, columns, sums, workspace);
      }
    }
  }

  /** The line of x that a tap reads for a line of y; outside of the image on padding. */
  private int source(int kh, int line) {
    var axis = map.shape().vertical();
    return line * axis.stride() + kh * axis.dilation() - axis.padBegin();
  }

  /** Packs {@code count} pixels of some lines of x. */
  private void packRows(long x, int entry, int line, int lines, int lineStep, int count, int first, int rows,
      long workspace) {
    long step = map.shape().horizontal().stride() * map.x().width();
    for (int i = 0; i < lines; i++) {
      tiles.packRows(x + entry * map.x().outer() + (line + (long) i * lineStep) * map.x().height(), step,
          workspace + panelsAt(), panel(), first + i * count, count, rows);
    }
  }

  /** Packs {@code count} pixels of some lines of y. */
  private void packColumns(long y, int entry, int line, int end, int count, int all, int first, int columns,
      long workspace) {
    for (int at = line; at < end; at++) {
      tiles.packColumns(map.shape().dtype(), y + entry * map.y().outer() + at * map.y().height(), map.y().width(),
          map.bytes(), workspace + columnsAt(), all, first + (at - line) * count, count, columns);
    }
  }

  /**
   * Adds the products of packed pixels to the sums of a tap.
   *
   * @param left the first of them in the panels of x; {@code right} in the columns of y, which have {@code all}
   */
  private void multiply(int steps, int left, int right, int all, int rows, int columns, long sums, long workspace) {
    int size = map.bytes();
    long row = sumsRow();
    long panel = workspace + panelsAt();
    for (int i = 0, height; i < rows; i += height) {
      height = tiles.height(rows - i);
      for (int j = 0, width; j < columns; j += width) {
        width = tiles.width(columns - j);
        long c = sums + i * row + (long) j * size;
        tiles.multiply(height, columns - j, panel + (long) left * height * size, 0,
            workspace + columnsAt() + ((long) j * all + (long) right * width) * size, c, row, steps, c, row);
      }
      panel += panel();
    }
  }
}
