package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.ArgReduce;
import dev.gatun.ops.ArgSort;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Eigh;
import dev.gatun.ops.Gather;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Lu;
import dev.gatun.ops.MaxPool;
import dev.gatun.ops.Qr;
import dev.gatun.ops.ScatterAdd;
import dev.gatun.ops.SumPool;
import dev.gatun.ops.Svd;
import dev.gatun.ops.TriangularSolve;
import dev.gatun.ops.Unpool;
import java.util.List;
import java.util.Optional;

/**
 * Windows, searches, sorting, factorisations and indexed moves: what is offered of them, and their steps. They take any
 * strides and no epilogue.
 */
final class Indirect {
  private Indirect() {
  }

  /** @param seconds what streaming the operands takes */
  static List<Choice> choices(KernelSpec.Direct direct, double seconds) {
    var name = name(direct);
    return name.isEmpty() || direct.epilogue() != null ? List.of()
        : List.of(Choice.anyLayout(name.get(), direct, 0, seconds));
  }

  private static Optional<String> name(KernelSpec.Direct direct) {
    var dtype = direct.results().getFirst().dtype();
    boolean computes = dtype == DType.F32 || dtype == DType.F64;
    return Optional.ofNullable(switch (direct.op()) {
      case MaxPool p when computes && p.geometry().rank() <= 2 -> "max-pool";
      case SumPool p when computes && p.geometry().rank() <= 2 -> "sum-pool";
      case Unpool p when computes && p.geometry().rank() <= 2 -> "unpool";
      case ArgReduce a -> "arg-reduce";
      case ArgSort a -> "arg-sort";
      case Cholesky _ -> "cholesky";
      case TriangularSolve _ -> "triangular-solve";
      case Lu _ -> "lu";
      case Qr _ -> "qr";
      case Eigh _ -> "eigh";
      case Svd _ -> "svd";
      case Gather g -> "gather";
      case ScatterAdd s -> "scatter-add";
      default -> null;
    });
  }

  static Step step(KernelSpec.Direct direct, String origin, List<Located> in, List<Located> out, Crew crew) {
    var x = in.getFirst();
    var y = out.getFirst();
    return switch (direct.op()) {
      case MaxPool m -> new WindowStep(WindowStep.Kind.MAX, Pooling.of(m.geometry(), x, y), 0, 1,
          m.positions() ? 2 : -1, in, out, crew);
      case SumPool s when s.transposed() -> new WindowStep(WindowStep.Kind.SPREAD, Pooling.of(s.geometry(), y, x), 1, 0,
          -1, in, out, crew);
      case SumPool s -> new WindowStep(WindowStep.Kind.SUM, Pooling.of(s.geometry(), x, y), 0, 1, -1, in, out, crew);
      case Unpool u when u.transposed() -> new WindowStep(WindowStep.Kind.COLLECT, Pooling.of(u.geometry(), x, y), 0, 2,
          1, in, out, crew);
      case Unpool u -> new WindowStep(WindowStep.Kind.MOVE, Pooling.of(u.geometry(), y, x), 2, 0, 1, in, out, crew);
      case ArgReduce a -> new ArgReduceStep(a, in, out, crew);
      case ArgSort a -> new ArgSortStep(a, in, out, crew);
      case Cholesky _, TriangularSolve _, Lu _, Qr _, Eigh _, Svd _ -> new FactorStep(direct.op(), in, out, crew);
      case Gather g -> new GatherStep(g, g.axis(), g.batch(), false, in, out, crew, origin);
      case ScatterAdd s -> new GatherStep(s, s.axis(), s.batch(), true, in, out, crew, origin);
      default -> throw new IllegalStateException("the CPU offered no kernel for " + direct.op());
    };
  }
}
