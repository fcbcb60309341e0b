package dev.gatun.tools.command;

import java.io.PrintWriter;

/** Progress of long work: one line that is redrawn on a terminal, now and then a plain line in a log. */
final class Progress {
  private static final int COLUMNS = 80;
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long LOG_NANOS = 10_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private long last = System.nanoTime();
  private boolean drawn;

  /** @param err null for silence */
  Progress(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Whether it is time to show something; asking costs next to nothing. */
  boolean isDue() {
    return err != null && System.nanoTime() - last >= (terminal ? REDRAW_NANOS : LOG_NANOS);
  }

  /** Shows a line, cut to the width of a terminal. */
  void show(String line) {
    last = System.nanoTime();
    if (terminal) {
      var cut = line.length() > COLUMNS - 1 ? line.substring(0, COLUMNS - 1) : line;
      err.print("\r" + cut + " ".repeat(COLUMNS - 1 - cut.length()));
      drawn = true;
    } else {
      err.println(line);
    }
    err.flush();
  }

  /** Clears the line, so that something else can be printed. */
  void clear() {
    if (drawn) {
      err.print("\r" + " ".repeat(COLUMNS - 1) + "\r");
      err.flush();
      drawn = false;
    }
  }
}
