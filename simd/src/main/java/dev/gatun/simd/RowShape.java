package dev.gatun.simd;

import java.util.Arrays;

/**
 * How the space of a row kernel is walked. A block is a run of rows (positions of the kept axes), a segment a run of
 * elements of each row; a stage of the kernel visits every segment of a block in ascending order.
 *
 * <p>The order of arithmetic rests on this record alone, and it follows from the space's sizes and from the strides of
 * the operands that move along all of its axes; so not from what else a kernel reads or stores:
 * <ul>
 *   <li>{@code lanesReduce}: lanes lie along a reduced axis. Element i of a segment's line goes to virtual lane i mod
 *       16 (8 for 64-bit numbers), ascending; the lanes are folded by a tree, segments are added up ascending.
 *   <li>else lanes lie across rows: each row's elements are added in ascending order within a segment, segments are
 *       added up ascending.
 * </ul>
 *
 * @param lane axis of the lanes, −1 if the space has no axes
 * @param line axis of the loop around the lanes, −1 for none: where lanes reduce and only one axis is reduced, the kept
 *     axis of the block; else a reduced axis
 * @param block how many rows a block has along {@link #blockAxis()}
 * @param piece how many lanes' elements of a row a segment takes at most
 * @param lines how many steps along a reduced {@code line} a segment takes at most
 * @param keptOuter kept axes that blocks are counted over
 * @param reducedOuter reduced axes that segments are counted over
 */
record RowShape(Axes axes, boolean lanesReduce, int lane, int line, int block, int piece, int lines, int[] keptOuter,
    int[] reducedOuter) {
  /**
   * Elements of a segment where lanes reduce: each of 16 lanes then adds 1024 numbers, which keeps rounding errors
   * small, and a segment is a task of some µs.
   */
  private static final int SEGMENT = 16 << 10;
  /** Steps of a segment where lanes lie across rows, for the same two reasons. */
  private static final int STEPS = 512;
  /** How many elements starting on a line costs as much as: lines of eight lie along the lanes if their elements do. */
  private static final int LINE_START = 7;
  /** Elements of a block, so that all stages find it in a second-level cache. */
  private static final int BLOCK = 16 << 10;
  /** Rows of a block at most. */
  private static final int MOST_ROWS = 1024;
  /** Elements of a block whose lanes lie across rows: parts of lines take about as long as whole ones. */
  private static final int BLOCK_ACROSS = 64 << 10;
  /** Rows of such a block, if fewer than all: so many, or a multiple. */
  private static final int COLUMNS = 128;

  /**
   * The walk of a kernel.
   *
   * @param once whether it has a single stage, so that no other finds a block in a cache: blocks that lanes lie across
   *     are then as wide as may be, and memory is read as it lies; so they are where none fits in a cache
   */
  static RowShape of(ScopeSlots slots, boolean once) {
    var axes = slots.axes();
    int lane = axes.laneAxis(slots.spanning(), LINE_START);
    boolean lanesReduce = lane >= 0 && axes.reduced()[lane];
    boolean several = lanesReduce && slots.others(true, lane).length > 0;
    int line = axes.rowAxis(lane, !lanesReduce || several, slots.spanning());
    long size = lane < 0 ? 1 : axes.sizes()[lane];
    long rowElements = Math.max(1, axes.elements(true));
    int fitting = (int) (BLOCK_ACROSS / rowElements / COLUMNS * COLUMNS);
    int block = several ? 1 : lanesReduce ? Math.clamp(BLOCK / rowElements, 1, MOST_ROWS)
        : once || fitting == 0 ? MOST_ROWS : Math.min(fitting, MOST_ROWS);
    int piece = lanesReduce ? Math.clamp(size, 1, SEGMENT) : 1;
    int lines = lanesReduce ? Math.max(1, SEGMENT / piece) : STEPS;
    return new RowShape(axes, lanesReduce, lane, line, block, piece, lines, slots.others(false, lane, line),
        slots.others(true, lane, line));
  }

  /** Whether a segment spans lines of a reduced axis, so that a block is one row. */
  boolean lineReduces() {
    return line >= 0 && axes.reduced()[line];
  }

  /** In which order the elements of a row are added up: two rows of one space and of equal texts add up alike. */
  String order() {
    var order = new StringBuilder(lanesReduce ? "lanes along " + spaceAxes(lane) + " by " + piece : "one by one");
    if (lineReduces()) {
      order.append(", lines along ").append(spaceAxes(line)).append(" by ").append(lines);
    }
    for (int axis : reducedOuter) {
      order.append(", then along ").append(spaceAxes(axis));
    }
    return order.toString();
  }

  private String spaceAxes(int axis) {
    return Arrays.toString(axes.spaceAxes()[axis]);
  }

  /** The kept axis along which a block's rows lie; −1 if it is one row. */
  int blockAxis() {
    return !lanesReduce ? lane : lineReduces() ? -1 : line;
  }

  private long size(int axis) {
    return axis < 0 ? 1 : axes.sizes()[axis];
  }

  private long product(int[] of) {
    return Arrays.stream(of).mapToLong(this::size).reduce(1, (x, y) -> x * y);
  }

  private static long pieces(long size, int of) {
    return (size + of - 1) / of;
  }

  long blocksAlong() {
    return pieces(size(blockAxis()), block);
  }

  long blocks() {
    return blocksAlong() * product(keptOuter);
  }

  /** Rows of a block. */
  int rows(long number) {
    return (int) Math.min(block, size(blockAxis()) - number % blocksAlong() * block);
  }

  long piecesAlong() {
    return lanesReduce ? Math.max(1, pieces(size(lane), piece)) : 1;
  }

  long linesAlong() {
    return lineReduces() ? Math.max(1, pieces(size(line), lines)) : 1;
  }

  /** Segments of a row; an empty row has one, which is empty. */
  long segments() {
    return Math.max(1, piecesAlong() * linesAlong() * product(reducedOuter));
  }

  /** Whether rows have no elements at all. */
  boolean empty() {
    return axes.elements(true) == 0;
  }

  /** Elements of a segment's line. */
  int columns(long segment, int rows) {
    return !lanesReduce ? rows : empty() ? 0
        : (int) Math.min(piece, size(lane) - segment % piecesAlong() * piece);
  }

  /** Lines of a segment. */
  int lines(long segment, int rows) {
    if (lineReduces()) {
      return empty() ? 0 : (int) Math.min(lines, size(line) - segment / piecesAlong() % linesAlong() * lines);
    }
    return lanesReduce ? rows : empty() ? 0 : 1;
  }

  /** How far the block lies from the start of a slot of these strides. */
  long blockOffset(long number, long[] strides) {
    long offset = blockAxis() < 0 ? 0 : number % blocksAlong() * block * strides[blockAxis()];
    return offset + outside(number / blocksAlong(), keptOuter, strides);
  }

  /** How far the segment lies from its row's start. */
  long segmentOffset(long segment, long[] strides) {
    long offset = lanesReduce ? segment % piecesAlong() * piece * strides[lane] : 0;
    long rest = segment / piecesAlong();
    offset += lineReduces() ? rest % linesAlong() * lines * strides[line] : 0;
    return offset + outside(rest / linesAlong(), reducedOuter, strides);
  }

  private long outside(long number, int[] over, long[] strides) {
    long offset = 0;
    long rest = number;
    for (int i = over.length - 1; i >= 0; i--) {
      long size = Math.max(1, axes.sizes()[over[i]]);
      offset += rest % size * strides[over[i]];
      rest /= size;
    }
    return offset;
  }
}
