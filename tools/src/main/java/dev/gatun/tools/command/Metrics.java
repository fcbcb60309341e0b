package dev.gatun.tools.command;

import java.util.Locale;

/** How measured numbers are shown. */
final class Metrics {
  private Metrics() {}

  /** For instance {@code accuracy 98.61 %}. */
  static String text(String name, double value) {
    return name.equals("accuracy") ? String.format(Locale.ROOT, "%s %.2f %%", name, 100 * value)
        : String.format(Locale.ROOT, "%s %.4f", name, value);
  }
}
