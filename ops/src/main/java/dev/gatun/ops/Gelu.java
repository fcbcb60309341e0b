package dev.gatun.ops;

import java.util.List;

/**
 * x · Φ(x) (Hendrycks and Gimpel 2016), by erfc, since 1 + erf has lost what is small, or by their tanh approximation.
 */
public record Gelu(boolean approximate) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.getFirst();
    if (approximate) {
      var inner = b.mul(b.add(x, b.mul(b.mul(b.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return List.of(b.mul(b.mul(x, 0.5), b.add(b.tanh(inner), 1)));
    }
    return List.of(b.mul(b.mul(x, 0.5), b.unary(UnaryFn.ERFC, b.mul(x, -Math.sqrt(0.5)))));
  }
}
