package dev.gatun.tools.command;

/** The command line asks for something that does not exist or does not fit; the message says what does. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
