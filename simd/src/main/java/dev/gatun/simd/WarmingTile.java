package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** A tile that is served cold until the {@link Warmer} has its generated form compiled. */
final class WarmingTile implements Tile {
  /**
   * Steps of a warming call. HotSpot compiles a method of 600 calls once calls and turns of its loops pass 15 000:
   * with 25 turns a call both come true together.
   */
  private static final int STEPS = 25;
  private static final int CALLS = 50;
  /** Each 256th cold call asks to be warmed next: what is used most should wait least. */
  private static final int RECALL = 255;
  /** Where the warmer does not come to it, HotSpot shall see the calls themselves: no tile stays cold for ever. */
  private static final int MOST_COLD_CALLS = 1 << 14;
  /** Nanoseconds per vector operation that only compiled code stays below; the interpreter takes some 300. */
  private static final long COMPILED_NANOS = 8;
  /** Nanoseconds that the call and the clock may take besides. */
  private static final long CALL_NANOS = 1000;
  /** After so long others have their turn; a tile that is still called cold asks again. */
  private static final long PATIENCE_NANOS = 1_500_000_000L;
  /** Bytes between rows, columns and steps of the operands that are warmed on; more than any tile is wide. */
  private static final long PITCH = 1024;

  private final TileShape shape;
  private final Tile generated;
  private volatile Tile serving;
  /** Not exact where threads meet; it need not be. */
  private int coldCalls;

  WarmingTile(TileShape shape, Tile generated) {
    this.shape = shape;
    this.generated = generated;
    this.serving = new ColdTile(shape);
  }

  @Override
  public void run(long a, long b, long c, int k, long aRow, long aStep, long bColumn, long bStep, long cRow, long table,
      long from, long fromRow, long last) {
    var tile = serving;
    if (tile != generated) {
      callCold();
    }
    tile.run(a, b, c, k, aRow, aStep, bColumn, bStep, cRow, table, from, fromRow, last);
  }

  /** Asks to be warmed next now and then; after very many calls leaves the warming to the calls themselves. */
  private void callCold() {
    int calls = ++coldCalls;
    if (calls >= MOST_COLD_CALLS) {
      serving = generated;
    } else if ((calls & RECALL) == 0) {
      Warmer.add(this);
    }
  }

  /** Runs the generated tile on zeros until it is fast, then serves it; gives up for now where that takes long. */
  void warm() {
    if (serving == generated) {
      return;
    }
    // Through a handle that is no constant: inlined here, the method would be warm here alone.
    var run = handle();
    long operations = (long) STEPS * shape.accumulators();
    int lines = Math.max(shape.rows(), shape.columns()) + STEPS + 1;
    try (var arena = Arena.ofConfined()) {
      long zeros = arena.allocate(lines * PITCH, 64).address();
      long results = arena.allocate(shape.rows() * PITCH * 4, 64).address();
      long table = arena.allocate(STEPS * 16L, 64).address();
      long start = System.nanoTime();
      while (System.nanoTime() - start < PATIENCE_NANOS) {
        for (int i = 0; i < CALLS; i++) {
          run.invokeExact(zeros, zeros, results, STEPS, 64L, 4L, 64L, PITCH, 4 * PITCH, table, Raw.ZEROS, 0L, -1L);
        }
        long before = System.nanoTime();
        run.invokeExact(zeros, zeros, results, STEPS, 64L, 4L, 64L, PITCH, 4 * PITCH, table, Raw.ZEROS, 0L, -1L);
        if (System.nanoTime() - before < operations * COMPILED_NANOS + CALL_NANOS) {
          serving = generated;
          return;
        }
      }
    } catch (Throwable e) {
      throw new IllegalStateException("cannot warm the tile " + shape, e);
    }
  }

  private MethodHandle handle() {
    var type = MethodType.methodType(void.class, long.class, long.class, long.class, int.class, long.class, long.class,
        long.class, long.class, long.class, long.class, long.class, long.class, long.class);
    try {
      return MethodHandles.lookup().findVirtual(Tile.class, "run", type).bindTo(generated);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
