package dev.gatun.simd;

import dev.gatun.simd.Structure.Use;

/**
 * One kernel and how its strands move along rows and columns in one step of a plan. What does not lie along the columns
 * is packed tile by tile into scratch memory, and results that do not are unpacked from there: a kernel itself sees
 * steps of one element, or none. A copy is moved from place to place.
 */
final class Sweep {
  /**
   * Columns and rows of a tile where something is packed, but of one fold, which takes whole rows if they fit: 4096
   * elements, so that three packed operands of f32 and the lines that they come from stay in a second-level cache. A
   * multiple of all virtual lanes, so tiles cut no turn.
   */
  private static final int TILE_COLUMNS = 128;
  private static final int TILE_ROWS = 32;
  private static final int TILE = TILE_COLUMNS * TILE_ROWS;

  private final Kernel kernel;
  private final int[] slots;
  private final int[] widths;
  private final boolean[] packed;
  private final boolean packs;
  private final boolean copies;
  /** Whether all rows are folded into the same lanes, so that each is to end before the next begins. */
  private final boolean oneFold;
  private final long[] rowSteps;
  private final long[] laneSteps;
  private final long[][] frames;
  private final long[][] starts;

  /**
   * Prepares a sweep.
   *
   * @param rowSteps of each of the step's slots, in bytes (of a position, in numbers)
   * @param laneSteps likewise
   * @param crew its workers have a frame each
   * @param origin which step it belongs to, for people
   */
  Sweep(Body body, long[] rowSteps, long[] laneSteps, Crew crew, String origin) {
    var scratches = crew.scratches();
    var structure = body.structure();
    kernel = Kernel.of(structure, origin);
    slots = body.slotsOfStrands();
    int strands = slots.length;
    widths = new int[strands];
    packed = new boolean[strands];
    this.rowSteps = new long[strands];
    this.laneSteps = new long[strands];
    boolean any = false;
    boolean same = false;
    for (int s = 0; s < strands; s++) {
      var strand = structure.strands().get(s);
      widths[s] = strand.storage().bytes();
      this.rowSteps[s] = rowSteps[slots[s]];
      this.laneSteps[s] = laneSteps[slots[s]];
      packed[s] = strand.use() != Use.POSITION && strand.along() && !structure.isFolded(s)
          && laneSteps[slots[s]] != widths[s];
      any |= packed[s];
      same |= structure.isFolded(s) && this.rowSteps[s] == 0;
    }
    packs = any;
    copies = structure.copies();
    oneFold = same;
    frames = new long[scratches.length][];
    starts = new long[scratches.length][strands];
    for (int w = 0; w < scratches.length; w++) {
      frames[w] = frame(structure, body.parameters(), scratches[w]);
      kernel.reserve(scratches[w]);
      if (packs) {
        scratches[w].reserveTiles((long) strands * TILE * Long.BYTES);
      }
    }
  }

  private long[] frame(Structure structure, long[] parameters, Scratch scratch) {
    var frame = new long[structure.frameLength()];
    for (int s = 0; s < slots.length; s++) {
      int at = Structure.start(s);
      frame[at + 1] = rowSteps[s];
      frame[at + 2] = laneSteps[s];
    }
    System.arraycopy(parameters, 0, frame, structure.parameter(0), parameters.length);
    frame[structure.scratch()] = scratch.lanes();
    return frame;
  }

  int strands() {
    return slots.length;
  }

  int slot(int strand) {
    return slots[strand];
  }

  /** Where the next run of a worker starts, per strand: an address, or a position's number. To be set before it. */
  long[] starts(int worker) {
    return starts[worker];
  }

  void run(int worker, Scratch scratch, int rows, int columns) {
    var frame = frames[worker];
    var start = starts[worker];
    if (!packs) {
      for (int s = 0; s < start.length; s++) {
        frame[Structure.start(s)] = start[s];
      }
      kernel.run(scratch, frame, rows, columns);
      return;
    }
    int width = oneFold ? Math.min(TILE, columns) : TILE_COLUMNS;
    int height = TILE / width;
    for (int s = 0; s < start.length; s++) {
      if (packed[s]) {
        frame[Structure.start(s) + 1] = (long) width * widths[s];
      }
    }
    for (int row = 0; row < rows; row += height) {
      for (int column = 0; column < columns; column += width) {
        tile(scratch, frame, start, row, column, Math.min(height, rows - row), Math.min(width, columns - column));
      }
    }
  }

  /** A tile, whose packed rows lie as far apart as the frame says. */
  private void tile(Scratch scratch, long[] frame, long[] start, int row, int column, int rows, int columns) {
    var structure = kernel.structure();
    var strands = structure.strands();
    if (copies) {
      Strided.copy(widths[0], start[0] + row * rowSteps[0] + column * laneSteps[0], rowSteps[0], laneSteps[0],
          start[1] + row * rowSteps[1] + column * laneSteps[1], rowSteps[1], laneSteps[1], rows, columns);
      return;
    }
    for (int s = 0; s < start.length; s++) {
      long place = start[s] + row * rowSteps[s] + (structure.isFolded(s) ? 0 : column * laneSteps[s]);
      long tile = scratch.tiles() + (long) s * TILE * Long.BYTES;
      if (packed[s] && strands.get(s).use() == Use.INPUT) {
        Strided.copy(widths[s], place, rowSteps[s], laneSteps[s], tile, frame[Structure.start(s) + 1], widths[s], rows,
            columns);
      }
      frame[Structure.start(s)] = packed[s] ? tile : place;
    }
    kernel.run(scratch, frame, rows, columns);
    for (int s = 0; s < start.length; s++) {
      if (packed[s] && strands.get(s).use() == Use.OUTPUT) {
        long place = start[s] + row * rowSteps[s] + column * laneSteps[s];
        long tile = scratch.tiles() + (long) s * TILE * Long.BYTES;
        Strided.copy(widths[s], tile, frame[Structure.start(s) + 1], widths[s], place, rowSteps[s], laneSteps[s], rows,
            columns);
      }
    }
  }
}
