package dev.gatun.tools.command;

import java.util.Locale;

/** How measured numbers are shown. */
final class Metrics {
  private static final double LARGE = 1e6;

  private Metrics() {}

  /** For instance {@code accuracy 98.61 %}. */
  static String text(String name, double value) {
    return name.equals("accuracy") ? String.format(Locale.ROOT, "%s %.2f %%", name, 100 * value)
        : name + " " + number(value);
  }

  /** Four digits after the point, or four in all where that would be a long row of them. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < LARGE ? "%.4f" : "%.3e", value);
  }
}
