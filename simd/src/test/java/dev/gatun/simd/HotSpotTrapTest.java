package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kernels are proof against HotSpot's trap for large methods where the JVM is not ours to give flags to. The trap: with
 * a long queue before C2, C1 compiles a method without profiling (tier 2), then gives up on it with profiling (tier 3),
 * and the method stays as it is, at a hundredth of its speed, for ever. By night, since it takes a JVM kept busy for
 * some 15 seconds, and a quiet machine.
 */
@Tag("nightly")
class HotSpotTrapTest {
  /** Of a timed call: so many that the call itself, which may still be interpreted, hardly counts. */
  private static final int ELEMENTS = 1 << 15;
  private static final long TIMING_NANOS = 50_000_000;
  private static final long NOISE_MILLIS = 3000;
  /** Time for all to become warm, at most. */
  private static final long CALM_MILLIS = 20_000;
  /** Time for bare methods to escape, if they could. */
  private static final long ESCAPE_MILLIS = 1500;
  /** How many copies of a large kernel run without protection: one of them at least must be caught. */
  private static final int BARE = 4;
  private static final int TRIES = 4;
  /** What is caught takes some hundred times as long; C2's luck in placing registers makes up to four times. */
  private static final int CAUGHT = 8;

  /**
   * With C2's queue kept long by other code, generated methods that are simply called are caught; kernels and tiles
   * that warm meanwhile are as fast afterwards as in a quiet JVM with the flag.
   */
  @Test
  void kernelsAndTilesReachFullSpeedWhereBareMethodsAreCaught() throws IOException, InterruptedException {
    var quiet = times(Child.run(HotSpotTrapTest.class, List.of("-XX:ActiveProcessorCount=2",
        "-XX:Tier3DelayOn=100000"), "quiet"));
    var noisy = Map.<String, Long>of();
    // Whether C2's queue is long at the right moment, a busy machine decides; without the trap nothing is shown.
    for (int i = 0; i < TRIES && noisy.getOrDefault("bare", 0L) <= CAUGHT * quiet.get("bare"); i++) {
      noisy = times(Child.run(HotSpotTrapTest.class, List.of("-XX:ActiveProcessorCount=2"), "noisy"));
    }
    assertTrue(noisy.get("bare") > CAUGHT * quiet.get("bare"),
        "the trap was not provoked: " + noisy + ", quiet " + quiet);
    var found = noisy;
    assertEquals(quiet.keySet(), noisy.keySet());
    quiet.forEach((name, nanos) -> {
      if (!name.equals("bare")) {
        assertTrue(found.get(name) < CAUGHT * nanos, name + " takes " + found.get(name) + " ns, quiet " + nanos);
      }
    });
  }

  private static Map<String, Long> times(List<String> lines) {
    var times = new HashMap<String, Long>();
    lines.stream().map(line -> line.split("=")).filter(parts -> parts.length == 2)
        .forEach(parts -> times.put(parts[0], Long.valueOf(parts[1])));
    return times;
  }

  /** Warms kernels, tiles and bare methods, at first beside {@link CompilerNoise} if asked to; prints their times. */
  public static void main(String[] arguments) throws InterruptedException {
    var noise = new ArrayList<CompilerNoise>();
    if (arguments[0].equals("noisy")) {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        noise.add(new CompilerNoise(i));
      }
      noise.forEach(Thread::start);
      Thread.sleep(NOISE_MILLIS / 2);
    }
    try (var arena = Arena.ofShared()) {
      var bare = IntStream.range(0, BARE).mapToObj(i -> bare(ScopeStructures.draws(1), arena)).toList();
      var subjects = subjects(arena);
      call(NOISE_MILLIS, noise::isEmpty, bare, subjects);
      noise.forEach(CompilerNoise::end);
      call(CALM_MILLIS, () -> subjects.stream().allMatch(s -> s.warm.getAsBoolean()), bare, subjects);
      call(ESCAPE_MILLIS, () -> false, bare, subjects);
      System.out.println("bare=" + bare.stream().mapToLong(Subject::nanos).max().orElseThrow());
      subjects.forEach(s -> System.out.println(s.name + "=" + s.nanos()));
    }
  }

  private static void call(long millis, BooleanSupplier done, List<Subject> bare, List<Subject> subjects) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end && !done.getAsBoolean()) {
      bare.forEach(s -> s.call.run());
      subjects.forEach(s -> s.call.run());
    }
  }

  /** Something to warm: a short call for HotSpot to count, and a long one to time. */
  private record Subject(String name, Runnable call, Runnable timed, BooleanSupplier warm) {
    /** The best of several calls. */
    long nanos() {
      long best = Long.MAX_VALUE;
      for (long end = System.nanoTime() + TIMING_NANOS; System.nanoTime() < end; ) {
        long before = System.nanoTime();
        timed.run();
        best = Math.min(best, System.nanoTime() - before);
      }
      return best;
    }
  }

  private static Subject bare(Structure structure, Arena arena) {
    var method = Kernel.of(structure, "bare").generate();
    var frame = ScopeStructures.frame(structure, ELEMENTS, arena);
    return new Subject("bare", () -> method.run(frame, 2, 51), () -> method.run(frame, 1, ELEMENTS), () -> true);
  }

  private static List<Subject> subjects(Arena arena) {
    var subjects = new ArrayList<Subject>();
    for (int size : new int[] {5, 9, 12}) {
      subjects.add(kernel("exponentials" + size, ScopeStructures.exponentials(size), arena));
    }
    subjects.add(kernel("draw", ScopeStructures.draws(1), arena));
    subjects.add(kernel("fold", ScopeStructures.foldOfExponentials(3), arena));
    int bits = Machine.detected().vectorBits();
    subjects.add(tile(new TileShape(DType.F32, bits, TileShape.Family.OUTER, 14, 2, 0, false, false), arena));
    subjects.add(tile(new TileShape(DType.F32, bits, TileShape.Family.OUTER, 6, 4, 0, false, true), arena));
    subjects.add(tile(new TileShape(DType.F32, bits, TileShape.Family.DOT, 6, 4, 0, false, false), arena));
    return subjects;
  }

  private static Subject kernel(String name, Structure structure, Arena arena) {
    var kernel = Kernel.of(structure, name);
    var scratch = new Scratch(arena);
    kernel.reserve(scratch);
    scratch.allocate(arena);
    var frame = ScopeStructures.frame(structure, ELEMENTS, arena);
    return new Subject(name, () -> kernel.run(scratch, frame, 2, 51), () -> kernel.run(scratch, frame, 1, ELEMENTS),
        kernel::isWarm);
  }

  private static Subject tile(TileShape shape, Arena arena) {
    var tile = (WarmingTile) Tiles.of(shape);
    long memory = arena.allocate(1 << 21, 64).address();
    return new Subject(Tiles.name(shape), () -> run(tile, memory, 25), () -> run(tile, memory, 2000), tile::isWarm);
  }

  private static void run(Tile tile, long memory, int steps) {
    tile.run(memory, memory, memory + (1 << 20), steps, 64, 64, 64, 64, 512, memory, Raw.ZEROS, 0, 1);
  }
}
