package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matrix products against plain loops that follow the defined order of arithmetic, so that every bit must agree. */
class GemmTest {
  private static final Machine[] WIDTHS = {Machine.detected(), new Machine(128, 16, 32 << 10, 64 << 10, 1)};

  @Property(tries = 120, shrinking = ShrinkingMode.OFF)
  void everyShapeAndLayoutGivesTheDefinedBits(@ForAll @IntRange(max = 70) int m, @ForAll @IntRange(max = 70) int n,
      @ForAll @IntRange(max = 90) int k, @ForAll @IntRange(max = 3) int batch, @ForAll long seed) {
    var random = new Random(seed);
    var dtype = random.nextBoolean() ? DType.F32 : DType.F64;
    var shape = new GemmShape(dtype, batch, m, n, k, strides(random, m, k, true), strides(random, k, n, true),
        strides(random, m, n, false));
    check(WIDTHS[random.nextInt(WIDTHS.length)], shape, random);
  }

  @Test
  void blocksOfAllThreeSizesAreWalked() {
    var small = new Machine(Machine.detected().vectorBits(), Machine.detected().registers(), 32 << 10, 64 << 10, 1);
    check(small, GemmShape.dense(DType.F32, 600, 150, 801), new Random(1));
    check(small, GemmShape.dense(DType.F32, 600, 150, 801).transposed(), new Random(2));
    check(small, GemmShape.dense(DType.F64, 170, 90, 1030), new Random(3));
  }

  /** A page apart, by tiles of one row to five, which are wider with 32 registers, and of more. */
  @Test
  void rowsMayBeFewAndFarApart() {
    for (int registers : new int[] {16, 32}) {
      var machine = new Machine(Machine.detected().vectorBits(), registers, 32 << 10, 64 << 10, 1);
      for (int m : new int[] {1, 2, 3, 4, 5, 6, 7, 33}) {
        check(machine, GemmShape.dense(DType.F32, m, 200, 1024), new Random(1));
        check(machine, GemmShape.dense(DType.F64, m, 100, 512), new Random(3));
      }
    }
  }

  /** More of A and C than caches hold: blocks whose last panels are no whole tiles, by tiles of four rows to eight. */
  @Test
  void rowsOfATileMayLieApart() {
    for (int registers : new int[] {16, 32}) {
      var machine = new Machine(Machine.detected().vectorBits(), registers, 32 << 10, 64 << 10, 1);
      check(machine, GemmShape.dense(DType.F32, 8203, 260, 9), new Random(1));
      check(machine, GemmShape.dense(DType.F32, 8206, 9, 260), new Random(2));
      check(machine, GemmShape.dense(DType.F32, 260, 8203, 9).transposed(), new Random(3));
    }
  }

  /** By tiles of four rows, and of six. */
  @Test
  void panelsOfATransposedLeftOperandAreCopied() {
    var transposedA = new GemmShape(DType.F32, 1, 1030, 200, 40, new GemmShape.Strides(1, 1030, 0),
        new GemmShape.Strides(200, 1, 0), new GemmShape.Strides(200, 1, 0));
    for (int registers : new int[] {16, 32}) {
      check(new Machine(Machine.detected().vectorBits(), registers, 32 << 10, 64 << 10, 1), transposedA,
          new Random(2));
    }
  }

  /** Few rows by a matrix along k: several blocks of the result, which is turned, on one entry and several. */
  @Test
  void fewRowsByAMatrixAlongKAreTurned() {
    for (var machine : WIDTHS) {
      check(machine, byColumns(DType.F32, 1, 33, 1100, 560), new Random(1));
      check(machine, byColumns(DType.F64, 3, 12, 40, 70), new Random(2));
      check(machine, byColumns(DType.F32, 1, 33, 1100, 560).transposed(), new Random(3));
    }
  }

  private static GemmShape byColumns(DType dtype, int batch, int m, int n, int k) {
    return new GemmShape(dtype, batch, m, n, k, new GemmShape.Strides(k, 1, (long) m * k),
        new GemmShape.Strides(1, k, (long) n * k), new GemmShape.Strides(n, 1, (long) m * n));
  }

