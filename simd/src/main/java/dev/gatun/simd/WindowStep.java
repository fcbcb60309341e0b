package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Pooling and its transposes. Planes are cut into units of lanes along the batch or the channels, whichever lie side by
 * side in all operands, or along both where that is so; a unit walks all windows in ascending order, so sums that meet
 * have one order.
 */
final class WindowStep extends Step implements Team.Task {
  /** What happens at a window. */
  enum Kind {
    MAX, SUM, SPREAD, MOVE, COLLECT;

    /** Does it for some lanes, by one way or the other. */
    void apply(WindowLanes lanes, Window window, long y, long p, int from, int to, boolean alone) {
      switch (this) {
        case MAX -> lanes.max(window, y, p, from, to);
        case SUM -> lanes.sum(window, y, from, to);
        case SPREAD -> lanes.spread(window, y, from, to, alone);
        case MOVE -> lanes.move(window, y, p, from, to, alone);
        case COLLECT -> lanes.collect(window, y, p, from, to);
      }
    }
  }

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
  /** Whether lanes lie side by side along both axes; then how many do, and how many such runs there are. */
  private final boolean joined;
  private final long run;
  private final long planes;
  private final int laneBlocks;
  private final WindowScalars scalars;
  /** Null where lanes do not lie side by side. */
  private final WarmingWindows vectors;
  private final Window[] windows;

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
    joined = isDense(lane) && all(this::joins);
    run = joined ? this.larger.size(0) * this.larger.size(1) : this.larger.size(lane);
    planes = joined ? 1 : this.larger.size(1 - lane);
    laneBlocks = Math.toIntExact((run + LANES - 1) / LANES);
    scalars = new WindowScalars(dtype, step(this.larger), step(this.smaller),
        this.positions == null ? 0 : step(this.positions));
    vectors = isDense(lane) && dtype == DType.F32 ? WarmingWindows.of(kind) : null;
    windows = new Window[crew.size()];
    Arrays.setAll(windows, i -> new Window());
  }

  private long step(Located operand) {
    return joined ? operand.type().dtype().bytes() : operand.stride(lane);
  }

  private boolean isDense(int axis) {
    return all(operand -> dense(operand, axis));
  }

  private boolean all(Predicate<Located> test) {
    return test.test(larger) && test.test(smaller) && (positions == null || test.test(positions));
  }

  /** Whether the lanes of a plane go on in the next one. */
  private boolean joins(Located operand) {
    return operand.size(1 - lane) == 1
        || operand.stride(1 - lane) == operand.size(lane) * operand.type().dtype().bytes();
  }

  private static boolean dense(Located operand, int axis) {
    return operand.size(axis) == 1 || operand.stride(axis) == operand.type().dtype().bytes();
  }

  @Override
  void run() {
    crew.run(larger.type().shape().elements(), Math.toIntExact(planes * laneBlocks), this);
  }

  @Override
  public void run(int task, int worker) {
    // Lanes are shared out before planes, as in a convolution of images whose lanes lie along the batch.
    long plane = task % planes;
    long first = task / planes * LANES;
    int n = (int) Math.min(LANES, run - first);
    long x = start(larger, largerAt, plane, first);
    long y = start(smaller, smallerAt, plane, first);
    long p = positions == null ? 0 : start(positions, positionsAt, plane, first);
    var fast = vectors == null ? null : vectors.serving((long) n * pooling.outHeight() * pooling.outWidth());
    int whole = fast == null ? 0 : n / WindowVectors.LANES * WindowVectors.LANES;
    var window = windows[worker];
    window.image(larger, pooling);
    if (!tiles && (kind == Kind.SPREAD || kind == Kind.MOVE)) {
      window.whole(x);
      if (whole > 0) {
        fast.clear(window, 0, whole);
      }
      scalars.clear(window, whole, n);
    }
    int rank = smaller.strides().length;
    for (int row = 0; row < pooling.outHeight(); row++) {
      for (int column = 0; column < pooling.outWidth(); column++) {
        window.at(row, column, x);
        long offset = column * smaller.stride(rank - 1) + (rank == 3 ? 0 : row * smaller.stride(2));
        long place = positions == null ? 0
            : p + column * positions.stride(rank - 1) + (rank == 3 ? 0 : row * positions.stride(2));
        if (whole > 0) {
          kind.apply(fast, window, y + offset, place, 0, whole, tiles);
        }
        kind.apply(scalars, window, y + offset, place, whole, n, tiles);
      }
    }
  }

  private long start(Located operand, int at, long plane, long first) {
    return addresses[at] + plane * operand.stride(1 - lane) + first * step(operand);
  }
}
