package dev.gatun.ops;

import java.util.List;

/**
 * e^(x − max) / Σ e^(x − max) along {@code axis}, as a product by 1 / Σ: a division for each row, not for each element,
 * where it would take as long as the exponential.
 */
public record Softmax(int axis) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    var shifted = b.sub(x, b.stopGradient(b.max(x, List.of(axis), true)));
    var e = b.exp(shifted);
    var sum = b.sum(e, List.of(axis), true);
    return List.of(b.mul(e, b.div(b.like(sum, 1), sum)));
  }
}