  /** Several blocks of k and tasks of columns, the last of each not full, from either side. */
  @Test
  void anOperandMayBePackedOnce() {
    var small = new Machine(Machine.detected().vectorBits(), Machine.detected().registers(), 32 << 10, 64 << 10, 1);
    var byWeight = new GemmShape(DType.F32, 1, 60, 550, 1100, new GemmShape.Strides(1100, 1, 0),
        new GemmShape.Strides(1, 1100, 0), new GemmShape.Strides(550, 1, 0));
    for (var shape : new GemmShape[] {byWeight, byWeight.transposed()}) {
      assertNotNull(Gemm.of(small, shape).packing());
      check(small, shape, new Random(5));
    }
  }

  @Test
  void fewRowsAlongKAreDotProducts() {
    var shape = new GemmShape(DType.F32, 1, 3, 37, 500, new GemmShape.Strides(500, 1, 0),
        new GemmShape.Strides(1, 500, 0), new GemmShape.Strides(37, 1, 0));
    assertInstanceOf(DotGemm.class, Gemm.of(Machine.detected(), shape));
    check(Machine.detected(), shape, new Random(4));
  }

  /** As many rows and columns as a tile of dot products has at most, and fewer; with and without a partial step. */
  @Test
  void tilesOfDotProductsOfEverySize() {
    for (int m : new int[] {1, 2, 3, 5, 8}) {
      for (int n : new int[] {5, 12, 13, 37, 1000}) {
        for (int k : new int[] {256, 272, 500, 2048}) {
          var shape = new GemmShape(DType.F32, 1, m, n, k, new GemmShape.Strides(k, 1, 0),
              new GemmShape.Strides(1, k, 0), new GemmShape.Strides(n, 1, 0));
          if (DotGemm.suits(shape)) {
            check(Machine.detected(), shape, new Random(4));
          }
        }
      }
    }
  }

