package dev.gatun.ops;

import java.util.List;

/** e^(x − max) / Σ e^(x − max) along {@code axis}. */
public record Softmax(int axis) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    var shifted = b.sub(x, b.stopGradient(b.max(x, List.of(axis), true)));
    var e = b.exp(shifted);
    return List.of(b.div(e, b.sum(e, List.of(axis), true)));
  }
}
