package dev.gatun.tools.command;

/** How a command ended. */
final class ExitCode {
  static final int GOOD = 0;
  /** A check failed, the result could not be printed, or something that should not happen did. */
  static final int FAILED = 1;
  /** The command line itself is wrong. */
  static final int USAGE = 2;
  /** A file is missing, damaged or not what it should be. */
  static final int BAD_INPUT = 3;
  /** The work does not fit the memory that it may use. */
  static final int OUT_OF_MEMORY = 4;
  /** Stopped by SIGTERM (128 + 15). */
  static final int TERMINATED = 143;

  private ExitCode() {}
}
