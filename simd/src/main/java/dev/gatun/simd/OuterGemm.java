package dev.gatun.simd;

import java.util.List;

/**
 * Matrix product by tiles whose lanes run along the columns of C. Each result is one chain of fused multiply-adds over
 * ascending k; blocks of k store and reload it, which rounds nothing.
 *
 * <p>A task computes a rectangle of C for all k. For each block of k it packs its part of B (unless B is read in
 * place), then for each panel of rows walks the tiles of the panel, so that the panel of A stays in L1 and the block of
 * B in L2. Panels of an A whose rows lie side by side are copied first. Tasks share nothing; packing B again for each
 * block of rows costs 2 %.
 *
 * <p>Where C has no stride of 1 along the lanes, a task computes its rectangle in the workspace and copies it. So it is
 * too where few rows meet a B that lies along k: B is then read in place, as the left operand of
 * {@code C' = B' A'}, and the few rows are packed.
 */
final class OuterGemm implements Gemm, Packing {
  /** Tiles of columns from which the copy of a panel of A pays: it costs about a quarter of one tile. */
  private static final int COPY_A_TILES = 3;
  /**
   * Rows from which packing B pays: it costs about as much as 10 rows, and saves the pages that its rows lie on from
   * being walked for each panel of A. 64 rows of 512 columns ran at 68 GFLOP/s in place and 82 packed, 128 of 3072 at
   * 40 and 82, 32 of 512 at 67 either way.
   */
  private static final int PACK_B_ROWS = 48;
  /** Multiply-adds that take as long as one element of a transposition: half a nanosecond. */
  private static final long TRANSPOSITION = 20;
  /** Multiply-adds that make a task worth its start: small batch entries share one. */
  private static final long TASK_WORK = 1 << 18;
  /** Multiply-adds from which a product is cut in two, for the second of two threads. */
  static final long SHARED_WORK = 1 << 21;

  /** Bytes of A and C from which rows of a tile lie apart: for fewer that gains nothing, or loses a hundredth. */
  private static final long STREAMED = 8 << 20;

  private final Machine machine;
  private final GemmShape given;
  private final GemmShape shape;
  private final GemmBlocking blocking;
  private final boolean transposed;
  /** Whether it is transposed to read B in place. */
  private final boolean turned;
  private final boolean scatter;
  private final boolean packB;
  /** Whether B is given packed as a whole, {@code [block of k][tile][step][column of the tile]}. */
  private final boolean packed;
  private final boolean adds;
  /** Whether all panels of a task are copied before the first is used; then a task takes several blocks of columns. */
  private final boolean copyA;
  /** Whether the steps of both operands lie as packed ones do. */
  private final boolean packedSteps;
  /**
   * Whether the rows of a whole tile lie as far apart as its block has such tiles. The rows of the next tile then
   * follow those of this, so that each row of a tile is a stream to the caches from one end of its part to the other,
   * and fetched before it is asked for; of rows side by side each tile would begin as many new streams. With operands
   * that no cache holds 50176 × 64 × 256 ran at 88 and 107 GFLOP/s, 50176 × 256 × 64 at 82 and 98.
   */
  private final boolean apart;
  private final int entriesPerTask;
  private final int rowBlocks;
  private final int columnBlocks;
  /** Steps between two reloads of C, none of them out of a tile's reach. */
  private final int depth;
  private final GemmTiles tiles;

  OuterGemm(Machine machine, GemmShape given) {
    this(machine, given, false, false);
  }

