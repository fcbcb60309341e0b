package dev.gatun.tools.command;

/** A file that the user named cannot be used; the message names it and what mends it. */
final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputException(String message) {
    super(message);
  }

  InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
