package dev.gatun.bench;

/** y = the sums of the rows of f32[rows, columns]. */
public record Total(int rows, int columns) implements Written {
  @Override
  public String name() {
    return "sum of rows, " + rows + "×" + columns;
  }

  @Override
  public String text() {
    return "model total(x: f32[" + rows + ", " + columns + "]) { output y = sum(x, axis = -1) }";
  }

  @Override
  public double flops() {
    return 0;
  }

  @Override
  public double peak(Roofline roofline) {
    return roofline.read();
  }
}