  /**
   * Prepares a product.
   *
   * @param packed whether B is given packed
   * @param adds whether sums start from what C holds
   */
  OuterGemm(Machine machine, GemmShape given, boolean packed, boolean adds) {
    this.machine = machine;
    this.given = given;
    this.packed = packed;
    this.adds = adds;
    boolean alongRows = !isNarrow(given) && lanesAlongRows(given);
    var straight = alongRows ? given.transposed() : given;
    turned = !packed && !adds && !isNarrow(given) && turningPays(straight, machine.lanes(given.dtype().bytes()));
    transposed = alongRows != turned;
    shape = turned ? straight.transposed() : straight;
    scatter = shape.c().column() != 1 && shape.n() > 1;
    blocking = GemmBlocking.of(machine, shape.dtype(), shape.m(), shape.n(), scatter ? Integer.MAX_VALUE : shape.k());
    packB = packed || isNarrow(given) || shape.b().column() != 1 && shape.n() > 1 || shape.m() >= PACK_B_ROWS;
    int wide = blocking.vectors() * machine.lanes(bytes());
    copyA = stepMajor() && shape.n() > COPY_A_TILES * wide
        && shape.k() * (long) Machine.LINE > machine.level1() / 2;
    packedSteps = packB && (copyA || shape.a().column() == 1);
    long step = Math.max(copyA ? 0 : shape.a().column(), packB ? 0 : shape.b().row()) * bytes();
    depth = Math.min(shape.k(), Math.clamp(TileShape.REACH / Math.max(1, step), 1, blocking.depth()));
    long work = Math.max(1, (long) shape.m() * shape.n() * Math.max(1, shape.k()));
    entriesPerTask = Math.clamp(TASK_WORK / work, 1, Math.max(1, shape.batch()));
    int rows = ceil(shape.m(), blocking.height());
    int columns = copyA ? 1 : ceil(shape.n(), blocking.width());
    boolean alone = rows * columns * ceil(shape.batch(), entriesPerTask) == 1;
    boolean halves = alone && work >= SHARED_WORK;
    rowBlocks = halves && shape.n() <= wide ? 2 : even(rows);
    columnBlocks = rowBlocks > 1 ? columns : halves ? 2 : even(columns);
    apart = !stepMajor() && depth == shape.k()
        && shape.m() * (shape.n() + (long) shape.k()) * bytes() > STREAMED;
    tiles = new GemmTiles(machine, shape.dtype(), blocking, stepMajor() ? bytes() : 0,
        apart ? 0 : shape.a().row() * bytes());
    for (int block = 0; block < rowBlocks * columnBlocks; block++) {
      int rowsOfTask = row(block % rowBlocks + 1) - row(block % rowBlocks);
      int columnsOfTask = column(block / rowBlocks + 1) - column(block / rowBlocks);
      for (int part = 0, parts = parts(columnsOfTask); part < parts; part++) {
        int count = GemmTiles.edge(part + 1, parts, columnsOfTask, tiles.width())
            - GemmTiles.edge(part, parts, columnsOfTask, tiles.width());
        if (packedSteps) {
          tiles.prepare(rowsOfTask, count, depth);
          tiles.prepare(rowsOfTask, count, shape.k() % Math.max(1, depth));
        } else {
          tiles.prepare(rowsOfTask, count);
        }
      }
    }
  }

  /** Whether B is stored in fewer bits than it is multiplied in. */
  private static boolean isNarrow(GemmShape s) {
    return s.right() != s.dtype();
  }

  /** Blocks of columns that a task walks one after the other. */
  private int parts(int columns) {
    return copyA ? ceil(columns, blocking.width()) : 1;
  }

  /** Of several blocks an even number, for an odd one would leave the second of two threads without work at the end. */
  private static int even(int blocks) {
    return blocks > 1 ? blocks + blocks % 2 : blocks;
  }

  /** First row of a block: blocks are about as high, in whole tiles. */
  private int row(int block) {
    return GemmTiles.edge(block, rowBlocks, shape.m(), tiles.rows());
  }

  /** First column of a block: blocks are about as wide, in whole tiles. */
  private int column(int block) {
    return GemmTiles.edge(block, columnBlocks, shape.n(), tiles.width());
  }

  /** Whether to compute the transposed product: where only that has a stride of 1 along the columns of C or B. */
  private static boolean lanesAlongRows(GemmShape s) {
    if (s.m() == 1 || s.n() == 1) {
      boolean asRow = (s.c().column() == 1 || s.n() == 1) && s.n() > 1;
      return !asRow && s.c().row() == 1;
    }
    return s.c().column() != 1 && s.c().row() == 1;
  }

  /**
   * Whether to transpose A and the result costs less than B, which lies along k; beside the lanes that idle since
   * columns do not fill their last vector.
   */
  private static boolean turningPays(GemmShape s, int lanes) {
    if (s.b().row() != 1 || s.b().column() == 1 || s.a().row() == 1) {
      return false;
    }
    long k = s.k();
    long straight = TRANSPOSITION * k * s.n() * ceil(s.m(), GemmBlocking.HEIGHT) + k * s.m() * idle(s.n(), lanes);
    long turned = TRANSPOSITION * s.m() * (k * ceil(s.n(), GemmBlocking.HEIGHT) + s.n())
        + k * s.n() * idle(s.m(), lanes);
    return turned < straight;
  }

