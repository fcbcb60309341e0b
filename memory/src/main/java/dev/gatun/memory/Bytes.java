package dev.gatun.memory;

import java.util.Locale;

/** Byte counts as people read them. */
public final class Bytes {
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Bytes() {}

  /**
   * For instance {@code 512 B}, {@code 1.5 KiB}, {@code 12.0 GiB}: binary units, one decimal, independent of locale.
   */
  public static String text(long bytes) {
    if (Math.abs(bytes) < 1024) {
      return bytes + " B";
    }
    double value = bytes / 1024.0;
    int unit = 0;
    while (Math.abs(value) >= 1023.95 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
