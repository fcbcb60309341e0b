package dev.gatun.bench;

import java.util.Locale;

/**
 * y = a · b of f32: {@code batch} products of [m, k] by [k, n].
 *
 * @param name where the product comes from, or null
 * @param transposedA whether a is given as [k, m]
 * @param transposedB whether b is given as [n, k]
 * @param constant whether b is the model's, and stays as it is from run to run
 */
public record Product(String origin, int batch, int m, int n, int k, boolean transposedA, boolean transposedB,
    boolean constant) implements Written {
  /** A product of two matrices as they are. */
  public static Product of(String origin, int m, int n, int k) {
    return new Product(origin, 1, m, n, k, false, false, false);
  }

  /** The same with the right matrix given as [n, k], as a linear layer has its weight. */
  public Product byWeight() {
    return new Product(origin, batch, m, n, k, transposedA, true, constant);
  }

  /** The same with the left matrix given as [k, m], as a gradient of a weight has it. */
  public Product ofGradient() {
    return new Product(origin, batch, m, n, k, true, transposedB, constant);
  }

  /** The same with a right matrix that stays: who packs it does so once. */
  public Product withConstant() {
    return new Product(origin, batch, m, n, k, transposedA, transposedB, true);
  }

  @Override
  public String name() {
    var form = (transposedA ? "T" : "N") + (transposedB ? "T" : "N");
    return (origin.isEmpty() ? "" : origin + " ") + (batch == 1 ? "" : batch + " × ")
        + (m == n && n == k ? m + "³" : m + "×" + n + "×" + k) + (form.equals("NN") ? "" : " " + form);
  }

  @Override
  public String text() {
    var entries = batch == 1 ? "" : batch + ", ";
    var order = batch == 1 ? "" : ", [0, 2, 1]";
    var b = String.format(Locale.ROOT, "b: f32[%s%s]", entries, transposedB ? n + ", " + k : k + ", " + n);
    return String.format(Locale.ROOT, "model product(a: f32[%s%s]%s) { %soutput y = %s @ %s }",
        entries, transposedA ? k + ", " + m : m + ", " + k, constant ? "" : ", " + b,
        constant ? "param " + b + " = 0; " : "", transposedA ? "transpose(a" + order + ")" : "a",
        transposedB ? "transpose(b" + order + ")" : "b");
  }

  @Override
  public double flops() {
    return 2.0 * batch * m * n * k;
  }
}
