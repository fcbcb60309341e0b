package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * The output or the data gradient of a 3 × 3 convolution by {@link Winograd}, on images whose channels lie side by
 * side. Tiles of the image are transformed to one matrix for each of (m + 2)² points, tiles by channels; each is
 * multiplied by the matrix of that point of the transformed filters; the products are transformed back to results. All
 * transforms are linear maps of whole vectors of channels.
 *
 * <p>A task is a few strips, rows of tiles, with a part of the channels of the result. Each sum over channels is one
 * chain of fused multiply-adds, so threads, tiles and vector width change no bit.
 */
final class WinogradStep extends Step implements Packing {
  /** Tiles of a task: rows of its products. */
  private static final int TILES = 32;
  /** Channels of filters that are transformed at a time. */
  private static final int PACKED_CHANNELS = 16;
  /** Tasks that keep all threads busy to the end. */
  private static final int TASKS = 8;
  private static final int BYTES = Float.BYTES;

  private final ConvolutionMap map;
  private final boolean flipped;
  private final WeightTaps weightTaps;
  private final Crew crew;
  private final Packed packed;
  private final boolean shared;
  private final Runnable packAll = this::packAll;
  private final Team.Task packTask = this::packTask;
  private final Team.Task convolve = this::convolve;
  private final GemmTiles tiles;
  private final int points;
  private final int m;
  private final int inHeight;
  private final int inWidth;
  private final int top;
  private final int left;
  /** Tiles of a strip, and strips of an image. */
  private final int across;
  private final int down;
  private final int stripsOfTask;
  /** The first channel of each panel of the result's, and the number of panels. */
  private final int[] starts;
  private final int panels;
  private final int panelsOfBlock;
  /** Parts of the result's channels that are tasks of their own. */
  private final int parts;
  /** A line of the image that is all padding: zeros. */
  private final long padding;
  private final Sweep imageDown;
  private final Sweep imageAcross;
  private final Sweep filter;
  private final Sweep resultDown;
  private final Sweep resultAcross;

  WinogradStep(KernelSpec.Direct direct, Winograd how, List<Located> in, List<Located> out, Crew crew,
      Constants constants, SegmentAllocator memory, String origin) {
    super(in.subList(0, 2), out.subList(0, 1));
    this.crew = crew;
    var op = (Convolve) direct.op();
    var shape = ConvolutionGeometry.shape(op, DType.F32);
    flipped = op.role() == Convolve.Role.DATA;
    map = new ConvolutionMap(shape, flipped ? Convolution.Role.DATA : Convolution.Role.OUTPUT,
        ConvolutionGeometry.strides(in.get(0)), ConvolutionGeometry.strides(in.get(1)),
        ConvolutionGeometry.strides(out.getFirst()));
    weightTaps = new WeightTaps(map, flipped);
    points = how.points();
    m = how.results();
    inHeight = flipped ? shape.outHeight() : shape.h();
    inWidth = flipped ? shape.outWidth() : shape.w();
    int reach = Winograd.TAPS - 1;
    top = flipped ? reach - shape.vertical().padBegin() : shape.vertical().padBegin();
    left = flipped ? reach - shape.horizontal().padBegin() : shape.horizontal().padBegin();
    across = Math.ceilDiv(map.width(), m);
    down = Math.ceilDiv(map.height(), m);
    var machine = Machine.detected();
    int lanes = machine.lanes(BYTES);
    int vectors = GemmBlocking.vectors(machine, Math.ceilDiv(map.outChannels(), lanes));
    tiles = new GemmTiles(new TileShape(DType.F32, machine.vectorBits(), TileShape.Family.OUTER,
        GemmBlocking.rows(machine, vectors), vectors, 0, false, false), lanes, channelsBytes());
    starts = tiles.starts(map.outChannels());
    panels = starts.length;
    int strips = shape.n() * down;
    stripsOfTask = Math.clamp(Math.ceilDiv(TILES, across), 1, strips);
    int groups = Math.ceilDiv(strips, stripsOfTask);
    parts = Math.clamp(TASKS / groups, 1, panels);
    long panelBytes = (long) points * points * tilesOfTask() * tiles.width() * BYTES;
    panelsOfBlock = Math.clamp(machine.level2() / 2 / panelBytes, 1, Math.ceilDiv(panels, parts));
    padding = memory.allocate(Math.max(inWidth * map.in().width(), points * channelsBytes()), Machine.LINE).address();
    imageDown = sweep(how.image(), points, map.in().width(), channelsBytes(), origin);
    imageAcross = sweep(how.image(), points, m * channelsBytes(), channelsBytes(), origin);
    filter = sweep(how.filter(), Winograd.TAPS, 0, 0, origin);
    resultDown = sweep(how.result(), points, blockBytes(), blockBytes(), origin);
    resultAcross = sweep(how.result(), points, blockBytes(), m * map.out().width(), origin);
    packed = constants.packed(in.get(1), this);
    shared = op.multiplyAdds() >= ProductStep.WORTH_SHARING;
    for (var scratch : crew.scratches()) {
      scratch.reserveTiles(workspaceBytes());
    }
  }

