package dev.gatun.simd;

import java.lang.constant.ClassDesc;
import java.lang.foreign.Arena;

/** The transposition in registers, once HotSpot has compiled it; until then nothing serves. */
final class WarmingTranspose extends Generated<Transpose> {
  private static final WarmingTranspose KNOWN = new WarmingTranspose(Machine.detected().lanes(Float.BYTES));
  /** What an element takes in plain Java. */
  private static final double SCALAR_NANOS = 0.5;
  /** Squares of the call that is measured, along either side. */
  private static final int SQUARES = 4;
  /** Rows of a call that shows HotSpot the rest of a square, and how many of them lie at one distance. */
  private static final int ODD_ROWS = 3;
  private static final int ODD_RUN = 2;

  private final int lanes;

  private WarmingTranspose(int lanes) {
    this.lanes = lanes;
  }

  /** Elements on either side of a square. */
  static int lanes() {
    return KNOWN.lanes;
  }

  /** What serves, or null; {@code more} elements are to be copied. */
  static Transpose of(long more) {
    return KNOWN.serving(more);
  }

  @Override
  Transpose generate() {
    var name = ClassDesc.of(WarmingTranspose.class.getPackageName(), "Transpose" + lanes);
    return Hidden.instance(TransposeWriter.write(lanes, name), Transpose.class);
  }

  @Override
  double otherNanos() {
    return SCALAR_NANOS;
  }

  @Override
  public Rehearsal rehearse(Arena arena) {
    var transpose = generated();
    int side = SQUARES * lanes;
    long row = (long) side * Float.BYTES;
    long source = arena.allocate(side * row, Machine.LINE).address();
    long target = arena.allocate(2 * side * row, Machine.LINE).address();
    return new Rehearsal() {
      @Override
      public void count() {
        for (int i = 0; i < COMPUTING_CALLS; i++) {
          transpose.run(source, row, target, row, ODD_RUN, row, ODD_ROWS, lanes);
          transpose.run(source, row, target, row, Integer.MAX_VALUE, 0, lanes, lanes);
        }
        for (int i = 0; i < TURNING_CALLS; i++) {
          transpose.run(source, row, target, row, ODD_RUN, row, -TURNS, lanes);
        }
      }

      @Override
      public void measured() {
        transpose.run(source, row, target, row, Integer.MAX_VALUE, 0, side, side);
        transpose.run(source, row, target, row, ODD_RUN, row, side, lanes);
      }

      @Override
      public long vectors() {
        return (long) (SQUARES + 1) * side;
      }
    };
  }

  @Override
  public String toString() {
    return "the transposition of squares of " + lanes;
  }
}
