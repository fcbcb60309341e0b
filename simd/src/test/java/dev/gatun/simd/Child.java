package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own, for what depends on flags or on what the compilers have done so far. */
final class Child {
  private Child() {
  }

  /** The lines that a test's {@code main} prints in a JVM of its own, which must end well. */
  static List<String> run(Class<?> main, List<String> flags, String... arguments)
      throws IOException, InterruptedException {
    var all = new ArrayList<>(flags);
    all.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    return runPlain(main, all, arguments);
  }

  /** Likewise without the Vector API. */
  static List<String> runPlain(Class<?> main, List<String> flags, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC"));
    command.addAll(flags);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
        main.getName()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().toList();
  }
}
