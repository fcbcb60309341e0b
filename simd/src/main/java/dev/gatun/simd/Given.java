package dev.gatun.simd;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers that a user sets by a property of the JVM, such as {@code -Dgatun.machine=level1=49152,level2=2097152}. */
final class Given {
  private Given() {}

  /**
   * The numbers of a property by name; none if it is not set.
   *
   * @param names that may occur
   * @throws IllegalArgumentException if another name occurs, or something that is no positive number
   */
  static Map<String, Double> numbers(String property, Collection<String> names) {
    var numbers = new LinkedHashMap<String, Double>();
    var text = System.getProperty(property, "");
    for (var part : text.isBlank() ? new String[0] : text.split(",")) {
      int equals = part.indexOf('=');
      var name = equals < 0 ? part.strip() : part.substring(0, equals).strip();
      if (!names.contains(name)) {
        throw new IllegalArgumentException("-D" + property + ": there is no `" + name + "`, there are "
            + String.join(", ", names));
      }
      numbers.put(name, number(property, part, equals));
    }
    return numbers;
  }

  private static double number(String property, String part, int equals) {
    try {
      double number = equals < 0 ? 0 : Double.parseDouble(part.substring(equals + 1));
      if (number > 0 && Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as of any other number that will not do.
    }
    throw new IllegalArgumentException("-D" + property + ": `" + part.strip()
        + "` wants a number above 0, as NAME=1e9");
  }
}