  /** Rows of B, and steps of A, 1.2 GB apart, in a file of holes; in f64, whose tiles are generated at once. */
  @Test
  void stepsOutOfATilesReachAreBlocksOfTheirOwn(@TempDir Path folder) throws IOException {
    long apart = 150_000_000;
    var shape = new GemmShape(DType.F64, 1, 3, 37, 5, new GemmShape.Strides(1, apart, 0),
        new GemmShape.Strides(apart, 1, 0), new GemmShape.Strides(37, 1, 0));
    try (var arena = Arena.ofConfined(); var file = FileChannel.open(folder.resolve("holes"),
        StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long a = file.map(FileChannel.MapMode.READ_WRITE, 0, 5 * apart * Double.BYTES, arena).address();
      long b = a + 4096;
      var buffers = new Buffers(arena, DType.F64);
      var random = new Random(7);
      for (int k = 0; k < 5; k++) {
        for (int i = 0; i < 37; i++) {
          buffers.set(a, k * apart + i, random.nextFloat());
          buffers.set(b, k * apart + i, random.nextFloat());
        }
      }
      long c = buffers.allocate(3 * 37);
      var gemm = Gemm.of(Machine.detected(), shape);
      for (int task = 0; task < gemm.tasks(); task++) {
        gemm.run(task, a, b, c, buffers.bytes(gemm.workspaceBytes()));
      }
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 37; j++) {
          double sum = 0;
          for (int k = 0; k < 5; k++) {
            sum = buffers.fma(buffers.get(a, k * apart + i), buffers.get(b, k * apart + j), sum);
          }
          assertEquals(sum, buffers.get(c, i * 37 + j));
        }
      }
    }
  }

  @Test
  void aTableHoldsNoStepOutOfReach() {
    try (var arena = Arena.ofConfined()) {
      long pair = StepTable.allocate(arena, 1);
      StepTable.set(pair, TileShape.REACH / 8 * 8, 0, 8);
      for (long[] step : new long[][] {{TileShape.REACH + 1, 0}, {0, TileShape.REACH + 1}, {-8, 0}, {0, -8}}) {
        var message = assertThrows(IllegalArgumentException.class, () -> StepTable.set(pair, step[0], step[1], 8))
            .getMessage();
        assertTrue(message.startsWith("a step of a tile lies " + step[0] + " and " + step[1] + " bytes from"), message);
      }
    }
  }

  static void aWarmProductAllocatesNothing() {
    try (var arena = Arena.ofConfined()) {
      var shape = GemmShape.dense(DType.F32, 100, 75, 40);
      var problem = new Problem(new Buffers(arena, shape.dtype()), shape, new Random(6));
      var gemm = Gemm.of(Machine.detected(), shape);
      long workspace = problem.buffers.bytes(gemm.workspaceBytes());
      Allocation.assertNone(() -> gemm.run(0, problem.a, problem.b, problem.c, workspace));
    }
  }

  private static GemmShape.Strides strides(Random random, int rows, int columns, boolean shared) {
    int pad = random.nextInt(3);
    long row = columns + pad;
    long column = 1;
    switch (random.nextInt(4)) {
      case 0 -> {
        row = 1;
        column = rows + pad;
      }
      case 1 -> {
        row = 2 * (columns + pad);
        column = 2;
      }
      default -> { }
    }
    long batch = shared && random.nextInt(3) == 0 ? 0 : rows * row + columns * column + 5;
    return new GemmShape.Strides(row, column, batch);
  }

  private static void check(Machine machine, GemmShape shape, Random random) {
    try (var arena = Arena.ofConfined()) {
      var problem = new Problem(new Buffers(arena, shape.dtype()), shape, random);
      problem.run(Gemm.of(machine, shape), problem.a, problem.b);
      problem.check();
      problem.runOnPacked(Gemm.of(machine, shape));
      problem.check();
    }
  }

  /** Operands in memory, and what the result must be. */
  private static final class Problem {
    final Buffers buffers;
    final GemmShape shape;
    final long a;
    final long b;
    final long c;
    final double[] before;

    Problem(Buffers buffers, GemmShape shape, Random random) {
      this.buffers = buffers;
      this.shape = shape;
      a = buffers.random(size(shape.a(), shape.m(), shape.k()), random);
      b = buffers.random(size(shape.b(), shape.k(), shape.n()), random);
      long results = size(shape.c(), shape.m(), shape.n());
      c = buffers.random(results, random);
      before = new double[(int) results];
      for (int i = 0; i < results; i++) {
        before[i] = buffers.get(c, i);
      }
    }

    private long size(GemmShape.Strides s, int rows, int columns) {
      return 1 + Math.max(0, rows - 1) * s.row() + Math.max(0, columns - 1) * s.column()
          + Math.max(0, shape.batch() - 1) * s.batch();
    }

    void run(Gemm gemm, long a, long b) {
      long workspace = buffers.bytes(gemm.workspaceBytes());
      for (int task = gemm.tasks() - 1; task >= 0; task--) {
        gemm.run(task, a, b, c, workspace);
      }
    }

    /** Overwrites the result by that of the packed operand, where the product has one. */
    void runOnPacked(Gemm gemm) {
      var packing = gemm.packing();
      if (packing != null) {
        for (int i = 0; i < before.length; i++) {
          buffers.set(c, i, before[i]);
        }
        long packed = buffers.bytes(packing.packedBytes());
        boolean left = gemm.packedOperand() == 0;
        for (int task = packing.packTasks() - 1; task >= 0; task--) {
          packing.pack(task, 0, left ? a : b, packed);
        }
        run(gemm.onPacked(), left ? packed : a, left ? b : packed);
      }
    }

    private long index(GemmShape.Strides s, long entry, long row, long column) {
      return entry * s.batch() + row * s.row() + column * s.column();
    }

    double actual(int entry, int i, int j) {
      return buffers.get(c, index(shape.c(), entry, i, j));
    }

    double expected(int entry, int i, int j) {
      boolean dot = DotGemm.suits(shape);
      var sums = new double[dot ? DotGemm.lanes(shape.dtype()) : 1];
      for (int s = 0; s < shape.k(); s++) {
        int lane = s % sums.length;
        sums[lane] = buffers.fma(buffers.get(a, index(shape.a(), entry, i, s)),
            buffers.get(b, index(shape.b(), entry, s, j)), sums[lane]);
      }
      return buffers.tree(sums);
    }

    void check() {
      var touched = new boolean[before.length];
      for (int entry = 0; entry < shape.batch(); entry++) {
        for (int i = 0; i < shape.m(); i++) {
          for (int j = 0; j < shape.n(); j++) {
            assertEquals(expected(entry, i, j), actual(entry, i, j), () -> "element of " + shape);
            touched[(int) index(shape.c(), entry, i, j)] = true;
          }
        }
      }
      for (int i = 0; i < before.length; i++) {
        assertTrue(touched[i] || before[i] == buffers.get(c, i), "an element outside the result was written");
      }
      assertFalse(shape.batch() > 0 && shape.m() > 0 && shape.n() > 0 && before.length == 0);
    }
  }
}
