package dev.gatun.bench;

import dev.gatun.memory.DType;
import dev.gatun.ops.Expr;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * y = a · bᵀ where b [n, k] is a weight that is stored in few bits and stays. Weights of 8 bits multiply u8, in i32;
 * those of 16 bits f32.
 *
 * @param origin where the product comes from
 * @param weight i8, f16 or bf16
 */
public record Narrow(String origin, DType weight, int m, int n, int k) implements Written {
  /** What a is stored in. */
  public DType left() {
    return weight == DType.I8 ? DType.U8 : DType.F32;
  }

  @Override
  public String name() {
    return origin + " " + m + "×" + n + "×" + k + " by " + weight.label();
  }

  @Override
  public String text() {
    return String.format(Locale.ROOT,
        "model product(a: %s[%d, %d]) { state b: %s[%d, %d] = 0; output y = a @ transpose(%s) }",
        left(), m, k, weight, n, k, weight == DType.I8 ? "b" : "cast(b, f32)");
  }

  /**
   * Numbers that the operands' types hold. Weights of 8 bits use 7: on processors without VNNI peers add pairs of
   * products in 16 bits, which overflow.
   */
  @Override
  public Map<String, float[]> operands() {
    var operands = new LinkedHashMap<String, float[]>();
    if (weight == DType.I8) {
      operands.put("a", Numbers.whole(m * k, 256, 'a'));
      operands.put("b", Numbers.whole(n * k, 128, 'b'));
      shift(operands.get("b"), -64);
    } else {
      operands.put("a", Numbers.signed(m * k, 'a'));
      var b = Numbers.signed(n * k, 'b');
      for (int i = 0; i < b.length; i++) {
        b[i] = (float) Expr.convert(b[i], DType.F32, weight);
      }
      operands.put("b", b);
    }
    return operands;
  }

  private static void shift(float[] numbers, float by) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += by;
    }
  }

  @Override
  public double flops() {
    return 2.0 * m * n * k;
  }
}
