package dev.gatun.bench;

import java.util.List;

/**
 * y = softmax(q · kᵀ / √size) · v for each of {@code heads} heads, all f32[heads, length, size], and its gradients if
 * asked for.
 */
public record Attention(int heads, int length, int size, boolean gradient) implements Written {
  @Override
  public String name() {
    return (gradient ? "forward and backward, " : "forward, ") + heads + " heads, " + length + "×" + size;
  }

  @Override
  public String text() {
    var type = ": f32[" + heads + ", " + length + ", " + size + "]";
    return "model attention(q" + type + ", k" + type + ", v" + type + (gradient ? ", dy" + type : "") + ") {\n"
        + "  output y = softmax(q @ transpose(k, [0, 2, 1]) * " + Math.pow(size, -0.5) + ") @ v\n"
        + (gradient ? "  loss = sum(y * dy)\n  output dq = gradient(loss, q)\n  output dk = gradient(loss, k)\n"
        + "  output dv = gradient(loss, v)\n" : "") + "}\n";
  }

  @Override
  public List<String> outputs() {
    return gradient ? List.of("y", "dq", "dk", "dv") : List.of("y");
  }

  /** Two products forward, four more backward. */
  @Override
  public double flops() {
    return (gradient ? 6 : 2) * 2.0 * heads * length * length * size;
  }
}
