package dev.gatun.simd;

/**
 * Weight gradient of images with lanes along the batch, for several channels on both sides: a sum of outer products.
 * The gradient of the output is first packed {@code [group][oy][ox][n][output channel]}; a tile is then a few input
 * channels of one tap, broadcast, by vectors of output channels, summed over the batch entries of one pixel. Both
 * operands are read from beginning to end, where dot products over the batch would read each of them once for every few
 * results.
 *
 * <p>Order of arithmetic: each result is one chain of fused multiply-adds over ascending (oy, ox, n), padding left out.
 */
final class BatchInnerProducts implements ConvolutionWeights {
  /** Output channels from which lanes along them are not mostly idle. */
  private static final int FEW_OUTPUTS = 8;
  /** Batch entries from which a tile sums long enough to hide its ends. */
  private static final int FEW_ENTRIES = 32;
  /** Output and input channels of a task. */
  private static final int OUTPUTS = ChannelsInnerWeights.OUTPUTS;
  private static final int INPUTS = ChannelsInnerWeights.INPUTS;

  private final WeightsMap map;
  private final int outputBlocks;
  private final int inputBlocks;
  private final GemmTiles tiles;
  /** Output channels of a packed batch entry, whole vectors: the last lanes stay zero. */
  private final int width;

  BatchInnerProducts(Machine machine, WeightsMap map) {
    this.map = map;
    outputBlocks = Math.ceilDiv(map.outputs(), OUTPUTS);
    inputBlocks = Math.ceilDiv(map.inputs(), INPUTS);
    int lanes = machine.lanes(map.bytes());
    width = Math.ceilDiv(map.outputs(), lanes) * lanes;
    int rows = Math.min(GemmBlocking.rows(machine, 2), map.inputs());
    var full = new TileShape(map.shape().dtype(), machine.vectorBits(), TileShape.Family.OUTER, rows,
        Math.min(2, width / lanes), TileShape.baked(rows, map.x().channel()), false, false);
    tiles = new GemmTiles(full, lanes, new Turn(Turn.stepsOf(full), map.bytes(), width * map.bytes()), 0);
    for (int block = 0; block < map.inputs(); block += INPUTS) {
      tiles.prepare(Math.min(INPUTS, map.inputs() - block), width, map.shape().n());
    }
  }

  /** Whether sums of outer products suit a shape, from its sizes alone; a tile reaches all entries of a pixel. */
  static boolean suits(ConvolutionShape shape) {
    int outputs = shape.o() / shape.groups();
    long pixel = (long) shape.n() * (outputs + TileShape.DOT_BYTES) * shape.dtype().bytes();
    return shape.c() / shape.groups() > 1 && outputs >= FEW_OUTPUTS && shape.n() >= FEW_ENTRIES
        && pixel <= TileShape.REACH;
  }

  private long entryBytes() {
    return (long) width * map.bytes();
  }

  private long pixelBytes() {
    return map.shape().n() * entryBytes();
  }

  @Override
  public long packedBytes() {
    return (long) map.shape().groups() * map.shape().outHeight() * map.shape().outWidth() * pixelBytes();
  }

  @Override
  public int packTasks() {
    return map.shape().groups() * map.shape().outHeight();
  }

  @Override
  public void pack(int task, long y, long packed) {
    long source = y + (long) (task / map.shape().outHeight()) * map.outputs() * map.y().channel()
        + task % map.shape().outHeight() * map.y().height();
    long target = packed + (long) task * map.shape().outWidth() * pixelBytes();
    for (int ox = 0; ox < map.shape().outWidth(); ox++) {
      Pack.copy(map.shape().dtype(), source + ox * map.y().width(), map.y().outer(), map.y().channel(),
          target + ox * pixelBytes(), entryBytes(), map.shape().n(), map.outputs());
    }
  }

  @Override
  public int tasks() {
    return map.shape().groups() * map.taps() * inputBlocks * outputBlocks;
  }

  @Override
  public long workspaceBytes() {
    return Math.min(map.inputs(), INPUTS) * sumsRow();
  }

  private long sumsRow() {
    return (long) Math.min(width, OUTPUTS) * map.bytes();
  }

  @Override
  public void run(int task, long x, long y, long weights, long workspace) {
    int output = task % outputBlocks * OUTPUTS;
    int input = task / outputBlocks % inputBlocks * INPUTS;
    int tap = task / (outputBlocks * inputBlocks) % map.taps();
    int group = task / (outputBlocks * inputBlocks * map.taps());
    int rows = Math.min(INPUTS, map.inputs() - input);
    int columns = Math.min(OUTPUTS, width - output);
    var down = map.vertical().get(tap / map.horizontal().size());
    var across = map.horizontal().get(tap % map.horizontal().size());
    long left = x + ((long) group * map.inputs() + input) * map.x().channel();
    long right = y + (long) group * map.shape().outHeight() * map.shape().outWidth() * pixelBytes()
        + (long) output * map.bytes();
    Pack.zero(workspace, rows * sumsRow());
    for (int i = 0; i < down.count(); i++) {
      long from = left + (down.source() + (long) i * down.sourceStep()) * map.x().height();
      long with = right + (long) (down.start() + i) * map.shape().outWidth() * pixelBytes();
      for (int j = 0; j < across.count(); j++) {
        block(from + (across.source() + (long) j * across.sourceStep()) * map.x().width(),
            with + (across.start() + j) * pixelBytes(), rows, columns, workspace);
      }
    }
    long to = weights
        + map.weight(group, output, input, tap / map.horizontal().size(), tap % map.horizontal().size());
    Pack.scatter(map.shape().dtype(), workspace, sumsRow(), to, map.weights().channel(), map.weights().outer(), rows,
        Math.min(columns, map.outputs() - output));
  }

  /** All tiles of the task over the batch entries of one pixel. */
  private void block(long left, long right, int rows, int columns, long sums) {
    int size = map.bytes();
    for (int j = 0, vectors; j < columns; j += vectors) {
      vectors = tiles.width(columns - j);
      for (int i = 0, height; i < rows; i += height) {
        height = tiles.height(rows - i);
        long c = sums + i * sumsRow() + (long) j * size;
        tiles.multiply(height, columns - j, left + i * map.x().channel(), map.x().channel() / size,
            right + (long) j * size, c, sumsRow(), map.shape().n(), c, sumsRow());
      }
    }
  }
}
