package dev.gatun.bench;

/** A measurement that gave no figure: a result was wrong, or the process that measured failed. */
public final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    super(message);
  }

  BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
