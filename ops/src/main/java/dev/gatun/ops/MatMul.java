package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * out[…, m, n] = Σₖ a[…, m, k] · b[…, k, n]; the leading axes agree. Transposed operands are views, so there are no
 * flags; {@link Builder#matmul} broadcasts the leading axes. Products of i8 and u8, in any pairing, are exact in i32;
 * there may be as many terms as never leave it.
 */
public record MatMul() implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    boolean whole = in.stream().allMatch(type -> magnitude(type.dtype()) > 0);
    if (!whole) {
      Types.sameDType(this, in);
      Types.isFloat(this, in);
    }
    var a = in.get(0).shape();
    var b = in.get(1).shape();
    int rank = a.rank();
    Types.require(rank >= 2 && rank == b.rank(), this, in, "wants operands of one rank, at least 2");
    for (int i = 0; i < rank - 2; i++) {
      Types.require(a.size(i) == b.size(i), this, in, "axis " + i + " must agree");
    }
    Types.require(a.size(-1) == b.size(-2), this, in,
        "the columns of the first, " + a.size(-1) + ", must be the rows of the second, " + b.size(-2));
    long most = whole ? Integer.MAX_VALUE / (magnitude(in.get(0).dtype()) * magnitude(in.get(1).dtype()))
        : Long.MAX_VALUE;
    Types.require(a.size(-1) <= most, this, in, "sums of more than " + most + " such products can leave i32");
    var type = in.getFirst().withShape(Types.with(a, rank - 1, b.size(-1)));
    return List.of(whole ? type.withDType(DType.I32) : type);
  }

  /** The largest absolute value of a type of 8 bits; 0 for all others. */
  private static int magnitude(DType dtype) {
    return switch (dtype) {
      case I8 -> 128;
      case U8 -> 255;
      case F32, F64, F16, BF16, I64, I32, BOOL -> 0;
    };
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var a = in.get(0);
    var b = in.get(1);
    int m = (int) a.type().shape().size(-2);
    int k = (int) a.type().shape().size(-1);
    int n = (int) b.type().shape().size(-1);
    var result = out.getFirst();
    for (int at = 0; at < result.data().length; at++) {
      int batch = at / (m * n);
      int row = at / n % m;
      double sum = 0;
      for (int i = 0; i < k; i++) {
        sum += a.at((batch * m + row) * (long) k + i) * b.at((batch * k + i) * (long) n + at % n);
      }
      result.set(at, sum);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var dy = dOut.getFirst();
    return List.of(b.apply(this, dy, transposed(b, call.in(1))), b.apply(this, transposed(b, call.in(0)), dy));
  }

  private static Value transposed(Builder b, Value x) {
    var order = new ArrayList<Integer>();
    for (int i = 0; i < x.rank() - 2; i++) {
      order.add(i);
    }
    order.add(x.rank() - 1);
    order.add(x.rank() - 2);
    return b.transpose(x, order);
  }
}
