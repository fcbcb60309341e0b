package dev.gatun.tools.data;

import java.nio.file.Path;

/** A data set cannot be used: a file of it is missing or breaks its format. The message says what mends it. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** @param message one sentence with the place and the remedy */
  public DataException(String message) {
    super(message);
  }

  DataException(Path file, String expected, String found) {
    super(file + ": expected " + expected + ", found " + found);
  }

  DataException(Path file, Exception cause) {
    super("cannot read " + file + ": " + cause.getMessage(), cause);
  }
}
