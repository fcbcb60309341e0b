package dev.gatun.simd;

import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * A row kernel: each fold is a stage over the elements of a block of rows, then come the results per row, then the
 * results per element, while the block's data are in the cache. Where there are few blocks of many segments, the
 * segments of each stage are shared out instead and the stages follow one another for all rows; the arithmetic is the
 * same.
 */
final class RowStep extends Step {
  /** Elements of a task at least. */
  private static final int GRAIN = 16 << 10;
  /** Blocks from which on they are shared out among workers as they stand. */
  private static final int ENOUGH_BLOCKS = 8;
  private static final long LANE_BYTES = 64;

  private final Crew crew;
  private final String origin;
  private final ScopeSlots slots;
  private final RowShape shape;
  private final KernelSpec.Row row;
  private final Sweep[] folds;
  private final Sweep rowResults;
  private final Sweep elements;
  /** What a fold stores as well, for later stages to read, or null. */
  private final Kept kept;
  private final long[] starts;
  private final boolean byStage;
  private final long blocks;
  private final long segments;
  private final long blocksPerTask;
  /** Where stages that are shared out keep fold results, then partial results: {@link #width} bytes per row each. */
  private final long shared;
  private final Team.Task blockTask = this::blockTask;
  private final Team.Task foldTask = this::foldTask;
  private final Team.Task elementTask = this::elementTask;
  private int stage;

  RowStep(KernelSpec.Row given, List<Located> in, List<Located> out, Crew crew, SegmentAllocator memory,
      String origin) {
    super(in, out);
    kept = Kept.of(given, in, out);
    row = kept == null ? given : kept.row();
    this.crew = crew;
    this.origin = origin;
    slots = ScopeSlots.of(given, in, out);
    shape = RowShape.of(slots, row.folds().size() + row.mapExprs().size() == 1);
    starts = new long[slots.count()];
    folds = new Sweep[row.folds().size()];
    for (int f = 0; f < folds.length; f++) {
      folds[f] = fold(f, in.size());
    }
    rowResults = row.rowExprs().isEmpty() ? null : rowResults(in.size());
    elements = row.mapExprs().isEmpty() ? null
        : elements(in.size(), row.mapExprs(), in.size() + row.rowExprs().size());
    blocks = shape.blocks();
    segments = shape.segments();
    long perBlock = (long) shape.block() * Math.max(1, shape.axes().elements(true));
    byStage = blocks < ENOUGH_BLOCKS && segments > 1 && blocks * perBlock >= Crew.WORTH_SHARING;
    blocksPerTask = Math.max(1, GRAIN / perBlock);
    shared = byStage ? memory.allocate((folds.length + segments) * blocks * blockBytes(), 64).address() : 0;
    for (var scratch : crew.scratches()) {
      scratch.reserveRows((folds.length + 1) * blockBytes() + shape.block() * LANE_BYTES);
    }
  }

  /** Bytes of one number for each row of a block. */
  private long blockBytes() {
    return (long) shape.block() * Long.BYTES;
  }

  private Lane lane(int fold) {
    return Lane.of(row.folds().get(fold).dtype().equals(dev.gatun.memory.DType.BOOL) ? dev.gatun.memory.DType.I32
        : row.folds().get(fold).dtype());
  }

  /** Steps along the line axis or, with {@code alongLane}, along the lanes, of all slots in the element stages. */
  private long[] steps(boolean alongLane, int firstResult) {
    var steps = slots.steps(alongLane ? shape.lane() : shape.line(), alongLane ? firstResult : slots.count());
    boolean moves = alongLane ? !shape.lanesReduce() : shape.lanesReduce() && !shape.lineReduces();
    for (int f = 0; f < folds.length; f++) {
      steps[slots.fold(f)] = moves ? lane(f).bytes() : 0;
    }
    return steps;
  }

  private Sweep fold(int f, int firstResult) {
    var reduction = row.folds().get(f);
    var op = FoldLoops.operation(reduction.fold());
    var laneSteps = steps(true, firstResult);
    var lineSteps = steps(false, firstResult);
    int accumulator = slots.accumulator();
    laneSteps[accumulator] = lane(f).bytes();
    var body = new Body(slots.along(laneSteps));
    if (kept != null && kept.fold() == f) {
      body.store(kept.value(), kept.slot());
    }
    if (shape.lanesReduce()) {
      lineSteps[accumulator] = shape.lineReduces() ? 0 : LANE_BYTES;
      body.fold(op, reduction.value(), lane(f), accumulator);
    } else {
      body.accumulate(op, reduction.value(), lane(f), accumulator);
    }
    return new Sweep(body, lineSteps, laneSteps, crew, origin);
  }

  private Sweep rowResults(int firstResult) {
    var steps = slots.steps(shape.blockAxis(), firstResult);
    for (int f = 0; f < folds.length; f++) {
      steps[slots.fold(f)] = lane(f).bytes();
    }
    var body = new Body(slots.along(steps));
    for (int i = 0; i < row.rowExprs().size(); i++) {
      body.store(row.rowExprs().get(i), firstResult + i);
    }
    return new Sweep(body, new long[slots.count()], steps, crew, origin);
  }

