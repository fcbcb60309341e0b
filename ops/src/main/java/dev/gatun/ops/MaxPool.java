package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;

/**
 * The largest number under each window, NaN if any is NaN; padding never wins.
 *
 * @param positions whether the second result is wanted: the row-major spatial position of the winner, the first of
 *     equals, as i32
 */
public record MaxPool(Geometry geometry, boolean positions) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.isFloat(this, in);
    var type = Windows.output(this, in, in.getFirst(), geometry);
    return positions ? List.of(type, type.withDType(DType.I32)) : List.of(type);
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var kernel = geometry.kernelShape();
    Windows.forEach(in.getFirst().type().shape(), geometry, (plane, outAt, output, from) -> {
      var best = new double[] {Double.NEGATIVE_INFINITY};
      var where = new long[] {-1};
      Grid.forEach(kernel, (tap, number) -> {
        long at = geometry.position(output, tap, from);
        if (at >= 0) {
          double x = in.getFirst().at(plane * from.elements() + at);
          if (where[0] < 0 || x > best[0] || Double.isNaN(x) && !Double.isNaN(best[0])) {
            best[0] = x;
            where[0] = at;
          }
        }
      });
      out.getFirst().set(outAt, best[0]);
      if (positions) {
        out.get(1).set(outAt, where[0]);
      }
    });
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public Op.Primitive withResiduals() {
    return new MaxPool(geometry, true);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return dOut.getFirst() == null ? Arrays.asList((Value) null)
        : List.of(b.apply(new Unpool(call.in(0).shape(), geometry, false), dOut.getFirst(), call.out(1)));
  }

  /** max_pool(max(x, c)) = max(max_pool(x), c): what only clamps is done on the smaller tensor. Volumes as planes. */
  @Override
  public Value simplify(Builder b, List<Value> in) {
    var node = in.getFirst().node();
    if (!positions && node.op() instanceof Binary binary && binary.fn() == BinaryFn.MAX
        && node.inputs().get(1).node().op() instanceof Constant c && c.isUniform()) {
      var pooled = b.apply(this, node.inputs().get(0));
      return b.maximum(pooled, b.like(pooled, c.value()));
    }
    return !positions && geometry.rank() > 2 ? Volumes.max(b, geometry, in.getFirst()) : null;
  }
}
