package dev.gatun.simd;

import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.UnaryFn;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A value of each element of a row kernel that is dear to compute, folded, and needed again for the results, such as the
 * exponential of a softmax: it is computed once and kept where a result will lie, until that takes its place. No bit
 * depends on it.
 *
 * @param fold which fold computes and stores it
 * @param value what is kept
 * @param slot number of the result that keeps it, counted on after the inputs
 * @param row the kernel with the value read from there
 */
record Kept(int fold, Expr value, int slot, KernelSpec.Row row) {
  /** What costs no more than reading a number. */
  private static final Set<UnaryFn> CHEAP = EnumSet.of(UnaryFn.NEG, UnaryFn.ABS, UnaryFn.SIGN, UnaryFn.FLOOR,
      UnaryFn.CEIL, UnaryFn.ROUND);

  /** What a kernel should keep, or null. */
  static Kept of(KernelSpec.Row row, List<Located> in, List<Located> out) {
    for (int f = 0; f < row.folds().size(); f++) {
      var value = row.folds().get(f).value();
      if (value.dtype().isFloat() && isDear(value) && row.mapExprs().stream().anyMatch(e -> contains(e, value))) {
        for (int result = row.rowExprs().size(); result < out.size(); result++) {
          var place = out.get(result);
          var kept = new Kept(f, value, in.size() + result, reading(row, f, value, in.size() + result));
          if (place.type().dtype() == value.dtype() && kept.leavesInputsAlone(in, place)) {
            return kept;
          }
        }
      }
    }
    return null;
  }

  private static boolean isDear(Expr e) {
    return e instanceof Expr.Apply1 apply && !CHEAP.contains(apply.fn()) || e.parts().stream().anyMatch(Kept::isDear);
  }

  private static boolean contains(Expr e, Expr value) {
    return e.equals(value) || e.parts().stream().anyMatch(part -> contains(part, value));
  }

  private static KernelSpec.Row reading(KernelSpec.Row row, int fold, Expr value, int slot) {
    var kept = new Expr.Input(slot, value.dtype());
    var folds = IntStream.range(0, row.folds().size()).mapToObj(f -> f <= fold ? row.folds().get(f)
        : new KernelSpec.Reduction(row.folds().get(f).fold(), reading(row.folds().get(f).value(), value, kept))).toList();
    return new KernelSpec.Row(row.space(), row.axes(), row.in(), folds,
        row.rowExprs().stream().map(e -> reading(e, value, kept)).toList(),
        row.mapExprs().stream().map(e -> reading(e, value, kept)).toList());
  }

  private static Expr reading(Expr e, Expr value, Expr kept) {
    return e.equals(value) ? kept : e.mapParts(part -> reading(part, value, kept));
  }

  /** Whether the value may lie in {@code place} from then on: what is read later lies elsewhere. */
  private boolean leavesInputsAlone(List<Located> in, Located place) {
    var later = Stream.of(row.folds().stream().skip(fold + 1).map(KernelSpec.Reduction::value), row.rowExprs().stream(),
        row.mapExprs().stream()).flatMap(s -> s).toList();
    return IntStream.range(0, in.size()).allMatch(i -> isApart(in.get(i), place)
        || later.stream().noneMatch(e -> reads(e, i)) && (!reads(value, i) || isSame(in.get(i), place)));
  }

  private static boolean reads(Expr e, int input) {
    return e instanceof Expr.Input x && x.index() == input || e.parts().stream().anyMatch(part -> reads(part, input));
  }

  /** Whether two operands keep their distance and share no byte. */
  private static boolean isApart(Located x, Located y) {
    return Arrays.equals(x.advance(), y.advance()) && (x.end() <= y.begin() || y.end() <= x.begin());
  }

  /** Whether each element of one is the same of the other. */
  private static boolean isSame(Located x, Located y) {
    return x.address() == y.address() && x.type().equals(y.type()) && Arrays.equals(x.strides(), y.strides())
        && Arrays.equals(x.advance(), y.advance());
  }
}