  /** A stage that stores expressions to slots one after the other. */
  private Sweep elements(int firstResult, List<Expr> exprs, int firstSlot) {
    var laneSteps = steps(true, firstResult);
    var body = new Body(slots.along(laneSteps));
    for (int i = 0; i < exprs.size(); i++) {
      body.store(exprs.get(i), firstSlot + i);
    }
    return new Sweep(body, steps(false, firstResult), laneSteps, crew, origin);
  }

  @Override
  void place(long[] origin) {
    slots.place(origin);
  }

  @Override
  void run() {
    slots.starts(addresses, starts);
    if (byStage) {
      runByStage();
    } else {
      long work = blocks * shape.block() * Math.max(1, shape.axes().elements(true));
      crew.run(work, (int) ((blocks + blocksPerTask - 1) / blocksPerTask), blockTask);
    }
  }

  private void runByStage() {
    for (stage = 0; stage < folds.length; stage++) {
      crew.run((int) (blocks * segments), foldTask);
      for (long block = 0; block < blocks; block++) {
        join(stage, block);
      }
    }
    for (long block = 0; block < blocks && rowResults != null; block++) {
      rowResults(block, 0);
    }
    if (elements != null) {
      crew.run((int) (blocks * segments), elementTask);
    }
  }

  private void blockTask(int task, int worker) {
    long last = Math.min(blocks, (task + 1) * blocksPerTask);
    for (long block = task * blocksPerTask; block < last; block++) {
      for (int f = 0; f < folds.length; f++) {
        foldBlock(f, block, worker);
      }
      if (rowResults != null) {
        rowResults(block, worker);
      }
      for (long segment = 0; segment < segments && elements != null; segment++) {
        sweep(elements, block, segment, worker);
      }
    }
  }

  private void foldBlock(int f, long block, int worker) {
    long into = foldAddress(f, block, worker);
    long part = foldAddress(folds.length, block, worker);
    for (long segment = 0; segment < segments; segment++) {
      foldSegment(f, block, segment, segment == 0 ? into : part, worker);
      if (segment > 0) {
        FoldLoops.combine(FoldLoops.operation(row.folds().get(f).fold()), lane(f), into, part, shape.rows(block));
      }
    }
  }

  private void foldTask(int task, int worker) {
    foldSegment(stage, task / segments, task % segments, partAddress(task / segments, task % segments), worker);
  }

  private void elementTask(int task, int worker) {
    sweep(elements, task / segments, task % segments, worker);
  }

  /** Adds up the segments of a block. */
  private void join(int f, long block) {
    long into = foldAddress(f, block, 0);
    var op = FoldLoops.operation(row.folds().get(f).fold());
    Strided.copy(8, partAddress(block, 0), 0, 8, into, 0, 8, 1, shape.block());
    for (long segment = 1; segment < segments; segment++) {
      FoldLoops.combine(op, lane(f), into, partAddress(block, segment), shape.rows(block));
    }
  }

  /** Where a fold's results of a block lie. */
  private long foldAddress(int f, long block, int worker) {
    return byStage ? shared + (f * blocks + block) * blockBytes() : crew.scratch(worker).rows() + f * blockBytes();
  }

  private long partAddress(long block, long segment) {
    return shared + ((folds.length + segment) * blocks + block) * blockBytes();
  }

  private void foldSegment(int f, long block, long segment, long to, int worker) {
    var reduction = row.folds().get(f);
    var op = FoldLoops.operation(reduction.fold());
    var lane = lane(f);
    long identity = lane.bits(reduction.fold().identity(reduction.dtype()));
    int rows = shape.rows(block);
    if (shape.lanesReduce()) {
      long lanes = crew.scratch(worker).rows() + (folds.length + 1) * blockBytes();
      FoldLoops.fill(lane, lanes, identity, rows * Structure.virtualLanes(lane));
      run(folds[f], block, segment, worker, lanes);
      FoldLoops.tree(op, lane, lanes, to, rows);
    } else {
      FoldLoops.fill(lane, to, identity, rows);
      run(folds[f], block, segment, worker, to);
    }
  }

  private void sweep(Sweep sweep, long block, long segment, int worker) {
    run(sweep, block, segment, worker, 0);
  }

  private void run(Sweep sweep, long block, long segment, int worker, long accumulator) {
    int rows = shape.rows(block);
    int columns = shape.columns(segment, rows);
    int lines = shape.lines(segment, rows);
    if (columns > 0 && lines > 0) {
      place(sweep, block, segment, worker, accumulator);
      sweep.run(worker, crew.scratch(worker), lines, columns);
    }
  }

  private void rowResults(long block, int worker) {
    place(rowResults, block, 0, worker, 0);
    rowResults.run(worker, crew.scratch(worker), 1, shape.rows(block));
  }

  private void place(Sweep sweep, long block, long segment, int worker, long accumulator) {
    var at = sweep.starts(worker);
    for (int s = 0; s < at.length; s++) {
      int slot = sweep.slot(s);
      if (slot == slots.accumulator()) {
        at[s] = accumulator;
      } else if (slot >= slots.fold(0)) {
        at[s] = foldAddress(slot - slots.fold(0), block, worker);
      } else {
        var strides = shape.axes().strides()[slot];
        at[s] = starts[slot] + shape.blockOffset(block, strides) + shape.segmentOffset(segment, strides);
      }
    }
  }
}
