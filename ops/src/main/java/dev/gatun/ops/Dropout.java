package dev.gatun.ops;

import java.util.List;

/**
 * (x, k0, k1) → x / (1 − rate) where a draw of the key is at least rate, else 0; the kept mask is a value of the graph.
 */
public record Dropout(double rate) implements Op.Composite {
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout's rate must be in [0, 1), found " + rate);
    }
  }

  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    if (rate == 0) {
      return List.of(x);
    }
    var draw = b.apply(new Random(x.shape(), 0, x.dtype()), in.get(1), in.get(2));
    var keep = b.greaterEqual(draw, b.like(draw, rate));
    return List.of(b.select(keep, b.mul(x, 1 / (1 - rate)), b.like(x, 0)));
  }
}
