package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Product of matrices of i8 and u8, exact in i32. As many steps of k are multiplied and added in f32 as keep every sum
 * below 2²⁴, where f32 holds all whole numbers; then the sums are added to C. So the tiles are those of
 * {@link OuterGemm}, and no bit depends on them.
 *
 * <p>A task is a rectangle of C. For each block of k it widens its part of B into the order in which tiles read it, and
 * panel by panel its part of A.
 */
final class IntegerGemm implements Gemm, Packing {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  /** Up to this f32 holds every whole number. */
  private static final int EXACT = 1 << 24;

  private final Machine machine;
  private final GemmShape shape;
  /** Whether B is given in the order in which tiles read it, {@code [block of k][tile][step][column of the tile]}. */
  private final boolean packed;
  private final GemmBlocking blocking;
  private final GemmTiles tiles;
  private final int depth;
  private final int rowBlocks;
  private final int columnBlocks;

  IntegerGemm(Machine machine, GemmShape shape) {
    this(machine, shape, false);
  }

  private IntegerGemm(Machine machine, GemmShape shape, boolean packed) {
    this.machine = machine;
    this.shape = shape;
    this.packed = packed;
    blocking = GemmBlocking.of(machine, DType.F32, shape.m(), shape.n(), shape.k());
    depth = Math.clamp(Math.min(blocking.depth(), EXACT / (magnitude(shape.left()) * magnitude(shape.right()))), 1,
        Math.max(1, shape.k()));
    tiles = new GemmTiles(machine, DType.F32, blocking, (int) panelRow(), 0);
    rowBlocks = Math.ceilDiv(shape.m(), blocking.height());
    long work = (long) shape.m() * shape.n() * shape.k();
    boolean shared = rowBlocks * shape.batch() == 1 && work >= OuterGemm.SHARED_WORK;
    columnBlocks = Math.max(Math.ceilDiv(shape.n(), blocking.width()), shared ? 2 : 1);
    for (int block = 0; block < rowBlocks * columnBlocks; block++) {
      int rows = row(block % rowBlocks + 1) - row(block % rowBlocks);
      int columns = column(block / rowBlocks + 1) - column(block / rowBlocks);
      tiles.prepare(rows, columns, depth);
      tiles.prepare(rows, columns, shape.k() % depth);
    }
  }

  /** The largest absolute value. */
  private static int magnitude(DType dtype) {
    return dtype == DType.U8 ? 255 : 128;
  }

  @Override
  public int tasks() {
    return shape.m() == 0 || shape.n() == 0 ? 0 : shape.batch() * rowBlocks * columnBlocks;
  }

  @Override
  public long workspaceBytes() {
    return bytesOfB() + tiles.rows() * panelRow() + Machine.LINE + (long) tiles.rows() * tileRow();
  }

  private long bytesOfB() {
    return (long) depth * (Math.ceilDiv(shape.n(), columnBlocks) + 2L * tiles.width()) * Float.BYTES + Machine.LINE;
  }

  /** Between the rows of a panel of A: that of {@link OuterGemm}, so that both use one tile. */
  private long panelRow() {
    return (long) blocking.depth() * Float.BYTES + Machine.LINE;
  }

  /** Between the rows of the sums of a tile. */
  private long tileRow() {
    return (long) tiles.width() * Float.BYTES;
  }

  private int row(int block) {
    return GemmTiles.edge(block, rowBlocks, shape.m(), tiles.rows());
  }

  private int column(int block) {
    return GemmTiles.edge(block, columnBlocks, shape.n(), tiles.width());
  }

  @Override
  public void run(int task, long a, long b, long c, long workspace) {
    int entry = task / (rowBlocks * columnBlocks);
    int block = task % (rowBlocks * columnBlocks);
    int column = column(block / rowBlocks);
    int columns = column(block / rowBlocks + 1) - column;
    int row = row(block % rowBlocks);
    int rows = row(block % rowBlocks + 1) - row;
    long left = a + entry * shape.a().batch() + row * shape.a().row();
    long right = packed ? b : b + entry * shape.b().batch() + column * shape.b().column();
    long result = c + (entry * shape.c().batch() + row * shape.c().row() + column * shape.c().column()) * Integer.BYTES;
    int k = 0;
    do {
      int steps = Math.min(depth, shape.k() - k);
      if (packed) {
        long from = right + k * paddedColumns() + (long) column * steps;
        Widen.copy(shape.right(), DType.F32, from, 0, 1, workspace, 0, 1, steps * padded(columns));
      } else {
        tiles.packColumns(shape.right(), right + k * shape.b().row(), shape.b().row(), shape.b().column(), workspace,
            steps, 0, steps, columns);
      }
      panels(left + k * shape.a().column(), workspace, result, rows, columns, steps, k > 0);
      k += steps;
    } while (k < shape.k());
  }