  /** Lanes of the last vector of so many columns that are not used. */
  private static int idle(int columns, int lanes) {
    return ceil(columns, lanes) * lanes - columns;
  }

  private static int ceil(int size, int block) {
    return (int) ((size + (long) block - 1) / block);
  }

  @Override
  public int tasks() {
    return ceil(shape.batch(), entriesPerTask) * rowBlocks * columnBlocks;
  }

  @Override
  public long workspaceBytes() {
    long b = packsB() ? bytesOfB() : 0;
    long a = copyA ? bytesOfA() : 0;
    return b + a + (scatter ? rectangleBytes() : 0);
  }

  /** Bytes of a task's rectangle of C in the workspace. */
  private long rectangleBytes() {
    int rows = ceil(ceil(shape.m(), tiles.rows()), Math.max(1, rowBlocks)) * tiles.rows();
    return rows * rectangleRow();
  }

  /** Bytes between rows there. */
  private long rectangleRow() {
    int columns = ceil(ceil(shape.n(), tiles.width()), Math.max(1, columnBlocks)) * tiles.width();
    return Machine.rowBytes(columns * (long) bytes());
  }

  /** Whether each task packs its part of B. */
  private boolean packsB() {
    return packB && !packed;
  }

  private long bytesOfB() {
    int columns = Math.min(blocking.width(), ceil(shape.n(), tiles.width()) * tiles.width());
    return (long) depth * columns * bytes() + Machine.LINE;
  }

  private long bytesOfA() {
    return ceil(ceil(shape.m(), tiles.rows()), rowBlocks) * copiedPanel();
  }

  /** Bytes from one copied panel to the next, where all are copied: they start in different sets of a cache. */
  private long copiedPanel() {
    return (long) tiles.rows() * depth * bytes() + Machine.LINE;
  }

  /** Whether the rows of A lie side by side, so that its panels are copied step after step. */
  private boolean stepMajor() {
    return shape.a().row() == 1 && shape.m() > 1;
  }

  private int bytes() {
    return shape.dtype().bytes();
  }

  @Override
  public void run(int task, long a, long b, long c, long workspace) {
    int blocks = rowBlocks * columnBlocks;
    int firstEntry = task / blocks * entriesPerTask;
    int lastEntry = Math.min(shape.batch(), firstEntry + entriesPerTask);
    int block = task % blocks;
    int row = row(block % rowBlocks);
    int rows = row(block % rowBlocks + 1) - row;
    int column = column(block / rowBlocks);
    int columns = column(block / rowBlocks + 1) - column;
    for (int entry = firstEntry; entry < lastEntry; entry++) {
      block(entry, row, rows, column, columns, transposed ? b : a, transposed ? a : b, c, workspace);
    }
  }

  private void block(int entry, int row, int rows, int column, int columns, long a, long b, long c, long workspace) {
    var as = shape.a();
    var bs = shape.b();
    var cs = shape.c();
    int size = bytes();
    long left = a + (entry * as.batch() + row * as.row()) * size;
    int stored = shape.right().bytes();
    long right = packed ? b : b + (entry * bs.batch() + column * bs.column()) * stored;
    long place = c + (entry * cs.batch() + row * cs.row() + column * cs.column()) * size;
    long result = scatter ? workspace + workspaceBytes() - rectangleBytes() : place;
    long resultRow = scatter ? rectangleRow() : cs.row() * size;
    if (scatter && adds) {
      Pack.copy(shape.dtype(), place, cs.row() * size, cs.column() * size, result, resultRow, rows, columns);
    }
    int k = 0;
    do {
      int steps = Math.min(depth, shape.k() - k);
      long blockOfA = left + k * as.column() * size;
      if (copyA) {
        tiles.packRows(blockOfA, as.column() * size, panelsAt(workspace), copiedPanel(), 0, steps, rows);
      }
      for (int part = 0, parts = parts(columns); part < parts; part++) {
        int first = GemmTiles.edge(part, parts, columns, tiles.width());
        int count = GemmTiles.edge(part + 1, parts, columns, tiles.width()) - first;
        long blockOfB = packed ? right + (k * paddedColumns() + (long) column * steps) * size
            : right + (k * bs.row() + first * bs.column()) * stored;
        if (packsB()) {
          packB(blockOfB, workspace, steps, count);
        }
        panels(blockOfA, packsB() ? workspace : blockOfB, result + (long) first * size, resultRow, rows, count, steps,
            adds || k > 0, workspace);
      }
      k += steps;
    } while (k < shape.k());
    if (scatter) {
      Pack.scatter(shape.dtype(), result, resultRow, place, cs.row() * size, cs.column() * size, rows, columns);
    }
  }

