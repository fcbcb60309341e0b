package dev.gatun.simd;

import dev.gatun.ops.KernelSpec;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A map, element by element. The space is cut into units of some rows by some columns; a task is a range of units. All
 * cuts follow from the shape alone.
 */
final class MapStep extends Step implements Team.Task {
  /** Elements of a unit and of a task at least: long enough to hide starting it, short enough to share fairly. */
  private static final int GRAIN = 16 << 10;
  /**
   * Columns of a unit where these lie apart in one operand, as rows do in another: then a unit is about square, and
   * uses several lines of each page that it touches. Units of one row took 27 ns an element to transpose 32768 × 1024.
   */
  private static final int TURNED_COLUMNS = 128;

  private final Crew crew;
  private final ScopeSlots slots;
  private final Axes axes;
  private final Sweep sweep;
  private final int[] outer;
  private final long[] starts;
  private final int row;
  private final int lane;
  private final long rows;
  private final long columns;
  private final int rowBlock;
  private final int columnBlock;
  private final long units;
  private final long unitsPerTask;

  MapStep(KernelSpec.Map map, List<Located> in, List<Located> out, Crew crew, String origin) {
    super(in, out);
    this.crew = crew;
    slots = new ScopeSlots(map.space(), new boolean[map.space().rank()], in, out, map.exprs().stream(), 0);
    axes = slots.axes();
    starts = new long[slots.count()];
    lane = axes.laneAxis(slots.widths(), Axes.LINE_START);
    row = axes.rowAxis(lane, false, slots.widths());
    outer = slots.others(false, lane, row);
    var laneSteps = slots.steps(lane, in.size());
    var body = new Body(slots.along(laneSteps));
    for (int i = 0; i < out.size(); i++) {
      body.store(map.exprs().get(i), in.size() + i);
    }
    sweep = new Sweep(body, slots.steps(row, slots.count()), laneSteps, crew, origin);
    columns = lane < 0 ? 1 : axes.sizes()[lane];
    rows = row < 0 ? 1 : axes.sizes()[row];
    columnBlock = Math.clamp(columns, 1, jumps(laneSteps) ? TURNED_COLUMNS : GRAIN);
    rowBlock = Math.clamp(rows, 1, GRAIN / columnBlock);
    long outside = 1;
    for (int axis : outer) {
      outside *= axes.sizes()[axis];
    }
    units = blocks(columns, columnBlock) * blocks(rows, rowBlock) * outside;
    unitsPerTask = Math.max(1, GRAIN / ((long) rowBlock * columnBlock));
  }

  /** Whether the lanes of an operand or a result lie a cache line apart or further. */
  private boolean jumps(long[] laneSteps) {
    return IntStream.range(0, slots.widths().length).anyMatch(slot -> slots.widths()[slot] > 0
        && Math.abs(laneSteps[slot]) >= Machine.LINE);
  }

  private static long blocks(long size, int block) {
    return (size + block - 1) / block;
  }

  @Override
  void place(long[] origin) {
    slots.place(origin);
  }

  @Override
  void run() {
    slots.starts(addresses, starts);
    crew.run(units * rowBlock * columnBlock, (int) ((units + unitsPerTask - 1) / unitsPerTask), this);
  }

  @Override
  public void run(int task, int worker) {
    long last = Math.min(units, (task + 1) * unitsPerTask);
    for (long unit = task * unitsPerTask; unit < last; unit++) {
      unit(unit, worker);
    }
  }

  private void unit(long unit, int worker) {
    long columnBlocks = blocks(columns, columnBlock);
    long rowBlocks = blocks(rows, rowBlock);
    long column = unit % columnBlocks * columnBlock;
    long rest = unit / columnBlocks;
    long firstRow = rest % rowBlocks * rowBlock;
    rest /= rowBlocks;
    var at = sweep.starts(worker);
    for (int s = 0; s < at.length; s++) {
      var strides = axes.strides()[sweep.slot(s)];
      at[s] = starts[sweep.slot(s)] + (lane < 0 ? 0 : column * strides[lane]) + (row < 0 ? 0 : firstRow * strides[row]);
    }
    for (int axis : outer) {
      long index = rest % axes.sizes()[axis];
      rest /= axes.sizes()[axis];
      for (int s = 0; s < at.length; s++) {
        at[s] += index * axes.strides()[sweep.slot(s)][axis];
      }
    }
    sweep.run(worker, crew.scratch(worker), (int) Math.min(rowBlock, rows - firstRow),
        (int) Math.min(columnBlock, columns - column));
  }
}
