package dev.gatun.ops;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A, symmetric, of which only the lower triangle is read → (w [n], V [n, n]): A · V = V · diag(w), V orthogonal, w
 * ascending; the largest entry of each column of V is positive. By rotations (Jacobi 1846). Vectors of equal values
 * are any that fit, and have no gradient.
 */
public record Eigh() implements Op.Primitive {
  private static final int MOST_ROTATIONS = 100_000;

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    Matrices.requireSquare(this, in, 0);
    return List.of(Matrices.lines(in.getFirst(), in.getFirst().shape().size(-1)), in.getFirst());
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    for (int number = 0; number < Matrices.count(in.getFirst()); number++) {
      var a = Matrices.get(in.getFirst(), number);
      int n = a.length;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
          a[j][i] = a[i][j];
        }
      }
      // Each row of v is a vector.
      var v = Matrices.identity(n);
      diagonalise(a, v);
      var order = IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(i -> a[i][i])).toList();
      var values = new double[1][n];
      var vectors = new double[n][n];
      for (int j = 0; j < n; j++) {
        var vector = v[order.get(j)];
        values[0][j] = a[order.get(j)][order.get(j)];
        for (int i = 0; i < n; i++) {
          vectors[i][j] = Matrices.sign(vector) * vector[i];
        }
      }
      Matrices.put(out.get(0), number, values);
      Matrices.put(out.get(1), number, vectors);
    }
  }

  /** Rotates the largest entry beside the diagonal away, until there is none that counts. */
  private static void diagonalise(double[][] a, double[][] v) {
    for (int rotation = 0; rotation < MOST_ROTATIONS; rotation++) {
      int p = 0;
      int q = 0;
      double most = 0;
      double scale = 0;
      for (int i = 0; i < a.length; i++) {
        scale = Math.max(scale, Math.abs(a[i][i]));
        for (int j = 0; j < i; j++) {
          if (Math.abs(a[i][j]) > most) {
            most = Math.abs(a[i][j]);
            p = j;
            q = i;
          }
        }
      }
      if (!(most > 1e-18 * scale)) {
        return;
      }
      double cot = (a[q][q] - a[p][p]) / (2 * a[p][q]);
      double tan = Math.copySign(1, cot) / (Math.abs(cot) + Math.hypot(cot, 1));
      double cos = 1 / Math.hypot(tan, 1);
      for (int k = 0; k < a.length; k++) {
        double x = a[k][p];
        double y = a[k][q];
        a[k][p] = cos * (x - tan * y);
        a[k][q] = cos * (y + tan * x);
      }
      for (var matrix : List.of(a, v)) {
        for (int k = 0; k < a.length; k++) {
          double x = matrix[p][k];
          double y = matrix[q][k];
          matrix[p][k] = cos * (x - tan * y);
          matrix[q][k] = cos * (y + tan * x);
        }
      }
      a[p][q] = 0;
      a[q][p] = 0;
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  /** V · (diag(w̄) + VᵀV̄ ∘ 1 / (wⱼ − wᵢ)) · Vᵀ. */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var w = call.out(0);
    var v = call.out(1);
    var turned = b.transposeLast(v);
    Value whole = dOut.get(0) == null ? b.like(v, 0) : Matrices.product(b, Matrices.scaled(b, v, dOut.get(0)), turned);
    if (dOut.get(1) != null) {
      var inner = b.mul(Matrices.product(b, turned, dOut.get(1)), Matrices.gaps(b, w));
      whole = b.add(whole, Matrices.product(b, v, inner, turned));
    }
    return List.of(Matrices.toLower(b, whole));
  }
}
