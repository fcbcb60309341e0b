package dev.gatun.ops;

import java.util.List;

/** Mean and biased variance over {@code axes}, which keep size 1; the variance by a second pass over x − mean. */
public record Moments(List<Integer> axes) implements Op.Composite {
  public Moments {
    axes = List.copyOf(axes);
  }

  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    var mean = b.mean(x, axes, true);
    var centred = b.sub(x, mean);
    return List.of(mean, b.mean(b.mul(centred, centred), axes, true));
  }
}
