package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * (index, part) → a tensor of {@code shape}, zero but where parts are added: the transpose of {@link Gather}. Parts
 * that meet are added in ascending order of their position.
 */
public record ScatterAdd(Shape shape, int axis, int batch) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    Gather.check(this, in, shape, in.get(0), axis, batch);
    var part = Gather.result(shape, in.get(0).shape(), axis, batch);
    Types.require(in.get(1).shape().equals(part), this, in, "wants parts of " + part);
    Types.computes(this, in);
    return List.of(in.get(1).withShape(shape));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Gather.walk(label(), shape, in.get(0), axis, batch,
        (x, part) -> out.getFirst().set(x, out.getFirst().at(x) + in.get(1).at(part)));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return Arrays.asList(null, b.apply(new Gather(axis, batch), dOut.getFirst(), call.in(0)));
  }
}