  /** A linear map of as many strands of channels as the expressions have operands, row by row. */
  private Sweep sweep(List<Expr> exprs, int operands, long inRow, long outRow, String origin) {
    int count = operands + exprs.size();
    var rowSteps = new long[count];
    var laneSteps = new long[count];
    for (int slot = 0; slot < count; slot++) {
      rowSteps[slot] = slot < operands ? inRow : outRow;
      laneSteps[slot] = BYTES;
    }
    var body = new Body(new Body.Slots() {
      @Override
      public int position(Expr.Position position) {
        throw new IllegalStateException("no positions in a transform");
      }

      @Override
      public int fold(int index) {
        throw new IllegalStateException("no folds in a transform");
      }

      @Override
      public boolean along(int slot) {
        return true;
      }
    });
    for (int i = 0; i < exprs.size(); i++) {
      body.store(exprs.get(i), operands + i);
    }
    return new Sweep(body, rowSteps, laneSteps, crew, origin);
  }

  /**
   * Runs a transform.
   *
   * @param in address of the first operand, {@code inStep} bytes before the second, and so on
   * @param out likewise of the first result
   */
  private void transform(Sweep sweep, int operands, long in, long inStep, long out, long outStep, int rows,
      long columns, int worker) {
    var at = sweep.starts(worker);
    for (int strand = 0; strand < at.length; strand++) {
      int slot = sweep.slot(strand);
      at[strand] = slot < operands ? in + slot * inStep : out + (slot - operands) * outStep;
    }
    sweep.run(worker, crew.scratch(worker), rows, Math.toIntExact(columns));
  }

  private int tilesOfTask() {
    return stripsOfTask * across;
  }

  private long channelsBytes() {
    return (long) map.inChannels() * BYTES;
  }

  /** Bytes of the channels of a block of panels. */
  private long blockBytes() {
    return (long) panelsOfBlock * tiles.width() * BYTES;
  }

  /** Columns of a strip, with the padding on both sides. */
  private int padded() {
    return across * m + Winograd.TAPS - 1;
  }

  private long imageBytes() {
    return points * points * tilesOfTask() * channelsBytes();
  }

  private long stripBytes() {
    return points * padded() * channelsBytes();
  }

  private long productBytes() {
    return points * points * tilesOfTask() * blockBytes();
  }

  private long halfBytes() {
    return m * points * tilesOfTask() * blockBytes();
  }

  private long workspaceBytes() {
    return imageBytes() + Math.max(stripBytes(), productBytes() + halfBytes() + m * blockBytes());
  }

  @Override
  public Order order() {
    var sizes = new ArrayList<>(map.order(getClass(), tiles.width()).sizes());
    sizes.add((long) m);
    sizes.add(flipped ? 1L : 0);
    return new Order(getClass(), DType.F32, sizes);
  }

  /** Filters of a panel at one point. */
  private long panelBytes() {
    return channelsBytes() * tiles.width();
  }

  /** What the filters of a few channels take while they are transformed: as they are, then along one axis. */
  private long roomBytes() {
    return (long) (Winograd.TAPS + points) * Winograd.TAPS * PACKED_CHANNELS * tiles.width() * BYTES;
  }

  /** {@code [point][panel][channel][channel of the panel]}, then room for each panel. */
  @Override
  public long packedBytes() {
    return points * points * panels * panelBytes() + panels * roomBytes();
  }

  @Override
  public int packTasks() {
    return panels;
  }

  /** One panel, a few channels at a time. */
  @Override
  public void pack(int panel, int worker, long weights, long to) {
    int taps = Winograd.TAPS;
    int start = starts[panel];
    int width = tiles.width(map.outChannels() - start);
    int columns = Math.min(width, map.outChannels() - start);
    long row = (long) width * BYTES;
    long plain = to + points * points * panels * panelBytes() + panel * roomBytes();
    long half = plain + (long) taps * taps * PACKED_CHANNELS * tiles.width() * BYTES;
    for (int c = 0; c < map.inChannels(); c += PACKED_CHANNELS) {
      int channels = Math.min(PACKED_CHANNELS, map.inChannels() - c);
      long from = weights + start * map.weightOut() + c * map.weightIn();
      long block = channels * row;
      weightTaps.copy(from, plain, block, row, channels, columns);
      for (int x = 0; x < taps; x++) {
        transform(filter, taps, plain + x * block, taps * block, half + x * block, taps * block, 1,
            (long) channels * width, worker);
      }
      for (int y = 0; y < points; y++) {
        transform(filter, taps, half + y * taps * block, block, filters(to, y * points, panel) + c * row,
            panels * panelBytes(), 1, (long) channels * width, worker);
      }
    }
  }

