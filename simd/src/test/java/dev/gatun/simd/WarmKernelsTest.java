package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/**
 * Warm kernels make no garbage. In a JVM of its own: other tests leave hundreds of tiles in the compilers' queue,
 * behind which these would wait to become warm.
 */
class WarmKernelsTest {
  @Test
  void warmKernelsAllocateNothing() throws IOException, InterruptedException {
    Child.run(WarmKernelsTest.class, List.of());
  }

  /** Fails where a kernel that should be warm allocates. */
  public static void main(String[] arguments) throws IOException {
    aWarmTileSurvivesMemoryOfEveryKind();
    aTileOfFixedRowsServesOnceItPays();
    GemmTest.aWarmProductAllocatesNothing();
    ConvolutionTest.aWarmConvolutionAllocatesNothing();
    ScopeBits.tiled(1).forEach(kernel -> Allocation.assertNone(kernel.trial().spec(), kernel.plan()::run));
    // Of so many kinds that HotSpot can foretell no vector's class from what it has seen.
    ScopeBits.kernels(1).forEach(kernel -> Allocation.assertNone(kernel.trial().spec(), kernel.plan()::run));
    windowsBecomeWarm();
    transpositionsBecomeWarm();
    depthwiseWeightsBecomeWarm();
    depthwiseTilesBecomeWarm();
    manyTilesOfFixedRowsAreFound();
  }

  /** Each beside its general one, which nothing has asked for yet. The last test, for it leaves many to be compiled. */
  private static void manyTilesOfFixedRowsAreFound() {
    for (int i = 1; i <= 200; i++) {
      var shape = new TileShape(DType.F32, Machine.detected().vectorBits(), TileShape.Family.OUTER, 2, 1, 64 * i, false,
          false, new Turn(2, 4, 64 * i));
      assertSame(Tiles.ofFixedRows(shape), Tiles.ofFixedRows(shape));
    }
  }

