package dev.gatun.ops;

/** A gather or scatter met an index outside its axis; names the op, the index, the range and where the op stands. */
public final class IndexException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public IndexException(String op, long index, long size) {
    this(op + ": index " + index + " is not in 0.." + (size - 1));
  }

  private IndexException(String message) {
    super(message);
  }

  /** The same, saying where the op stands. */
  public IndexException at(String origin) {
    return origin.isEmpty() ? this : new IndexException(getMessage() + " · at " + origin);
  }
}
