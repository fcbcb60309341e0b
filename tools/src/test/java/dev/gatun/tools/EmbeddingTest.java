package dev.gatun.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Model;
import dev.gatun.graph.language.Formatter;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.simd.Machine;
import dev.gatun.tools.zoo.Zoo;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The program of docs/embedding.md, compiled and run as that page says, and without the flags that it asks for. The
 * listings of README compile too.
 */
class EmbeddingTest {
  private static final String PAGE = "docs/embedding.md";

  @TempDir
  private static Path folder;

  /** How a JVM ended. */
  private record Ended(int code, String out, String err) {}

  @BeforeAll
  static void compile() throws IOException {
    compile("Embedding", listing(PAGE, "## A program", "```java\n"));
    compile("Steps", """
        import dev.gatun.graph.*;
        import dev.gatun.memory.*;
        import java.util.*;
        class Steps {
          static float[] mean(float[][] samples) {
            %s
          }

          public static void main(String[] arguments) {
            System.out.println(Arrays.toString(mean(new float[][] {{1, 5}, {2, 7}, {6, 0}})));
          }
        }
        """.formatted(listing(PAGE, "## Step by step", "```java\n")));
  }

  private static void compile(String name, String text) throws IOException {
    var file = Files.writeString(folder.resolve(name + ".java"), text);
    int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", folder.toString(), "-cp", engine(),
        file.toString());
    assertEquals(0, code, name + " compiles");
  }

  /** Tests run in the module's folder or in the repository's. */
  private static Path page(String name) {
    return Files.exists(Path.of("docs")) ? Path.of(name) : Path.of("..").resolve(name);
  }

  /** Where the engine's modules lie, as a path for the JVM. */
  private static String engine() {
    return Stream.of(TensorArena.class, Backend.class, Machine.class, Model.class).map(EmbeddingTest::place)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String place(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What stands between the fences that follow a heading. */
  private static String listing(String page, String heading, String fence) throws IOException {
    var text = Files.readString(page(page));
    int start = text.indexOf(fence, text.indexOf(heading)) + fence.length();
    return text.substring(start, text.indexOf("```", start));
  }

  /** The flags that the page's table asks for where the jars are given in a way. */
  private static List<String> flags(String way) throws IOException {
    var row = Files.readAllLines(page(PAGE)).stream().filter(line -> line.startsWith("| " + way + " |")).findFirst();
    return List.of(row.orElseThrow().split("`")[1].split(" "));
  }

  private static Ended run(List<String> asked, String... more) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC"));
    command.addAll(asked);
    command.addAll(List.of(more));
    var out = Files.createTempFile(folder, "out", null);
    var err = Files.createTempFile(folder, "err", null);
    var process = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(out.toFile())
        .redirectError(err.toFile()).start();
    int code = process.waitFor();
    return new Ended(code, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err));
  }

  private static void checkAnswers(Ended ended) {
    assertEquals(0, ended.code, ended.err);
    assertEquals(List.of("0.000²", "0.256²", "0.512²", "0.768²"),
        ended.out.lines().map(line -> line.substring(0, line.indexOf(' '))).sorted().toList(), ended.out);
    ended.out.lines().forEach(line -> {
      double x = Double.parseDouble(line.substring(0, line.indexOf('²')));
      double guess = Double.parseDouble(line.substring(line.lastIndexOf(' ')));
      assertEquals(x * x, guess, 0.1, line);
    });
  }

  @Test
  void theListingsOfReadmeStand() throws IOException {
    compile("Readme", """
        import dev.gatun.graph.*;
        import dev.gatun.memory.*;
        import java.nio.file.Path;
        import java.util.*;
        class Readme {
          static void run(float[] pixels) throws Exception {
            %s
          }
        }
        """.formatted(listing("README.md", "", "```java\n")));
    for (var page : List.of("README.md", "docs/adding-a-model.md")) {
      var text = listing(page, "", "```\n#");
      assertEquals("#" + text, Formatter.format(new Source(page, "#" + text)));
      var model = Model.of("#" + text);
      model.elaborate(Map.of("N", 2L), true);
    }
  }

  /** The model's caches live from run to run, and start anew in each session. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void stepByStep() throws Exception {
    var ended = run(flags("class path"), "-cp", engine() + File.pathSeparator + folder, "Steps");
    assertEquals("[3.0, 4.0]", ended.out.strip(), ended.err);
  }

  /** The model in Java is the zoo's. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void modelsInJava() throws Exception {
    compile("InJava", """
        import static dev.gatun.graph.language.Term.*;
        import dev.gatun.graph.*;
        import dev.gatun.graph.language.*;
        import dev.gatun.memory.*;
        import java.util.*;
        class InJava {
          static Model model() {
            %s
          }

          public static void main(String[] arguments) {
            System.out.println(model().parameters());
          }
        }
        """.formatted(listing(PAGE, "## Models in Java", "```java\n")));
    var ended = run(flags("class path"), "-cp", engine() + File.pathSeparator + folder, "InJava");
    assertEquals(Model.of(Zoo.find("digits").text()).parameters().toString(), ended.out.strip(), ended.err);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void fromTheClassPath() throws Exception {
    checkAnswers(run(flags("class path"), "-Dstdout.encoding=UTF-8", "-Duser.language=en", "-cp",
        engine() + File.pathSeparator + folder, "Embedding"));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void fromTheModulePath() throws Exception {
    checkAnswers(run(flags("module path"), "-Dstdout.encoding=UTF-8", "-Duser.language=en", "-p",
        engine(), "-cp", folder.toString(), "Embedding"));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void withoutTheVectorModuleOneSentenceNamesTheFlag() throws Exception {
    var ended = run(List.of(), "-cp", engine() + File.pathSeparator + folder, "Embedding");
    assertEquals(1, ended.code);
    var flag = String.join(" ", flags("class path").subList(0, 2));
    assertTrue(ended.err.contains("cpu: the Vector API is not in this JVM; launch it with " + flag), ended.err);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void whereNativeAccessIsDeniedOneSentenceNamesTheFlag() throws Exception {
    var vector = flags("class path").subList(0, 2);
    var onClassPath = run(vector, "--illegal-native-access=deny", "-cp", engine() + File.pathSeparator + folder,
        "Embedding");
    assertEquals(1, onClassPath.code);
    var sentence = "cpu: this JVM denies native access; launch it with --enable-native-access=";
    assertTrue(onClassPath.err.contains(sentence + "ALL-UNNAMED"), onClassPath.err);
    var onModulePath = run(flags("module path").subList(0, 2), "--illegal-native-access=deny", "-p", engine(), "-cp",
        folder.toString(), "Embedding");
    assertEquals(1, onModulePath.code);
    assertTrue(onModulePath.err.contains(sentence + "dev.gatun.simd"), onModulePath.err);
  }

  /** Where it is only not enabled, the JVM itself names the flag, and the program goes on. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void withoutNativeAccessTheJvmNamesTheFlag() throws Exception {
    var ended = run(flags("class path").subList(0, 2), "-cp", engine() + File.pathSeparator + folder, "Steps");
    assertEquals("[3.0, 4.0]", ended.out.strip(), ended.err);
    assertTrue(ended.err.contains("--enable-native-access=ALL-UNNAMED"), ended.err);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void withoutTheMachineOneSentenceNamesTheModule() throws Exception {
    var ended = run(List.of(), "-p", engine(), "--add-modules=dev.gatun.graph", "--limit-modules=dev.gatun.graph", "-cp",
        folder.toString(), "Embedding");
    assertEquals(1, ended.code);
    assertTrue(ended.err.contains("no machine is on the module or class path: add gatun-simd"), ended.err);
  }
}
