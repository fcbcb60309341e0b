package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Structures too large for HotSpot are run in parts, which give the same bits and become warm. */
class PartsTest {
  private static final int[][] SHAPES = {{1, 1}, {3, 5}, {1, 2048}, {2, 700}, {40, 51}, {7, 512}, {300, 3}};
  private static final int ELEMENTS = 4096;
  private static final int PARTS = 30;

  /** Among them one that folds, one with positions, and one with truth values and wide numbers between its parts. */
  private static Map<String, Structure> structures() {
    var structures = new LinkedHashMap<String, Structure>();
    structures.put("exponentials", ScopeStructures.exponentials(20));
    structures.put("fold", ScopeStructures.foldOfExponentials(20));
    structures.put("draws", ScopeStructures.draws(5));
    structures.put("choices", ScopeStructures.choices(150));
    return structures;
  }

  @Test
  void partsGiveTheBitsOfTheWhole() {
    structures().forEach((name, structure) -> {
      try (var arena = Arena.ofConfined()) {
        var scratch = new Scratch(arena);
        var parts = new Parts(structure, Cut.into(PARTS, structure), name);
        parts.reserve(scratch);
        scratch.allocate(arena);
        for (var shape : SHAPES) {
          agree(name, structure, parts, scratch, arena, shape);
        }
      }
    });
  }

  private static void agree(String what, Structure structure, Parts parts, Scratch scratch, Arena arena, int[] shape) {
    var tape = new Tape(structure);
    tape.reserve(scratch.registers());
    var expected = frame(structure, arena, shape);
    tape.run(scratch.registers(), expected, shape[0], shape[1]);
    for (boolean vectors : new boolean[] {false, true, true}) {
      Demand.serveAtOnce(vectors);
      try {
        var got = frame(structure, arena, shape);
        parts.run(scratch, got, shape[0], shape[1]);
        for (int s = 0; s < structure.strands().size(); s++) {
          if (structure.strands().get(s).use() != Structure.Use.POSITION) {
            compare(what + " on " + shape[0] + " x " + shape[1] + ", strand " + s, expected, got, s);
          }
        }
      } finally {
        Demand.serveAtOnce(false);
      }
    }
  }

  private static void compare(String what, long[] expected, long[] got, int strand) {
    long a = expected[Structure.start(strand)];
    long b = got[Structure.start(strand)];
    for (int i = 0; i < ELEMENTS; i++) {
      assertEquals(Raw.ALL.get(Raw.I64, a + i * 8L), Raw.ALL.get(Raw.I64, b + i * 8L), what + " at byte " + i * 8);
    }
  }

  /** Equal numbers at each call; rows lie one after the other. */
  private static long[] frame(Structure structure, Arena arena, int[] shape) {
    var frame = ScopeStructures.frame(structure, ELEMENTS, arena);
    var random = new Random(1);
    for (int p = 0; p < structure.parameters(); p++) {
      frame[structure.parameter(p)] = Float.floatToRawIntBits(random.nextFloat() - 0.5f);
    }
    for (int s = 0; s < structure.strands().size(); s++) {
      var strand = structure.strands().get(s);
      int at = Structure.start(s);
      frame[at + 1] = structure.fold() != null && strand.use() == Structure.Use.OUTPUT ? 64
          : (long) shape[1] * strand.storage().bytes();
      if (strand.use() == Structure.Use.POSITION) {
        frame[at] = 7;
        frame[at + 1] = shape[1];
        frame[at + 2] = 1;
      } else {
        for (int i = 0; i < ELEMENTS; i++) {
          Raw.ALL.set(Raw.F32, frame[at] + i * 4L, random.nextFloat() * 4 - 2);
        }
      }
    }
    return frame;
  }

  @Test
  void whatIsTooLargeRunsInPartsThatBecomeWarm() throws InterruptedException {
    for (var name : List.of("exponentials", "fold", "draws")) {
      var structure = structures().get(name);
      try (var arena = Arena.ofConfined()) {
        var kernel = Kernel.of(structure, "test");
        assertNull(kernel.generate(), "small enough to prove nothing");
        var scratch = new Scratch(arena);
        kernel.reserve(scratch);
        scratch.allocate(arena);
        var frame = ScopeStructures.frame(structure, ELEMENTS, arena);
        long end = System.nanoTime() + 60_000_000_000L;
        while (!kernel.isWarm() && System.nanoTime() < end) {
          kernel.run(scratch, frame, 1, ELEMENTS);
        }
        assertTrue(kernel.isWarm(), name + " was not warm after a minute");
      }
    }
  }
}
