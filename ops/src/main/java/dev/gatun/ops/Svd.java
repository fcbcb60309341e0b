package dev.gatun.ops;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A [m, n], m ≥ n → (U [m, n], s [n], V [n, n]): A = U · diag(s) · Vᵀ, the columns of U and of V orthonormal, s
 * descending and not negative; the largest entry of each column of V is positive. By rotations of columns (Hestenes
 * 1958). Vectors of equal values are any that fit, and have no gradient.
 */
public record Svd() implements Op.Primitive {
  private static final int MOST_SWEEPS = 100;

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    Matrices.requireTall(this, in);
    var type = in.getFirst();
    long columns = type.shape().size(-1);
    return List.of(type, Matrices.lines(type, columns), Matrices.sized(type, columns, columns));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    int m = (int) in.getFirst().type().shape().size(-2);
    int n = (int) in.getFirst().type().shape().size(-1);
    for (int number = 0; number < Matrices.count(in.getFirst()); number++) {
      // Rows are columns of A, and of V.
      var a = Matrices.transposed(Matrices.get(in.getFirst(), number), n);
      var v = Matrices.identity(n);
      for (int sweep = 0; sweep < MOST_SWEEPS && sweep(a, v); sweep++) { }
      var order = IntStream.range(0, n).boxed()
          .sorted(Comparator.<Integer>comparingDouble(i -> Math.sqrt(dot(a[i], a[i]))).reversed()).toList();
      var u = new double[n][];
      var s = new double[1][n];
      var turned = new double[n][];
      for (int j = 0; j < n; j++) {
        turned[j] = v[order.get(j)].clone();
        u[j] = a[order.get(j)].clone();
        double sign = Matrices.sign(turned[j]);
        s[0][j] = Math.sqrt(dot(u[j], u[j]));
        for (int i = 0; i < n; i++) {
          turned[j][i] *= sign;
        }
        // What is nothing but rounding has no direction of its own.
        if (s[0][j] > 1e-15 * m * s[0][0]) {
          for (int i = 0; i < m; i++) {
            u[j][i] *= sign / s[0][j];
          }
        } else {
          u[j] = beside(u, j, m);
        }
      }
      Matrices.put(out.get(0), number, Matrices.transposed(u, m));
      Matrices.put(out.get(1), number, s);
      Matrices.put(out.get(2), number, Matrices.transposed(turned, n));
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** Makes all pairs of rows orthogonal, one after the other; whether there was anything to do. */
  private static boolean sweep(double[][] a, double[][] v) {
    boolean turned = false;
    for (int p = 0; p < a.length; p++) {
      for (int q = p + 1; q < a.length; q++) {
        double xx = dot(a[p], a[p]);
        double yy = dot(a[q], a[q]);
        double xy = dot(a[p], a[q]);
        if (Math.abs(xy) > 1e-16 * Math.sqrt(xx * yy)) {
          double cot = (yy - xx) / (2 * xy);
          double tan = Math.copySign(1, cot) / (Math.abs(cot) + Math.hypot(cot, 1));
          double cos = 1 / Math.hypot(tan, 1);
          for (var matrix : List.of(a, v)) {
            for (int k = 0; k < matrix[p].length; k++) {
              double x = matrix[p][k];
              matrix[p][k] = cos * (x - tan * matrix[q][k]);
              matrix[q][k] = cos * (matrix[q][k] + tan * x);
            }
          }
          turned = true;
        }
      }
    }
    return turned;
  }

  /** A line of length 1 that is orthogonal to the first lines. */
  private static double[] beside(double[][] lines, int count, int size) {
    double[] best = null;
    double longest = 0;
    for (int axis = 0; axis < size; axis++) {
      var x = new double[size];
      x[axis] = 1;
      for (int again = 0; again < 2; again++) {
        for (int j = 0; j < count; j++) {
          double along = dot(x, lines[j]);
          for (int i = 0; i < size; i++) {
            x[i] -= along * lines[j][i];
          }
        }
      }
      double length = Math.sqrt(dot(x, x));
      if (length > 1.5 * longest) {
        longest = length;
        best = x;
      }
    }
    for (int i = 0; i < size; i++) {
      best[i] /= longest;
    }
    return best;
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  /**
   * With K = 1 / (sⱼ² − sᵢ²): U · ((K ∘ (UᵀŪ − ŪᵀU)) · S + S · (K ∘ (VᵀV̄ − V̄ᵀV)) + diag(s̄)) · Vᵀ + (I − UUᵀ) · Ū ·
   * S⁻¹ · Vᵀ (Townsend 2016).
   */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var u = call.out(0);
    var s = call.out(1);
    var v = call.out(2);
    var dv = Matrices.orZero(b, dOut.get(2), v);
    var gaps = Matrices.gaps(b, b.mul(s, s));
    var ofV = b.mul(gaps, twist(b, v, dv));
    var turned = b.transposeLast(Matrices.scaled(b, b.transposeLast(ofV), s));
    var lengths = Matrices.scaled(b, Matrices.part(b, b.like(v, 1), BinaryFn.EQUAL), Matrices.orZero(b, dOut.get(1), s));
    var inner = b.add(turned, lengths);
    var aside = b.like(u, 0);
    if (dOut.get(0) != null) {
      inner = b.add(inner, Matrices.scaled(b, b.mul(gaps, twist(b, u, dOut.get(0))), s));
      var du = dOut.get(0);
      var outside = b.sub(du, Matrices.product(b, u, b.transposeLast(u), du));
      aside = Matrices.scaled(b, outside, b.div(b.like(s, 1), s));
    }
    return List.of(Matrices.product(b, b.add(Matrices.product(b, u, inner), aside), b.transposeLast(v)));
  }

  /** XᵀX̄ − X̄ᵀX. */
  private static Value twist(Builder b, Value x, Value dx) {
    var product = Matrices.product(b, b.transposeLast(x), dx);
    return b.sub(product, b.transposeLast(product));
  }
}