  private void panels(long a, long workspace, long c, int rows, int columns, int steps, boolean load) {
    long panel = workspace + bytesOfB();
    long sums = workspace + workspaceBytes() - tiles.rows() * tileRow();
    for (int i = 0, height; i < rows; i += height) {
      height = tiles.height(rows - i);
      Widen.copy(shape.left(), DType.F32, a + i * shape.a().row(), shape.a().row(), shape.a().column(), panel,
          panelRow(), height, steps);
      for (int j = 0, width; j < columns; j += width) {
        width = tiles.width(columns - j);
        tiles.multiply(height, columns - j, panel, 0, workspace + (long) j * steps * Float.BYTES, sums, tileRow(),
            steps, Raw.ZEROS, 0);
        add(sums, c + (i * shape.c().row() + j * shape.c().column()) * Integer.BYTES, height,
            Math.min(width, columns - j), load);
      }
    }
  }

  /** Adds the sums of one tile to C, or puts them there. */
  private void add(long sums, long c, int rows, int columns, boolean load) {
    boolean along = shape.c().column() == 1;
    for (int i = 0; i < rows; i++) {
      long from = sums + i * tileRow();
      long to = c + i * shape.c().row() * Integer.BYTES;
      int done = along ? vectors(from, to, columns, load) : 0;
      for (int j = done; j < columns; j++) {
        long at = to + j * shape.c().column() * Integer.BYTES;
        int sum = (int) Raw.ALL.get(Raw.F32, from + (long) j * Float.BYTES);
        Raw.ALL.set(Raw.I32, at, load ? Raw.ALL.get(Raw.I32, at) + sum : sum);
      }
    }
  }

  private static int vectors(long from, long to, int columns, boolean load) {
    int j = 0;
    for (; j <= columns - FLOATS.length(); j += FLOATS.length()) {
      long at = to + (long) j * Integer.BYTES;
      var sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, from + (long) j * Float.BYTES, Raw.ORDER)
          .convertShape(VectorOperators.F2I, INTS, 0).reinterpretAsInts();
      var all = load ? sum.add(IntVector.fromMemorySegment(INTS, Raw.ALL, at, Raw.ORDER)) : sum;
      all.intoMemorySegment(Raw.ALL, at, Raw.ORDER);
    }
    return j;
  }

  private int padded(int columns) {
    return Math.ceilDiv(columns, tiles.width()) * tiles.width();
  }

  private long paddedColumns() {
    return padded(shape.n());
  }

  /** Where B lies along k, and all entries of the batch share it: turning it costs as much as some ten rows. */
  @Override
  public Packing packing() {
    return shape.b().column() != 1 && shape.k() > 0 && (shape.batch() == 1 || shape.b().batch() == 0) ? this : null;
  }

  @Override
  public Gemm onPacked() {
    return new IntegerGemm(machine, shape, true);
  }

  @Override
  public Order order() {
    return new Order(getClass(), shape.right(), List.of((long) shape.k(), (long) shape.n(), shape.b().row(),
        shape.b().column(), (long) depth, (long) tiles.width(), (long) columnBlocks));
  }

  @Override
  public long packedBytes() {
    return shape.k() * paddedColumns();
  }

  @Override
  public int packTasks() {
    return Math.ceilDiv(shape.k(), depth) * columnBlocks;
  }

  @Override
  public void pack(int task, int worker, long from, long to) {
    int k = task / columnBlocks * depth;
    int steps = Math.min(depth, shape.k() - k);
    int first = column(task % columnBlocks);
    int columns = column(task % columnBlocks + 1) - first;
    long source = from + k * shape.b().row() + first * shape.b().column();
    long target = to + k * paddedColumns() + (long) first * steps;
    for (int j = 0, width; j < columns; j += width) {
      width = tiles.width(columns - j);
      for (int x = 0; x < Math.min(width, columns - j); x++) {
        turn(source + (j + x) * shape.b().column(), target + (long) j * steps + x, width, steps);
      }
    }
  }

  /** One column of a tile. */
  private void turn(long from, long to, int width, int steps) {
    for (int k = 0; k < steps; k++) {
      Raw.ALL.set(Raw.I8, to + (long) k * width, Raw.ALL.get(Raw.I8, from + k * shape.b().row()));
    }
  }
}
