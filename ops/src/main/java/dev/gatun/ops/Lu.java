package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;

/**
 * A [m, n], m ≥ n → (F [m, n], p i32[m]): elimination with the largest entry of a column as pivot, the first of equals.
 * Row p[i] of A is row i of L · U; U stands on and above F's diagonal, L below it, whose own diagonal is 1.
 */
public record Lu() implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    Matrices.requireTall(this, in);
    var type = in.getFirst();
    return List.of(type, Matrices.lines(type, type.shape().size(-2)).withDType(DType.I32));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    for (int number = 0; number < Matrices.count(in.getFirst()); number++) {
      var a = Matrices.get(in.getFirst(), number);
      var order = new double[1][a.length];
      Arrays.setAll(order[0], i -> i);
      for (int j = 0; a.length > 0 && j < a[0].length; j++) {
        int pivot = j;
        for (int i = j + 1; i < a.length; i++) {
          pivot = Math.abs(a[i][j]) > Math.abs(a[pivot][j]) ? i : pivot;
        }
        var row = a[j];
        a[j] = a[pivot];
        a[pivot] = row;
        double place = order[0][j];
        order[0][j] = order[0][pivot];
        order[0][pivot] = place;
        for (int i = j + 1; i < a.length; i++) {
          a[i][j] = a[j][j] == 0 ? 0 : a[i][j] / a[j][j];
          for (int k = j + 1; k < a[i].length; k++) {
            a[i][k] -= a[i][j] * a[j][k];
          }
        }
      }
      Matrices.put(out.get(0), number, a);
      Matrices.put(out.get(1), number, order);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  /**
   * With L₁ the first n rows of L and L₂ the others: there L₁⁻ᵀ · (what of L₁ᵀ·L̄₁ is under the diagonal + what of
   * Ū·Uᵀ − L₂ᵀ·L̄₂ is not) · U⁻ᵀ, below L̄₂ · U⁻ᵀ. Then rows go back to where they came from.
   */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var factors = call.out(0);
    if (dOut.getFirst() == null) {
      return Arrays.asList((Value) null);
    }
    int rows = factors.rank() - 2;
    long m = factors.shape().size(-2);
    long n = factors.shape().size(-1);
    var top = b.slice(factors, rows, 0, n);
    var below = b.slice(factors, rows, n, m - n);
    var dTop = b.slice(dOut.getFirst(), rows, 0, n);
    var dBelow = b.slice(dOut.getFirst(), rows, n, m - n);
    var upper = Matrices.part(b, top, BinaryFn.LESS_EQUAL);
    var lower = b.add(Matrices.part(b, top, BinaryFn.GREATER), Matrices.part(b, b.like(top, 1), BinaryFn.EQUAL));
    var dUpper = b.sub(Matrices.product(b, Matrices.part(b, dTop, BinaryFn.LESS_EQUAL), b.transposeLast(upper)),
        Matrices.product(b, b.transposeLast(below), dBelow));
    var dLower = Matrices.product(b, b.transposeLast(lower), Matrices.part(b, dTop, BinaryFn.GREATER));
    var inner = b.add(Matrices.part(b, dUpper, BinaryFn.LESS_EQUAL), Matrices.part(b, dLower, BinaryFn.GREATER));
    var left = Matrices.solve(b, false, b.transposeLast(lower), inner);
    var whole = Matrices.solveRight(b, true, b.transposeLast(upper), b.concat(List.of(left, dBelow), rows));
    return List.of(b.apply(new ScatterAdd(whole.shape(), rows, rows), call.out(1), whole));
  }
}
