package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Eigh;
import dev.gatun.ops.Geometry;
import dev.gatun.ops.Lu;
import dev.gatun.ops.Qr;
import dev.gatun.ops.Svd;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.TriangularSolve;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Prints a digest of the results of filtered convolutions, narrow products, maps, rows, windows, gathers and searches
 * for the largest: as tapes give them, as vector classes do when they are new, and as they do when warm. For
 * {@link SameBitsTest} to run with vectors of each width.
 */
final class ScopeBits {
  private static final int EACH = 8;
  private static final long WARM_NANOS = 2_000_000_000L;

  private ScopeBits() {
  }

  /** A plan with its memory. */
  record Loaded(Trial trial, Backend.Executable plan) {}

  /** Convolutions and products but for those of {@link SameBits}: filtered ones, those of each channel, narrow ones. */
  static List<Loaded> tiled(int threads) {
    var kernels = new ArrayList<Loaded>();
    for (var role : List.of(Convolve.Role.OUTPUT, Convolve.Role.DATA)) {
      for (var size : List.of(16L, 27L)) {
        var op = new Convolve(role, Shape.of(3, 48, size, 20), Shape.of(41, 48, 3, 3), Geometry.square(2, 3, 1, 1), 1);
        var image = new TensorType(DType.F32, role == Convolve.Role.DATA ? op.output() : op.data());
        var spec = MoveTest.direct(op, image, new TensorType(DType.F32, op.weight()));
        var filtered = new CpuBackend().choices(spec).stream().filter(choice -> !choice.exact()).findFirst()
            .orElseThrow();
        load(new Trial(spec, new Random(size), false, filtered), threads, kernels);
      }
    }
    var each = new Convolve(Convolve.Role.OUTPUT, Shape.of(2, 44, 9, 9), Shape.of(44, 1, 3, 3),
        Geometry.square(2, 3, 1, 1), 44);
    load(new Trial(MoveTest.direct(each, new TensorType(DType.F32, each.data()), new TensorType(DType.F32,
        each.weight())), new Random(1), false), threads, kernels);
    for (int seed = 0; seed < 4; seed++) {
      load(NarrowProductTest.wholeNumbers(new Random(seed), 9, 37, 300), threads, kernels);
      load(NarrowProductTest.halfWeights(new Random(seed), 1 + 8 * seed, 37, 300), threads, kernels);
    }
    return kernels;
  }

  private static void load(Trial trial, int threads, List<Loaded> into) {
    into.add(new Loaded(trial, trial.load(threads)));
  }

  /** Prints the width and one digest, or says that the digest changed as the code warmed up. */
  public static void main(String[] arguments) throws NoSuchAlgorithmException {
    var kernels = tiled(2);
    kernels.addAll(kernels(2));
    var cold = digest(kernels);
    Demand.serveAtOnce(true);
    var same = digest(kernels).equals(cold);
    for (long end = System.nanoTime() + WARM_NANOS; same && System.nanoTime() < end; ) {
      same = digest(kernels).equals(cold);
    }
    System.out.println(Machine.detected().vectorBits() + (same ? " " + cold : " changed when warm"));
  }

  /** Kernels of every kind on odd shapes, some of them large enough for two threads. */
  static List<Loaded> kernels(int threads) {
    var draws = List.<Function<Random, Trial>>of(random -> new Trial(MapTest.map(random), random, true),
        random -> new Trial(RowTest.softmax(random), random, false),
        random -> new Trial(RowTest.folds(random), random, true), WindowTest::trial, MoveTest::gatherOrScatterAdd,
        MoveTest::argReduce, MoveTest::argSort, ScopeBits::factorisation);
    var kernels = new ArrayList<Loaded>();
    for (var draw : draws) {
      for (int seed = 0; seed < EACH; seed++) {
        load(draw.apply(new Random(seed)), threads, kernels);
      }
    }
    return kernels;
  }

  private static Trial factorisation(Random random) {
    var x = new TensorType(random.nextBoolean() ? DType.F32 : DType.F64, Shape.of(1 + random.nextInt(3), 9, 9));
    var op = List.of(new Cholesky(), new TriangularSolve(true), new Lu(), new Qr(), new Eigh(), new Svd())
        .get(random.nextInt(6));
    return new Trial(op instanceof TriangularSolve ? MoveTest.direct(op, x, x) : MoveTest.direct(op, x), random, false);
  }

  private static String digest(List<Loaded> kernels) throws NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    kernels.forEach(kernel -> kernel.trial.digest(kernel.plan, digest));
    return HexFormat.of().formatHex(digest.digest());
  }
}
