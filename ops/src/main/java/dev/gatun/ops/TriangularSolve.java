package dev.gatun.ops;

import java.util.List;

/** (T, B) → X with T · X = B, by substitution; of T only the triangle is read. */
public record TriangularSolve(boolean lower) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    Types.sameDType(this, in);
    Types.isFloat(this, in);
    Matrices.requireSquare(this, in, 0);
    Matrices.require(this, in, 1);
    var t = in.get(0);
    var right = in.get(1).shape();
    Types.require(right.rank() == t.shape().rank()
        && Matrices.sized(t, right.size(-2), right.size(-1)).shape().equals(right)
        && right.size(-2) == t.shape().size(-1), this, in,
        "wants as many rows on the right, and leading axes that agree");
    return List.of(in.get(1));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    for (int number = 0; number < Matrices.count(in.getFirst()); number++) {
      var t = Matrices.get(in.get(0), number);
      var x = Matrices.get(in.get(1), number);
      for (int step = 0; step < t.length; step++) {
        int i = lower ? step : t.length - 1 - step;
        for (int column = 0; column < x[i].length; column++) {
          double sum = x[i][column];
          for (int k = lower ? 0 : i + 1; k < (lower ? i : t.length); k++) {
            sum -= t[i][k] * x[k][column];
          }
          x[i][column] = sum / t[i][i];
        }
      }
      Matrices.put(out.getFirst(), number, x);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  /** With G = T⁻ᵀ · X̄: G for B, and the triangle of −G · Xᵀ for T. */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var right = Matrices.solve(b, !lower, b.transposeLast(call.in(0)), dOut.getFirst());
    var whole = b.neg(Matrices.product(b, right, b.transposeLast(call.out(0))));
    return List.of(Matrices.part(b, whole, lower ? BinaryFn.GREATER_EQUAL : BinaryFn.LESS_EQUAL), right);
  }
}