  private long filters(long packed, int point, int panel) {
    return packed + ((long) point * panels + panel) * panelBytes();
  }

  @Override
  void run() {
    packed.refresh(packAll);
    int groups = Math.ceilDiv(map.shape().n() * down, stripsOfTask);
    crew.run(shared, groups * parts, convolve);
  }

  private void packAll() {
    crew.run(shared, packTasks(), packTask);
  }

  private void packTask(int task, int worker) {
    pack(task, worker, addresses[1], packed.address());
  }

  private void convolve(int task, int worker) {
    int first = task / parts * stripsOfTask;
    int strips = Math.min(stripsOfTask, map.shape().n() * down - first);
    long workspace = crew.scratch(worker).tiles();
    for (int strip = 0; strip < strips; strip++) {
      image(first + strip, strip * across, strips * across, workspace, worker);
    }
    int part = task % parts;
    int end = (int) ((long) panels * (part + 1) / parts);
    for (int panel = (int) ((long) panels * part / parts); panel < end; panel += panelsOfBlock) {
      int last = Math.min(end, panel + panelsOfBlock);
      products(panel, last, strips * across, workspace);
      results(first, strips, panel, last, workspace + imageBytes(), worker);
    }
  }

  /** Transforms the tiles of a strip, which are those from {@code at} on of {@code count} tiles. */
  private void image(int strip, int at, int count, long workspace, int worker) {
    long half = workspace + imageBytes();
    long row = channelsBytes();
    int end = Math.min(padded(), left + inWidth);
    for (int point = 0; point < points; point++) {
      clear(half + (long) point * padded() * row, left * row);
      clear(half + ((long) point * padded() + end) * row, (padded() - end) * row);
    }
    int y = strip % down * m - top;
    long from = addresses[0] + strip / down * map.in().outer();
    var starts = imageDown.starts(worker);
    for (int strand = 0; strand < starts.length; strand++) {
      int slot = imageDown.slot(strand);
      int line = y + slot;
      starts[strand] = slot >= points ? half + ((long) (slot - points) * padded() + left) * row
          : line >= 0 && line < inHeight ? from + line * map.in().height() : padding;
    }
    boolean dense = map.in().width() == row;
    imageDown.run(worker, crew.scratch(worker), dense ? 1 : end - left,
        dense ? (end - left) * map.inChannels() : map.inChannels());
    for (int point = 0; point < points; point++) {
      transform(imageAcross, points, half + point * padded() * row, row,
          workspace + ((long) point * points * count + at) * row, count * row, across, map.inChannels(), worker);
    }
  }

  private void clear(long address, long bytes) {
    MemorySegment.copy(Raw.ALL, padding, Raw.ALL, address, bytes);
  }

  /** The products of all points, for some panels: {@code [point][tile][channel of the block]}. */
  private void products(int first, int last, int count, long workspace) {
    long filters = packed.address();
    long to = workspace + imageBytes();
    for (int point = 0; point < points * points; point++) {
      for (int panel = first; panel < last; panel++) {
        int remaining = map.outChannels() - starts[panel];
        for (int i = 0, height; i < count; i += height) {
          height = tiles.height(count - i);
          long row = (long) point * count + i;
          tiles.multiply(height, remaining, workspace + row * channelsBytes(), map.inChannels(),
              filters(filters, point, panel), to + row * blockBytes() + (long) (starts[panel] - starts[first]) * BYTES,
              blockBytes(), map.inChannels(), Raw.ZEROS, 0);
        }
      }
    }
  }

  /** Transforms products back. */
  private void results(int strip, int strips, int first, int last, long products, int worker) {
    int count = strips * across;
    long half = products + productBytes();
    long spare = half + halfBytes();
    long row = blockBytes();
    int start = starts[first];
    int columns = (last < panels ? starts[last] : map.outChannels()) - start;
    transform(resultDown, points, products, points * count * row, half, points * count * row, points * count, columns,
        worker);
    int whole = map.width() / m;
    int rest = map.width() % m;
    for (int s = 0; s < strips; s++) {
      int y = (strip + s) % down * m;
      long to = addresses[2] + (strip + s) / down * map.out().outer() + y * map.out().height() + (long) start * BYTES;
      for (int i = 0; i < Math.min(m, map.height() - y); i++) {
        long from = half + ((long) i * points * count + (long) s * across) * row;
        long line = to + i * map.out().height();
        if (whole > 0) {
          transform(resultAcross, points, from, count * row, line, map.out().width(), whole, columns, worker);
        }
        if (rest > 0) {
          transform(resultAcross, points, from + whole * row, count * row, spare, row, 1, columns, worker);
          for (int x = 0; x < rest; x++) {
            MemorySegment.copy(Raw.ALL, spare + x * row, Raw.ALL, line + ((long) whole * m + x) * map.out().width(),
                (long) columns * BYTES);
          }
        }
      }
    }
  }
}
