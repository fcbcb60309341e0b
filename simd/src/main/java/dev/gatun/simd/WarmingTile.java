package dev.gatun.simd;

import java.lang.foreign.Arena;

/** A tile that is served cold until the {@link Warmer} has its generated form compiled. */
final class WarmingTile implements Tile, Warmable {
  /** Steps of a warming call. */
  static final int STEPS = 25;
  /** What a multiply-add of a vector's lane takes in plain Java, call and all. */
  private static final double COLD_NANOS = 1.2;
  /** Bytes between rows, columns and steps of the operands that are warmed on; more than any tile is wide. */
  private static final long PITCH = 1024;

  private final TileShape shape;
  private final Tile cold;
  private Tile generated;
  private volatile Tile serving;
  /** Turns that were computed cold. Not exact where threads meet; it need not be. */
  private long coldTurns;

  WarmingTile(TileShape shape, Warmer warmer) {
    this.shape = shape;
    this.cold = new ColdTile(shape);
    this.serving = cold;
    warmer.add(this);
  }

  @Override
  public void run(long a, long b, long c, int k, long aRow, long aStep, long bColumn, long bStep, long cRow, long table,
      long from, long fromRow, long last) {
    var tile = serving;
    if (tile == cold) {
      coldTurns += k + 1;
    }
    tile.run(a, b, c, k, aRow, aStep, bColumn, bStep, cRow, table, from, fromRow, last);
  }

  @Override
  public boolean renew() {
    generated = Tiles.generate(shape);
    return true;
  }

  @Override
  public void serve(boolean generated) {
    serving = generated ? this.generated : cold;
  }

  @Override
  public double cost() {
    return COLD_NANOS * coldTurns * shape.turn().steps() * shape.accumulators() * shape.vectorBytes() / Float.BYTES;
  }

  /** Whether the generated form serves. */
  boolean isWarm() {
    return serving != cold;
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
