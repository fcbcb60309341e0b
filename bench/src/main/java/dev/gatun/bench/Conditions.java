package dev.gatun.bench;

import dev.gatun.graph.Machines;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Under what conditions figures were taken.
 *
 * @param flags those of the JVM that may change a figure
 * @param machine which of our machines ran, and why
 */
public record Conditions(String date, String processor, int cores, String system, String java, String flags,
    String machine) {

  /** Those of this process. */
  public static Conditions here() {
    var flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-X") || flag.startsWith("--add-modules"))
        .collect(Collectors.joining(" "));
    return new Conditions(LocalDate.now(ZoneOffset.UTC).toString(), processorName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.vendor") + " " + Runtime.version(), flags, Machines.best().description());
  }

  /** As Linux names it; elsewhere the instruction set alone. */
  private static String processorName() {
    var file = Path.of("/proc/cpuinfo");
    try (var lines = Files.lines(file)) {
      var facts = lines.takeWhile(line -> !line.isBlank()).filter(line -> line.contains(":"))
          .collect(Collectors.toMap(line -> line.substring(0, line.indexOf(':')).strip(),
              line -> line.substring(line.indexOf(':') + 1).strip(), (first, second) -> first));
      return String.format(Locale.ROOT, "%s (family %s, model %s)", facts.getOrDefault("model name", "unnamed"),
          facts.getOrDefault("cpu family", "?"), facts.getOrDefault("model", "?"));
    } catch (IOException noSuchFile) {
      return System.getProperty("os.arch");
    }
  }

  /** One line. */
  public String text() {
    return date + ", " + processor + ", " + cores + " cores, " + system + ", Java " + java + ", " + flags + "; "
        + machine;
  }
}
