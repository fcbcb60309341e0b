package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import dev.gatun.simd.TileShape.Family;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A tile served cold and its generated form give the same bits, whatever the structure. */
class ColdTileTest {
  private static final int STEPS = 7;
  private static final long FLOATS = 1 << 16;

  @Test
  void coldAndGeneratedTilesAgree() {
    int bits = Machine.detected().vectorBits();
    for (var family : Family.values()) {
      for (int rows = 1; rows <= 7; rows += 2) {
        for (int columns = 1; columns <= 4; columns++) {
          for (int form = 0; form < 12; form++) {
            int rowBytes = family == Family.DOT ? 0 : form >= 8 ? 192 : family == Family.OUTER && (form & 1) != 0 ? 4 : 0;
            boolean tail = (form & 4) != 0;
            var shape = new TileShape(DType.F32, bits, family, rows, columns, rowBytes, (form & 2) != 0, tail);
            agree(shape);
            if (Turn.stepsOf(shape) > 1) {
              agree(new TileShape(DType.F32, bits, family, rows, columns, rowBytes, shape.table(), tail,
                  new Turn(Turn.STEPS, 4 * rows, 128)));
            }
          }
        }
      }
    }
  }

  private static void agree(TileShape shape) {
    var random = new Random(shape.hashCode());
    int lanes = shape.family() == Family.DOT ? 16 : shape.vectorBytes() / 4;
    try (var arena = Arena.ofConfined()) {
      long a = filled(arena, random);
      long b = filled(arena, random);
      long from = filled(arena, random);
      long cold = filled(arena, new Random(1));
      long generated = filled(arena, new Random(1));
      long table = StepTable.allocate(arena, STEPS);
      for (int s = 0; s < STEPS; s++) {
        long pair = table + (long) s * StepTable.PAIR;
        StepTable.set(pair, random.nextInt(64) * 64L, random.nextInt(64) * 64L, Float.BYTES);
      }
      long last = shape.tail() ? (1L << 1 + random.nextInt(lanes)) - 1 : -1L;
      new ColdTile(shape).run(a, b, cold, STEPS, 256, 16, 1024, 128, 2048, table, from, 1024, last);
      Tiles.generate(shape).run(a, b, generated, STEPS, 256, 16, 1024, 128, 2048, table, from, 1024, last);
      for (long at = 0; at < FLOATS * 4; at += 4) {
        assertEquals(Raw.ALL.get(Raw.I32, cold + at), Raw.ALL.get(Raw.I32, generated + at), shape + " at byte " + at);
      }
    }
  }

  private static long filled(Arena arena, Random random) {
    long address = arena.allocate(FLOATS * 4, 64).address();
    for (long i = 0; i < FLOATS; i++) {
      Raw.ALL.set(Raw.F32, address + i * 4, random.nextFloat() - 0.5f);
    }
    return address;
  }
}
