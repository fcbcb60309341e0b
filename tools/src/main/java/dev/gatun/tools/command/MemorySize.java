package dev.gatun.tools.command;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An amount of memory, as typed or as the system allows it. */
record MemorySize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})([kmg]?)", Pattern.CASE_INSENSITIVE);

  /** Reads {@code 512m}, {@code 4G} or a number of bytes. */
  static final class Converter implements ITypeConverter<MemorySize> {
    @Override
    public MemorySize convert(String text) {
      var matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException("expected a size such as 512m or 4g, found " + text);
      }
      int shift = 10 * " kmg".indexOf((matcher.group(2) + " ").toLowerCase(java.util.Locale.ROOT).charAt(0));
      long count = Long.parseLong(matcher.group(1));
      return new MemorySize(count > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : count << shift);
    }
  }

  /** What this process may use in all: the machine's memory, or the limit of the container it runs in. */
  static long limit() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
  }

  /** What is left of it beside the largest Java heap. */
  static long available() {
    long limit = limit();
    return Math.max(limit / 2, limit - Runtime.getRuntime().maxMemory());
  }
}
