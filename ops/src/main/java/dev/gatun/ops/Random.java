package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * out[i] = the first word of Threefry-2x32-20 with key (k0, k1), two i32 scalars, and counter (row-major number of i,
 * stream): an i32, or its top 24 bits as a float in [0, 1). At most 2³² elements.
 *
 * @param stream separates draws that share a key
 */
public record Random(Shape shape, int stream, DType dtype) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    for (var key : in) {
      Types.require(key.equals(TensorType.scalar(DType.I32)), this, in, "wants two i32[] as key");
    }
    Types.require(dtype == DType.I32 || dtype == DType.F32 || dtype == DType.F64, this, in, "gives i32, f32 or f64");
    Types.require(shape.elements() <= 1L << 32, this, in, "draws at most 2^32 numbers");
    return List.of(new TensorType(dtype, shape));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    int k0 = (int) in.get(0).at(0);
    int k1 = (int) in.get(1).at(0);
    var result = out.getFirst().data();
    for (int i = 0; i < result.length; i++) {
      int word = (int) Threefry.draw(k0, k1, i, stream);
      result[i] = dtype == DType.I32 ? word : Threefry.unit(word);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var strides = Arrays.stream(shape.rowMajorStrides()).boxed().toList();
    var draw = new Expr.Draw(new Expr.Input(0, DType.I32), new Expr.Input(1, DType.I32),
        new Expr.Position(0, strides), stream, dtype);
    var key = new TensorType(DType.I32, shape);
    return new KernelSpec.Map(shape, List.of(key, key), List.of(draw));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return Arrays.asList(null, null);
  }

  @Override
  public Op.Primitive withFloat(DType other) {
    return dtype.isFloat() ? new Random(shape, stream, other) : this;
  }
}
