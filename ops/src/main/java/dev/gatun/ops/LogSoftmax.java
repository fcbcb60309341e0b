package dev.gatun.ops;

import java.util.List;

/** x − max − log Σ e^(x − max) along {@code axis}. */
public record LogSoftmax(int axis) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    var shifted = b.sub(x, b.stopGradient(b.max(x, List.of(axis), true)));
    return List.of(b.sub(shifted, b.log(b.sum(b.exp(shifted), List.of(axis), true))));
  }
}
