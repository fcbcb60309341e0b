package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Eigh;
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
 * Prints a digest of the results of maps, rows, windows, gathers and searches for the largest: as tapes give them, as
 * vector classes do when they are new, and as they do when warm. For {@link SameBitsTest} to run with vectors of each
 * width.
 */
final class ScopeBits {
  private static final int EACH = 8;
  private static final long WARM_NANOS = 2_000_000_000L;

  private ScopeBits() {
  }

  /** A plan with its memory. */
  record Loaded(Trial trial, Backend.Executable plan) {}

  /** Prints the width and one digest, or says that the digest changed as the code warmed up. */
  public static void main(String[] arguments) throws NoSuchAlgorithmException {
    var kernels = kernels(2);
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
        var trial = draw.apply(new Random(seed));
        kernels.add(new Loaded(trial, trial.load(threads)));
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
