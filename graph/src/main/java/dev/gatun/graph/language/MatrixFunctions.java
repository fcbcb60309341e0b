package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Eigh;
import dev.gatun.ops.Lu;
import dev.gatun.ops.Op;
import dev.gatun.ops.Qr;
import dev.gatun.ops.Svd;
import dev.gatun.ops.TriangularSolve;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Factorisations of matrices, each by one kernel; the library makes those of large ones from products and these. */
final class MatrixFunctions {

  private MatrixFunctions() {}

  static void addTo(Builtins table) {
    table.add("cholesky_leaf(x)", a -> factored(a, square(a, "x"), new Cholesky()));
    table.add("lu_leaf(x)", a -> factored(a, tall(a, "x"), new Lu()));
    table.add("qr_leaf(x)", a -> factored(a, tall(a, "x"), new Qr()));
    table.add("eigh(x)", a -> factored(a, square(a, "x"), new Eigh()));
    table.add("svd_leaf(x)", a -> factored(a, tall(a, "x"), new Svd()));
    table.add("triangular_leaf(t, x, lower)", a -> {
      Tensor t = square(a, "t");
      Tensor x = a.floats("x");
      return new Tensor(a.builder().apply(new TriangularSolve(a.truth("lower")), t.value(), x.value()), x.dims());
    });
  }

  private static Tensor square(Arguments a, String name) {
    Tensor x = a.floats(name);
    return x.rank() >= 2 && x.size(x.rank() - 2) == x.size(x.rank() - 1) ? x
        : a.fail(name, "square matrices in the last two axes");
  }

  private static Tensor tall(Arguments a, String name) {
    Tensor x = a.floats(name);
    return x.rank() >= 2 && x.size(x.rank() - 2) >= x.size(x.rank() - 1) ? x
        : a.fail(name, "matrices in the last two axes, with at least as many rows as columns");
  }

  private static Datum factored(Arguments a, Tensor x, Op.Primitive op) {
    List<Datum> results = new ArrayList<>();
    for (Value result : a.builder().apply(op, List.of(x.value()))) {
      List<FreeSize> dims = new ArrayList<>(x.dims().subList(0, x.rank() - 2));
      dims.addAll(Collections.nCopies(result.rank() - dims.size(), null));
      results.add(new Tensor(result, dims));
    }
    return results.size() == 1 ? results.getFirst() : new Datum.Results(results);
  }
}
