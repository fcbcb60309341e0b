package dev.gatun.ops;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a kernel computes and moves, counted from its spec.
 *
 * @param flops of use: two for each multiply-add of a product or a convolution, taps on padding left out, and one for
 *     each operation or function that a map or a row applies to an element. Moves, windows and searches count none.
 * @param bytes that are read and written at least: each operand and result once, repeated elements not again
 */
public record Cost(double flops, double bytes) {
  /** Of one run of a step; of a loop, all its turns. */
  public static Cost of(Plan.Step step) {
    return switch (step) {
      case Plan.Run run -> new Cost(flops(run.spec()), bytes(run.in()) + bytes(run.out()));
      case Plan.Repeat repeat -> {
        double flops = 0;
        double bytes = 0;
        for (var part : repeat.body()) {
          var cost = of(part);
          flops += repeat.count() * cost.flops;
          bytes += repeat.count() * cost.bytes;
        }
        yield new Cost(flops, bytes);
      }
    };
  }

  /** Flops for each byte; what has few is bound by memory. */
  public double intensity() {
    return bytes == 0 ? 0 : flops / bytes;
  }

  /** Flops of a kernel. */
  public static double flops(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map map -> (double) map.space().elements() * operations(map.exprs());
      case KernelSpec.Row row -> {
        var each = new ArrayList<>(row.mapExprs());
        row.folds().forEach(fold -> each.add(fold.value()));
        yield (double) row.space().elements() * (operations(each) + row.folds().size())
            + (double) row.rowShape().elements() * operations(row.rowExprs());
      }
      case KernelSpec.Direct direct -> flops(direct.op(), direct.in())
          + (direct.epilogue() == null ? 0 : flops(direct.epilogue()));
      case KernelSpec.Chain chain -> chain.links().stream().mapToDouble(link -> flops(link.spec())).sum();
      case KernelSpec.View v -> 0;
      case KernelSpec.Regroup r -> 0;
      case KernelSpec.Place p -> 0;
      case KernelSpec.Repeat r -> 0;
    };
  }

  /** Flops of a product or a convolution of such operands; 0 of any other op. */
  public static double flops(Op op, List<TensorType> in) {
    return switch (op) {
      case MatMul _ -> 2.0 * in.get(0).shape().elements() * in.get(1).shape().size(-1);
      case Convolve convolve -> 2 * convolve.multiplyAdds();
      default -> 0;
    };
  }

  /** Operations of expressions, those that occur twice counted once. */
  private static int operations(List<Expr> exprs) {
    var seen = new HashSet<Expr>();
    exprs.forEach(e -> collect(e, seen));
    return seen.size();
  }

  private static void collect(Expr e, Set<Expr> seen) {
    boolean counts = switch (e) {
      case Expr.Apply1 a -> true;
      case Expr.Apply2 a -> true;
      case Expr.Choose c -> true;
      case Expr.Draw d -> true;
      case Expr.Input i -> false;
      case Expr.Literal l -> false;
      case Expr.Fold f -> false;
      case Expr.Position p -> false;
      case Expr.Convert c -> false;
    };
    if (counts && !seen.add(e)) {
      return;
    }
    e.parts().forEach(part -> collect(part, seen));
  }

  private static double bytes(Collection<Plan.Operand> operands) {
    double bytes = 0;
    for (var operand : operands) {
      double elements = 1;
      for (int axis = 0; axis < operand.strides().size(); axis++) {
        long size = operand.type().shape().size(axis);
        elements *= operand.strides().get(axis) == 0 ? Math.min(1, size) : size;
      }
      bytes += elements * operand.type().dtype().bytes();
    }
    return bytes;
  }
}