  /** Windows that are computed lane by lane for ever would make no garbage either. */
  private static void windowsBecomeWarm() {
    for (var kind : WindowStep.Kind.values()) {
      var windows = WarmingWindows.of(kind);
      for (long end = System.nanoTime() + 30_000_000_000L; windows.serving(4096) == null; ) {
        assertTrue(System.nanoTime() < end, windows + " is not compiled after 30 s");
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static void transpositionsBecomeWarm() {
    for (long end = System.nanoTime() + 30_000_000_000L; WarmingTranspose.of(4096) == null; ) {
      assertTrue(System.nanoTime() < end, "squares are not transposed in registers after 30 s");
      LockSupport.parkNanos(1_000_000);
    }
    long memory = Arena.global().allocate(1 << 16, 64).address();
    Allocation.assertNone(() -> Pack.transpose(memory, 320, memory + (1 << 15), 320, 70, 70));
  }

  private static void depthwiseWeightsBecomeWarm() {
    for (var kind : WarmingDepthwise.Kind.values()) {
      var sums = WarmingDepthwise.of(kind);
      for (long end = System.nanoTime() + 30_000_000_000L; sums.serving(4096) == null; ) {
        assertTrue(System.nanoTime() < end, sums + " are not compiled after 30 s");
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** Of one pixel and of several, that share loads and that do not. */
  private static void depthwiseTilesBecomeWarm() {
    int bits = Machine.detected().vectorBits();
    long memory = Arena.global().allocate(1 << 16, 64).address();
    for (var taps : new DepthwiseTaps[] {new DepthwiseTaps(3, 3, 192, 64, 64, 64, 0, 3, 1, 9),
        new DepthwiseTaps(2, 3, -192, -64, 128, 64, 0, 3, 1, 9), new DepthwiseTaps(3, 2, 192, 64, 192, 64, 1, 3, 1, 9),
        new DepthwiseTaps(1, 1, 0, 0, 64, 64, 4, 0, 0, 9)}) {
      for (int pixels : new int[] {1, 5, 6}) {
        var tile = WarmingDepthwiseTile.of(taps.shape(bits, pixels));
        Runnable call = () -> tile.run(taps, memory, memory, memory + (1 << 15), 2, bits / 32 + 3);
        for (long end = System.nanoTime() + 30_000_000_000L; !tile.isWarm(); ) {
          assertTrue(System.nanoTime() < end, tile + " is not compiled after 30 s");
          call.run();
        }
        Allocation.assertNone(call);
      }
    }
  }

  /** C2 takes for final what nothing extends yet, and drops what it compiled so when something does. */
  private static void aWarmTileSurvivesMemoryOfEveryKind() throws IOException {
    var tile = (WarmingTile) Tiles.of(new TileShape(DType.F32, Machine.detected().vectorBits(), TileShape.Family.OUTER, 8, 2, 0,
        false, false));
    long memory = Arena.global().allocate(1 << 16, 64).address();
    Runnable call = () -> tile.run(memory, memory, memory, 25, 64, 64, 64, 64, 512, memory, Raw.ZEROS, 0, -1);
    for (long end = System.nanoTime() + 30_000_000_000L; !tile.isWarm() && System.nanoTime() < end; ) {
      call.run();
    }
    Allocation.assertNone(call);
    useMemoryOfEveryKind();
    assertEquals(0, Allocation.bytes(call), "bytes allocated by a call");
  }

  /** The general tile serves until then, and gives the same bits. */
  private static void aTileOfFixedRowsServesOnceItPays() {
    int turns = 128;
    int row = turns * Turn.STEPS * Float.BYTES;
    var tile = (WarmingTile) Tiles.ofFixedRows(new TileShape(DType.F32, Machine.detected().vectorBits(),
        TileShape.Family.OUTER, 4, 2, row, false, false, new Turn(Turn.STEPS, 4, 64)));
    var memory = Arena.global().allocate(1 << 18, 64);
    for (int i = 0; i < 1 << 15; i++) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, i % 13 - 6.1f);
    }
    long a = memory.address();
    long general = a + (1 << 17);
    long fixed = general + (1 << 16);
    tile.run(a, a, general, turns, row / 4, Turn.STEPS, 0, Turn.STEPS * 16, 256, 0, Raw.ZEROS, 0, -1);
    assertFalse(tile.isWarm(), "warm after one call");
    for (long end = System.nanoTime() + 60_000_000_000L; !tile.isWarm() && System.nanoTime() < end; ) {
      tile.run(a, a, fixed, turns, row / 4, Turn.STEPS, 0, Turn.STEPS * 16, 256, 0, Raw.ZEROS, 0, -1);
    }
    assertTrue(tile.isWarm(), "not warm after a minute");
    tile.run(a, a, fixed, turns, row / 4, Turn.STEPS, 0, Turn.STEPS * 16, 256, 0, Raw.ZEROS, 0, -1);
    assertEquals(-1, MemorySegment.mismatch(memory, general - a, general - a + 1024, memory, fixed - a, fixed - a + 1024));
  }

  private static void useMemoryOfEveryKind() throws IOException {
    try (var arena = Arena.ofShared(); var channel = FileChannel.open(Files.createTempFile("gatun", "mapped"),
        StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
      var mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 64, arena);
      for (var heap : List.of(MemorySegment.ofArray(new byte[8]), MemorySegment.ofArray(new short[4]),
          MemorySegment.ofArray(new char[4]), MemorySegment.ofArray(new int[2]), MemorySegment.ofArray(new float[2]),
          MemorySegment.ofArray(new long[1]), MemorySegment.ofArray(new double[1]))) {
        mapped.copyFrom(heap);
      }
      mapped.copyFrom(MemorySegment.ofBuffer(ByteBuffer.allocateDirect(8)));
      mapped.force();
    }
    try (var arena = Arena.ofConfined()) {
      FloatVector.fromArray(FloatVector.SPECIES_256, new float[8], 0)
          .intoMemorySegment(arena.allocate(32), 0, ByteOrder.nativeOrder());
    }
    Arena.ofAuto().allocate(8).fill((byte) 1);
  }
}
