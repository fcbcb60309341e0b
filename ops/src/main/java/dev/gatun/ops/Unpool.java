package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Moves numbers by the positions that {@link MaxPool} gave. Plain: (y, positions) → x of shape {@code data}, each
 * number added where its window's winner stood. Transposed: (x, positions) → y, each window reads its winner's place.
 *
 * @param data shape of x: [N, C, spatial…]
 */
public record Unpool(Shape data, Geometry geometry, boolean transposed) implements Op.Primitive {
  private Shape pooled() {
    return Geometry.shape(data.size(0), data.size(1), geometry.outputs(Geometry.spatial(data)));
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    Types.require(in.getFirst().dtype() == DType.F32 || in.getFirst().dtype() == DType.F64, this, in,
        "wants f32 or f64");
    var from = transposed ? data : pooled();
    Types.require(in.get(0).shape().equals(from), this, in, "wants a first operand of " + from);
    Types.require(in.get(1).equals(new TensorType(DType.I32, pooled())), this, in,
        "wants i32 positions of " + pooled());
    return List.of(in.getFirst().withShape(transposed ? pooled() : data));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Windows.forEach(data, geometry, (plane, number, output, from) -> {
      long at = plane * from.elements() + (long) in.get(1).at(number);
      if (transposed) {
        out.getFirst().set(number, in.getFirst().at(at));
      } else {
        out.getFirst().set(at, out.getFirst().at(at) + in.getFirst().at(number));
      }
    });
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return Arrays.asList(b.apply(new Unpool(data, geometry, !transposed), dOut.getFirst(), call.in(1)), null);
  }
}
