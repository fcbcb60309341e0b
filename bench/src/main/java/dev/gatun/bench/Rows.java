package dev.gatun.bench;

/**
 * A function of each row of f32[rows, columns], and its gradients if asked for.
 *
 * @param gradient whether the gradients of all operands are computed as well
 */
public record Rows(Function function, int rows, int columns, boolean gradient) implements Written {
  /** What is done to a row. */
  public enum Function {
    LAYER_NORM("layer_norm"), SOFTMAX("softmax"), GELU("gelu"), CROSS_ENTROPY("cross_entropy");

    private final String label;

    Function(String label) {
      this.label = label;
    }
  }

  @Override
  public String name() {
    return function.label + (gradient ? " and gradient" : "") + ", " + rows + "×" + columns;
  }

  @Override
  public String text() {
    var x = "x: f32[" + rows + ", " + columns + "]";
    var dy = gradient ? ", dy: f32[" + rows + ", " + columns + "]" : "";
    return switch (function) {
      case LAYER_NORM -> "model rows(" + x + ", w: f32[" + columns + "], b: f32[" + columns + "]" + dy + ") {\n"
          + "  mean, variance = moments(x, axis = -1, keepdims = true)\n"
          + "  output y = (x - mean) * rsqrt(variance + 1e-5) * w + b\n"
          + (gradient ? gradients("sum(y * dy)", "x", "w", "b") : "") + "}\n";
      case SOFTMAX, GELU -> "model rows(" + x + dy + ") {\n  output y = " + function.label + "(x)\n"
          + (gradient ? gradients("sum(y * dy)", "x") : "") + "}\n";
      case CROSS_ENTROPY -> "model rows(" + x + ", label: i32[" + rows + "]) {\n  output y = cross_entropy(x, label)\n"
          + (gradient ? gradients("y", "x") : "") + "}\n";
    };
  }

  private static String gradients(String loss, String... operands) {
    var text = new StringBuilder("  loss = " + loss + "\n");
    for (var operand : operands) {
      text.append("  output d").append(operand).append(" = gradient(loss, ").append(operand).append(")\n");
    }
    return text.toString();
  }

  @Override
  public java.util.List<String> outputs() {
    return !gradient ? java.util.List.of("y") : function == Function.LAYER_NORM
        ? java.util.List.of("y", "dx", "dw", "db") : java.util.List.of("y", "dx");
  }

  @Override
  public int classes() {
    return columns;
  }

  @Override
  public double flops() {
    return 0;
  }
}
