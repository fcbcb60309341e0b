package dev.gatun.simd;

import java.lang.foreign.Arena;

/**
 * A tile that is served by a twin until the {@link Warmer} has its generated form compiled: in plain Java; or by a more
 * general tile, in which case it is only warmed once that pays.
 */
final class WarmingTile implements Tile, Warmable {
  /** Steps of a warming call. */
  static final int STEPS = 25;
  /** What a multiply-add of a vector's lane takes in plain Java, call and all. */
  private static final double COLD_NANOS = 1.2;
  /**
   * What a more general tile takes longer: a tenth of 25 ps, beside a busy neighbour, since rows at a distance that is
   * given take a register each.
   */
  private static final double GENERAL_NANOS = 0.0025;
  /** What the general tile has lost when another is worth the 100 to 200 ms that its compilation takes. */
  private static final double WORTH_NANOS = 30e6;
  /** Bytes between rows, columns and steps of the operands that are warmed on; more than any tile is wide. */
  private static final long PITCH = 1024;

  private final TileShape shape;
  private final Tile twin;
  private final double nanos;
  /** Who is asked to warm this once it pays; null if that has been asked. */
  private volatile Warmer asked;
  private Tile generated;
  private volatile Tile serving;
  /** Turns that the twin computed. Not exact where threads meet; it need not be. */
  private long turns;

  WarmingTile(TileShape shape, Warmer warmer) {
    this.shape = shape;
    twin = new ColdTile(shape);
    nanos = nanos(COLD_NANOS);
    serving = twin;
    warmer.add(this);
  }

  /** A tile of rows at a fixed distance, which {@code general} is given. */
  WarmingTile(TileShape shape, Tile general, Warmer warmer) {
    this.shape = shape;
    twin = general;
    nanos = nanos(GENERAL_NANOS);
    serving = twin;
    asked = warmer;
  }

  /** Of a turn, where a multiply-add of a lane takes so many. */
  private double nanos(double each) {
    return each * shape.turn().steps() * shape.accumulators() * shape.vectorBytes() / Float.BYTES;
  }

  @Override
  public void run(long a, long b, long c, int k, long aRow, long aStep, long bColumn, long bStep, long cRow, long table,
      long from, long fromRow, long last) {
    var tile = serving;
    if (tile == twin) {
      turns += k + 1;
      if (asked != null && cost() > WORTH_NANOS) {
        ask();
      }
    }
    tile.run(a, b, c, k, aRow, aStep, bColumn, bStep, cRow, table, from, fromRow, last);
  }

  private synchronized void ask() {
    if (asked != null) {
      asked.add(this);
      asked = null;
    }
  }

  @Override
  public boolean renew() {
    generated = Tiles.generate(shape);
    return true;
  }

  @Override
  public void serve(boolean generated) {
    serving = generated ? this.generated : twin;
  }

  @Override
  public double cost() {
    return nanos * turns;
  }

  /** Whether the generated form serves. */
  boolean isWarm() {
    return serving != twin;
  }

  /** The generated tile on zeros. */
  @Override
  public Rehearsal rehearse(Arena arena) {
    var tile = generated;
    long zeros = arena.allocate(operandBytes(), 64).address();
    long results = arena.allocate(shape.rows() * PITCH * 4, 64).address();
    long table = arena.allocate(STEPS * StepTable.PAIR, 64).address();
    return new Rehearsal() {
      @Override
      public void count() {
        for (int i = 0; i < COMPUTING_CALLS; i++) {
          measured();
        }
        for (int i = 0; i < TURNING_CALLS; i++) {
          call(-TURNS);
        }
      }

      @Override
      public void measured() {
        call(STEPS);
      }

      private void call(int steps) {
        // A tail tile is never called with a whole vector; HotSpot shall see what it will see.
        tile.run(zeros, zeros, results, steps, 64L, 1L, 64L, 64L, 4 * PITCH, table, Raw.ZEROS, 0L,
            shape.tail() ? 1L : -1L);
      }

      @Override
      public long vectors() {
        return (long) STEPS * shape.accumulators();
      }
    };
  }

  /** Bytes of zeros that a warming call may read: each row and step at a pitch, or as far apart as is baked in. */
  long operandBytes() {
    int lines = Math.max(shape.rows(), shape.columns()) + STEPS + 1;
    return lines * PITCH + (shape.rows() - 1L) * shape.rowBytes() + shape.turn().reach();
  }

  @Override
  public String toString() {
    return "the tile " + Tiles.name(shape);
  }
}
