package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.List;

/**
 * Pooling and its transposes. Planes are cut into units of lanes along the batch or the channels, whichever lie side by
 * side in all operands; a unit walks all windows in ascending order, so sums that meet have one order.
 */
final class WindowStep extends Step implements Team.Task {
  /** What happens at a window. */
  enum Kind { MAX, SUM, SPREAD, MOVE, COLLECT }

  /**
   * Lanes that a unit takes. Runs of 1 KiB are long enough to be fetched ahead: with 64 lanes, unpooling 512 images of
   * 28 x 28 took 2.2 ms, with 256 lanes 0.9. More would leave fewer units to share.
   */
  private static final int LANES = 256;

  private final Crew crew;
  private final Kind kind;
  private final DType dtype;
  private final Pooling pooling;
  private final Located larger;
  private final Located smaller;
  private final Located positions;
  private final int largerAt;
  private final int smallerAt;
  private final int positionsAt;
  private final int lane;
  private final boolean tiles;
  private final boolean dense;
  private final int laneBlocks;
  private final WindowLanes[] lanes;

  /**
   * Prepares the step.
   *
   * @param larger number of the operand (results count on after the inputs) that windows move over, {@code smaller} of
   *     the one with an element per window, {@code positions} of the winners' places, −1 if there are none
   */
  WindowStep(Kind kind, Pooling pooling, int larger, int smaller, int positions, List<Located> in, List<Located> out,
      Crew crew) {
    super(in, out);
    this.crew = crew;
    this.kind = kind;
    this.pooling = pooling;
    largerAt = larger;
    smallerAt = smaller;
    positionsAt = positions;
    this.larger = larger < in.size() ? in.get(larger) : out.get(larger - in.size());
    this.smaller = smaller < in.size() ? in.get(smaller) : out.get(smaller - in.size());
    this.positions = positions < 0 ? null : positions < in.size() ? in.get(positions) : out.get(positions - in.size());
    dtype = this.larger.type().dtype();
    tiles = pooling.tiles();
    lane = isDense(1) && !isDense(0) ? 1 : 0;
    dense = isDense(lane) && dtype == DType.F32;
    laneBlocks = (int) ((this.larger.size(lane) + LANES - 1) / LANES);
    lanes = new WindowLanes[crew.scratches().length];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = dense ? new WindowVectors() : new WindowScalars(dtype, step(this.larger), step(this.smaller),
          this.positions == null ? 0 : step(this.positions));
    }
  }

  private long step(Located operand) {
    return operand.stride(lane);
  }

  private boolean isDense(int axis) {
    return dense(larger, axis) && dense(smaller, axis) && (positions == null || dense(positions, axis));
  }

  private static boolean dense(Located operand, int axis) {
    return operand.size(axis) == 1 || operand.stride(axis) == operand.type().dtype().bytes();
  }

  @Override
  void run() {
    long planes = larger.size(1 - lane);
    crew.run(larger.type().shape().elements(), Math.toIntExact(planes * laneBlocks), this);
  }

  @Override
  public void run(int task, int worker) {
    // Lanes are shared out before planes, as in a convolution of images whose lanes lie along the batch.
    long planes = larger.size(1 - lane);
    long plane = task % planes;
    long first = task / planes * LANES;
    int n = (int) Math.min(LANES, larger.size(lane) - first);
    long x = start(larger, largerAt, plane, first);
    long y = start(smaller, smallerAt, plane, first);
    long p = positions == null ? 0 : start(positions, positionsAt, plane, first);
    var window = lanes[worker].window;
    window.image(larger, pooling);
    if (!tiles && (kind == Kind.SPREAD || kind == Kind.MOVE)) {
      window.whole(x);
      lanes[worker].clear(n);
    }
    int rank = smaller.strides().length;
    for (int row = 0; row < pooling.outHeight(); row++) {
      for (int column = 0; column < pooling.outWidth(); column++) {
        window.at(row, column, x);
        long offset = column * smaller.stride(rank - 1) + (rank == 3 ? 0 : row * smaller.stride(2));
        long place = positions == null ? 0
            : p + column * positions.stride(rank - 1) + (rank == 3 ? 0 : row * positions.stride(2));
        apply(lanes[worker], y + offset, place, n);
      }
    }
  }

  private long start(Located operand, int at, long plane, long first) {
    return addresses[at] + plane * operand.stride(1 - lane) + first * operand.stride(lane);
  }

  private void apply(WindowLanes at, long y, long p, int n) {
    switch (kind) {
      case MAX -> at.max(y, p, n);
      case SUM -> at.sum(y, n);
      case SPREAD -> at.spread(y, n, tiles);
      case MOVE -> at.move(y, p, n, tiles);
      case COLLECT -> at.collect(y, p, n);
    }
  }
}
