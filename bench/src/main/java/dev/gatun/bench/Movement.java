package dev.gatun.bench;

import java.util.List;

/** Work that moves or searches numbers and hardly computes, on f32[rows, columns]. */
public record Movement(Kind kind, int rows, int columns) implements Written {
  /** The numbers of a row that {@link Kind#TOP} finds. */
  public static final int LARGEST = 8;

  /** What is done. */
  public enum Kind {
    /** The transposed matrix, row-major. */
    TRANSPOSE("transpose"),
    /** Every second column, side by side. */
    SECOND_COLUMNS("every second column"),
    /** The sum of each column. */
    COLUMN_SUMS("sums of columns"),
    /** As many rows of a table as it has, by numbers drawn at random. */
    EMBEDDING("embedding"),
    /** The same, and the gradient of the table. */
    EMBEDDING_GRADIENT("embedding and gradient"),
    /** The largest numbers of each row, descending. */
    TOP("top " + LARGEST + " of each row");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  @Override
  public String name() {
    return kind.label + ", " + rows + "×" + columns;
  }

  @Override
  public String text() {
    var matrix = ": f32[" + rows + ", " + columns + "]";
    var index = ", index: i32[" + rows + "]";
    return "model movement(x" + matrix + switch (kind) {
      case TRANSPOSE -> ") { output y = transpose(x) }";
      case SECOND_COLUMNS -> ") { output y = x[:, ::2] }";
      case COLUMN_SUMS -> ") { output y = sum(x, axis = 0) }";
      case EMBEDDING -> index + ") { output y = gather(x, index) }";
      case EMBEDDING_GRADIENT -> index + ", dy" + matrix + ") {\n  output y = gather(x, index)\n  loss = sum(y * dy)\n"
          + "  output dx = gradient(loss, x)\n}";
      case TOP -> ") {\n  y, place = top_k(x, " + LARGEST + ")\n  output y = y\n}";
    };
  }

  @Override
  public List<String> outputs() {
    return kind == Kind.EMBEDDING_GRADIENT ? List.of("y", "dx") : List.of("y");
  }

  @Override
  public int classes() {
    return rows;
  }

  @Override
  public double flops() {
    return 0;
  }

  @Override
  public double peak(Roofline roofline) {
    return kind == Kind.COLUMN_SUMS || kind == Kind.TOP ? roofline.read() : roofline.copy();
  }
}
