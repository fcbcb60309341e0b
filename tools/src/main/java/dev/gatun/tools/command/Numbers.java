package dev.gatun.tools.command;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the numbers on a command line, and says what was expected in words that are not Java's. */
final class Numbers {
  private Numbers() {}

  static void register(CommandLine line) {
    ITypeConverter<Integer> ints = reader(Integer::valueOf, whole(Integer.MIN_VALUE, Integer.MAX_VALUE));
    line.registerConverter(Integer.class, ints);
    line.registerConverter(int.class, ints);
    line.registerConverter(Long.class, reader(Long::valueOf, whole(Long.MIN_VALUE, Long.MAX_VALUE)));
    line.registerConverter(Double.class, reader(Double::valueOf, "a number"));
  }

  private static String whole(long least, long most) {
    return "a whole number from " + least + " to " + most;
  }

  private static <T> ITypeConverter<T> reader(Function<String, T> parse, String expected) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("expected " + expected + ", found " + text);
      }
    };
  }
}
