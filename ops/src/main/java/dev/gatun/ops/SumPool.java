package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/**
 * The sum under each window, padding counting as 0. Transposed: each number is added to all places under its window.
 *
 * @param data shape of the larger side: [N, C, spatial…]
 */
public record SumPool(Shape data, Geometry geometry, boolean transposed) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    var pooled = Windows.output(this, in, in.getFirst().withShape(data), geometry);
    var from = transposed ? pooled.shape() : data;
    Types.require(in.getFirst().shape().equals(from), this, in, "wants an operand of " + from);
    return List.of(transposed ? in.getFirst().withShape(data) : pooled);
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = in.getFirst();
    var y = out.getFirst();
    var kernel = geometry.kernelShape();
    Windows.forEach(data, geometry, (plane, number, output, from) ->
        Grid.forEach(kernel, (tap, ignored) -> {
          long at = geometry.position(output, tap, from);
          if (at >= 0) {
            long big = plane * from.elements() + at;
            long to = transposed ? big : number;
            y.set(to, y.at(to) + x.at(transposed ? number : big));
          }
        }));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return List.of(b.apply(new SumPool(data, geometry, !transposed), dOut.getFirst()));
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    if (geometry.rank() <= 2) {
      return null;
    }
    return transposed ? Volumes.spread(b, geometry, data, in.getFirst()) : Volumes.sum(b, geometry, in.getFirst());
  }
}
