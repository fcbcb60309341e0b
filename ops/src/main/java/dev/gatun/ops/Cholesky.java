package dev.gatun.ops;

import java.util.List;

/**
 * A → L, lower triangular with positive diagonal, A = L · Lᵀ; of A only the lower triangle is read. Where A is not
 * positive definite, NaN stands in the result from there on. Gradient: Murray 2016, Differentiation of the Cholesky
 * decomposition.
 */
public record Cholesky() implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    Matrices.requireSquare(this, in, 0);
    return in;
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    for (int number = 0; number < Matrices.count(in.getFirst()); number++) {
      var a = Matrices.get(in.getFirst(), number);
      var l = new double[a.length][a.length];
      for (int j = 0; j < a.length; j++) {
        for (int i = j; i < a.length; i++) {
          double sum = a[i][j];
          for (int k = 0; k < j; k++) {
            sum -= l[i][k] * l[j][k];
          }
          l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
        }
      }
      Matrices.put(out.getFirst(), number, l);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  /** With P = the lower half of Lᵀ·L̄, its diagonal halved: L⁻ᵀ · P · L⁻¹. */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var l = call.out(0);
    var product = Matrices.product(b, b.transposeLast(l), dOut.getFirst());
    var half = b.add(Matrices.part(b, product, BinaryFn.GREATER),
        b.mul(Matrices.part(b, product, BinaryFn.EQUAL), 0.5));
    var whole = Matrices.solveRight(b, true, l, Matrices.solve(b, false, b.transposeLast(l), half));
    return List.of(Matrices.toLower(b, whole));
  }
}
