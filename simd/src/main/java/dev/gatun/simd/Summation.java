package dev.gatun.simd;

import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** In which order the rows of a spec add up, for {@link dev.gatun.ops.Backend#orders}. */
final class Summation {
  /** What is told of a row of a chain whose order hangs on how many rows a block has: equal to no other. */
  private static final String OPEN = "as blocks are cut";

  private Summation() {}

  /** @param in strides in elements, as are those of {@code out} */
  static List<String> orders(KernelSpec spec, List<long[]> in, List<long[]> out) {
    return switch (spec) {
      case KernelSpec.Row row -> hangsOnOrder(row) ? List.of(order(row, in, out)) : List.of();
      case KernelSpec.Chain chain -> chain(chain, in, out);
      default -> List.of();
    };
  }

  /** Whether another order gives other bits: whole numbers, the largest and the smallest have none. */
  private static boolean hangsOnOrder(KernelSpec.Row row) {
    return row.folds().stream().anyMatch(reduction -> reduction.dtype().isFloat()
        && (reduction.fold() == KernelSpec.Fold.SUM || reduction.fold() == KernelSpec.Fold.PRODUCT));
  }

  private static String order(KernelSpec.Row row, List<long[]> in, List<long[]> out) {
    return RowShape.of(ScopeSlots.of(row, located(row.in(), in), located(row.out(), out)), false).order();
  }

  private static List<Located> located(List<TensorType> types, List<long[]> strides) {
    var located = new ArrayList<Located>();
    for (int i = 0; i < types.size(); i++) {
      int width = types.get(i).dtype().bytes();
      located.add(new Located(0, types.get(i), Arrays.stream(strides.get(i)).map(stride -> stride * width).toArray(),
          new long[0]));
    }
    return located;
  }

  /** Those of the rows of a chain: what links hand on lies row by row. */
  private static List<String> chain(KernelSpec.Chain chain, List<long[]> in, List<long[]> out) {
    var strides = new ArrayList<>(in);
    var values = chain.values();
    for (int value = in.size(); value < values.size(); value++) {
      int result = chain.results().indexOf(value);
      strides.add(result >= 0 ? out.get(result) : values.get(value).shape().rowMajorStrides());
    }
    var orders = new ArrayList<String>();
    int made = in.size();
    for (var link : chain.links()) {
      if (link.spec() instanceof KernelSpec.Row row && hangsOnOrder(row)) {
        var reads = new ArrayList<long[]>();
        boolean lie = true;
        for (int operand = 0; operand < link.in().size(); operand++) {
          int value = link.in().get(operand).value();
          var own = strides.get(value).clone();
          if (values.get(value).shape().size(-1) < row.space().size(-1)) {
            own[own.length - 1] = 0;
          }
          lie &= own[own.length - 1] <= 1 && own[own.length - 1] >= 0;
          reads.add(own);
        }
        orders.add(lie ? order(row, reads, strides.subList(made, made + row.out().size())) : OPEN);
      }
      made += link.spec().out().size();
    }
    return orders;
  }
}