  private long paddedColumns() {
    return (long) ceil(shape.n(), tiles.width()) * tiles.width();
  }

  /**
   * Where B is packed at all, and all entries of the batch share it. A narrow one is not kept wide for the sake of few
   * rows if its own rows can be read in a row, since waiting for memory is most of their work.
   */
  @Override
  public Packing packing() {
    if (turned) {
      return onPacked().packing();
    }
    boolean pays = !isNarrow(shape) || shape.b().column() != 1 || shape.m() >= PACK_B_ROWS;
    return packB && pays && !copyA && shape.k() > 0 && (shape.batch() == 1 || shape.b().batch() == 0) ? this : null;
  }

  @Override
  public int packedOperand() {
    return transposed == turned ? 1 : 0;
  }

  @Override
  public Gemm onPacked() {
    return new OuterGemm(machine, given, true, adds);
  }

  @Override
  public Order order() {
    return new Order(getClass(), shape.right(), List.of((long) shape.k(), (long) shape.n(), shape.b().row(),
        shape.b().column(), (long) depth, (long) tiles.width(), (long) columnBlocks));
  }

  @Override
  public long packedBytes() {
    return shape.k() * paddedColumns() * bytes();
  }

  @Override
  public int packTasks() {
    return ceil(shape.k(), Math.max(1, depth)) * columnBlocks;
  }

  /** A block of columns as tasks of the product have it, so that tiles lie where these would have put them. */
  @Override
  public void pack(int task, int worker, long from, long to) {
    int k = task / columnBlocks * depth;
    int steps = Math.min(depth, shape.k() - k);
    int column = column(task % columnBlocks);
    packB(from + (k * shape.b().row() + column * shape.b().column()) * shape.right().bytes(),
        to + (k * paddedColumns() + (long) column * steps) * bytes(), steps,
        column(task % columnBlocks + 1) - column);
  }

  private void packB(long source, long target, int steps, int columns) {
    int stored = shape.right().bytes();
    tiles.packColumns(shape.right(), source, shape.b().row() * stored, shape.b().column() * stored, target, steps, 0,
        steps, columns);
  }

  private long panelsAt(long workspace) {
    return workspace + (packsB() ? bytesOfB() : 0);
  }

  private void panels(long a, long b, long c, long cRow, int rows, int columns, int steps, boolean load,
      long workspace) {
    long aRow = shape.a().row() * bytes();
    long panel = panelsAt(workspace);
    int distance = apart ? tiles.wholePanels(rows) : 0;
    for (int i = 0; i < distance; i++) {
      panel(a + i * aRow, distance, shape.a().column(), b, c + i * cRow, cRow, tiles.rows(), columns, steps, load);
    }
    for (int i = distance * tiles.rows(), height; i < rows; i += height) {
      height = tiles.height(rows - i);
      panel(copyA ? panel : a + i * aRow, 1, copyA ? height : shape.a().column(), b, c + i * cRow, cRow, height,
          columns, steps, load);
      panel += copiedPanel();
    }
  }

  /** All tiles of one panel of rows, {@code distance} from one to the next. */
  private void panel(long a, int distance, long aStep, long b, long c, long cRow, int height, int columns, int steps,
      boolean load) {
    long aRows = distance * shape.a().row();
    long cRows = distance * cRow;
    for (int j = 0, width; j < columns; j += width) {
      width = tiles.width(columns - j);
      long to = c + (long) j * bytes();
      long right = b + (packB ? (long) j * steps : j) * bytes();
      long from = load ? to : Raw.ZEROS;
      long fromRow = load ? cRows : 0;
      if (packedSteps) {
        tiles.multiply(height, columns - j, a, aRows, right, to, cRows, steps, from, fromRow);
      } else {
        tiles.tile(height, columns - j).run(a, right, to, steps, aRows, aStep, 0,
            packB ? width : shape.b().row(), cRows, 0, from, fromRow, tiles.last(columns - j));
      }
    }
  }
}
