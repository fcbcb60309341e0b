package dev.gatun.ops;

import java.util.List;

/**
 * softmax(q · kᵀ · scale) · v over the last two axes (Vaswani et al. 2017, section 3.2.1): q [N, H, T, D],
 * k [N, H, S, D], v [N, H, S, E], and if masked a bool that broadcasts to [N, H, T, S], true where attending is
 * allowed.
 */
public record Attend(double scale, boolean masked) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    return List.of(b.matmul(weights(b, in), in.get(2)));
  }

  /** The attention weights alone: [N, H, T, S]. */
  public Value weights(Builder b, List<Value> in) {
    var scores = b.mul(b.matmul(in.get(0), b.transposeLast(in.get(1))), scale);
    if (masked) {
      var allowed = b.broadcast(in.get(3), scores.shape());
      scores = b.select(allowed, scores, b.like(scores, -1e30));
    }
    return b.apply(new Softmax(scores.rank() - 1), scores);
  }
}
