package dev.gatun.bench;

import java.util.Locale;

/** How sizes are written. */
final class Sizes {
  private Sizes() {}

  /** In KiB or MiB. */
  static String bytes(long bytes) {
    return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }

  /** Three significant digits or more. */
  static String milliseconds(double seconds) {
    double ms = 1e3 * seconds;
    return String.format(Locale.ROOT, ms < 0.01 ? "%.5f" : ms < 1 ? "%.4f" : ms < 100 ? "%.2f" : "%.1f", ms);
  }
}
