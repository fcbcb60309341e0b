package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/** The mean under each window; padding counts as zeros if {@code countPad}, else the mean is over what lies inside. */
public record AveragePool(Geometry geometry, boolean countPad) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    var sum = b.apply(new SumPool(x.shape(), geometry, false), x);
    boolean padded = geometry.padLow().stream().anyMatch(p -> p > 0)
        || geometry.padHigh().stream().anyMatch(p -> p > 0);
    if (countPad || !padded) {
      return List.of(b.mul(sum, 1.0 / geometry.kernelShape().elements()));
    }
    var plane = Geometry.shape(1, 1, Geometry.spatial(x.shape()));
    var count = b.apply(new SumPool(plane, geometry, false), b.constant(x.type().withShape(plane), 1));
    return List.of(b.div(sum, b.broadcast(count, sum.shape())));
  }
}
