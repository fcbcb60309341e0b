package dev.gatun.ops;

import java.util.List;

/**
 * A [m, n], m ≥ n → (Q [m, n], R [n, n]): A = Q · R, the columns of Q orthonormal, R upper triangular, its diagonal
 * not negative. By reflections (Householder 1958), so that Q is orthonormal whatever A is; where a column hangs on
 * those before it, Q's is any that fits. Gradient: Walter, Lehmann, Lamour 2010.
 */
public record Qr() implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    Matrices.requireTall(this, in);
    var type = in.getFirst();
    long columns = type.shape().size(-1);
    return List.of(type, Matrices.sized(type, columns, columns));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    for (int number = 0; number < Matrices.count(in.getFirst()); number++) {
      var r = Matrices.get(in.getFirst(), number);
      int m = r.length;
      int n = (int) in.getFirst().type().shape().size(-1);
      var q = Matrices.identity(m);
      for (int j = 0; j < n; j++) {
        var mirror = new double[m];
        double square = 0;
        for (int i = j; i < m; i++) {
          mirror[i] = r[i][j];
          square += mirror[i] * mirror[i];
        }
        mirror[j] += Math.copySign(Math.sqrt(square), mirror[j]);
        reflect(mirror, r, false);
        reflect(mirror, q, true);
      }
      var first = new double[m][n];
      var upper = new double[n][n];
      for (int j = 0; j < n; j++) {
        double sign = r[j][j] < 0 ? -1 : 1;
        for (int i = 0; i < m; i++) {
          first[i][j] = sign * q[i][j];
        }
        for (int k = j; k < n; k++) {
          upper[j][k] = sign * r[j][k];
        }
      }
      Matrices.put(out.get(0), number, first);
      Matrices.put(out.get(1), number, upper);
    }
  }

  /** a − 2 v vᵀ a / vᵀv, or a − 2 a v vᵀ / vᵀv. */
  private static void reflect(double[] v, double[][] a, boolean rows) {
    double square = 0;
    for (double x : v) {
      square += x * x;
    }
    if (square == 0) {
      return;
    }
    for (int line = 0; line < (rows ? a.length : a[0].length); line++) {
      double along = 0;
      for (int i = 0; i < v.length; i++) {
        along += v[i] * (rows ? a[line][i] : a[i][line]);
      }
      for (int i = 0; i < v.length; i++) {
        a[rows ? line : i][rows ? i : line] -= 2 * along * v[i] / square;
      }
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  /** With M = R·R̄ᵀ − Q̄ᵀ·Q made symmetric from its lower triangle: (Q̄ + Q·M) · R⁻ᵀ. */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var q = call.out(0);
    var r = call.out(1);
    var dq = Matrices.orZero(b, dOut.get(0), q);
    var dr = Matrices.part(b, Matrices.orZero(b, dOut.get(1), r), BinaryFn.LESS_EQUAL);
    var m = b.sub(Matrices.product(b, r, b.transposeLast(dr)), Matrices.product(b, b.transposeLast(dq), q));
    var below = Matrices.part(b, m, BinaryFn.GREATER);
    var symmetric = b.add(b.add(below, b.transposeLast(below)), Matrices.part(b, m, BinaryFn.EQUAL));
    return List.of(Matrices.solveRight(b, true, b.transposeLast(r), b.add(dq, Matrices.product(b, q, symmetric))));
  }
}
