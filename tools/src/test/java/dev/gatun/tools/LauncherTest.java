package dev.gatun.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher {@code gatun} in a folder of its own, with stubs for Maven and for JDKs that say what they were given.
 * The copy looks for JDKs in a folder of the test in place of the usual ones, which this computer may have filled.
 */
class LauncherTest {
  private static final String NONE_FOUND =
      "gatun: no JDK 25 or newer found; install one, or set GATUN_JAVA_HOME to its folder.";

  @TempDir
  private Path folder;

  /** How the launcher ended. */
  private record Ended(int code, List<String> out, String err) {}

  @BeforeEach
  void copy() throws IOException {
    var launcher = Files.exists(Path.of("gatun")) ? Path.of("gatun") : Path.of("../gatun");
    var text = Files.readString(launcher);
    var usual = "/usr/lib/jvm/* /opt/* \"${HOME:-}\"/.sdkman/candidates/java/*";
    assertTrue(text.contains(usual), "the usual folders stand where this test replaces them");
    script(folder.resolve("house/gatun"), text.replace(usual, folder.resolve("usual") + "/*"));
    Files.createDirectories(folder.resolve("house/tools/zoo"));
    Files.createDirectories(folder.resolve("house/tools/src/main"));
    Files.writeString(folder.resolve("house/pom.xml"), "");
    Files.writeString(folder.resolve("house/tools/pom.xml"), "");
    for (var tool : List.of("cat", "dirname", "find", "head", "mkdir", "mv", "readlink", "rm", "sleep", "tail")) {
      var found = Stream.of("/usr/bin", "/bin").map(bin -> Path.of(bin, tool)).filter(Files::exists).findFirst();
      script(folder.resolve("bin").resolve(tool), "#!/bin/sh\nexec " + found.orElseThrow() + " \"$@\"\n");
    }
    script(folder.resolve("bin/mvn"), "#!/bin/sh\necho \"$JAVA_HOME\" >> '" + folder.resolve("builds") + "'\n");
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void link(Path link, Path to) throws IOException {
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, to);
  }

  /** A JDK that prints its name and then each argument on a line. */
  private Path jdk(String name, String version) throws IOException {
    var home = folder.resolve(name);
    script(home.resolve("bin/java"), "#!/bin/sh\necho " + name + "\nprintf '%s\\n' \"$@\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private Ended run(Map<String, String> environment, Path launcher, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    var out = folder.resolve("out");
    var err = folder.resolve("err");
    var builder = new ProcessBuilder(command).directory(Files.createDirectories(folder.resolve("elsewhere")).toFile())
        .redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", folder.resolve("bin").toString());
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Ended(code, Files.readAllLines(out), Files.readString(err).strip());
  }

  private Ended run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
    return run(environment, folder.resolve("house/gatun"), arguments);
  }

  private long builds() throws IOException {
    return Files.exists(folder.resolve("builds")) ? Files.readAllLines(folder.resolve("builds")).size() : 0;
  }

  @Test
  void theJdkThatIsNamedComesFirstThenThoseThatAreFound() throws Exception {
    jdk("usual/a-17", "17.0.2");
    jdk("usual/b-25", "25");
    var all = Map.of("GATUN_JAVA_HOME", jdk("named", "26-ea").toString(),
        "JAVA_HOME", jdk("home", "25.0.1").toString());
    assertEquals("named", run(all).out.getFirst());
    assertEquals("home", run(Map.of("JAVA_HOME", all.get("JAVA_HOME"))).out.getFirst());
    assertEquals("usual/b-25", run(Map.of("JAVA_HOME", jdk("old", "21.0.4").toString())).out.getFirst());
    link(folder.resolve("bin/java"), Path.of("../shortcut"));
    link(folder.resolve("shortcut"), jdk("on-path", "25.0.2").resolve("bin/java"));
    assertEquals("on-path", run(Map.of()).out.getFirst());
  }

  @Test
  void withoutAJdkThatIsNewEnoughItSaysSo() throws Exception {
    var ended = run(Map.of());
    assertEquals(NONE_FOUND, ended.err);
    assertEquals(1, ended.code);
    jdk("usual/old", "24.0.1");
    assertEquals(NONE_FOUND, run(Map.of("JAVA_HOME", jdk("home", "1.8.0_392").toString())).err);
    var old = jdk("named", "17.0.2");
    assertEquals("gatun: GATUN_JAVA_HOME is " + old + ", which is no JDK 25 or newer.",
        run(Map.of("GATUN_JAVA_HOME", old.toString())).err);
    assertEquals(0, builds());
  }

  @Test
  void argumentsPassThroughFromAnyFolderAndThroughLinks() throws Exception {
    var environment = Map.of("JAVA_HOME", jdk("home", "25").toString(), "GATUN_JAVA_OPTS", "-Xmx2g -Xint");
    link(folder.resolve("links/near"), Path.of("../house/gatun"));
    link(folder.resolve("links/far"), folder.resolve("links/near"));
    var out = run(environment, folder.resolve("links/far"), "run", "a model.gat", "--set", "x=$HOME;*", "").out;
    var modules = folder.toRealPath().resolve("house/tools/target/modules").toString();
    assertEquals(List.of("-p", modules, "-m", "dev.gatun.tools/dev.gatun.tools.Main", "run", "a model.gat", "--set",
        "x=$HOME;*", ""), out.subList(out.indexOf("-p"), out.size()));
    assertTrue(out.containsAll(List.of("-Xmx2g", "-Xint")), out::toString);
  }

  @Test
  void itBuildsOnlyWhatChanged() throws Exception {
    var home = jdk("home", "25");
    var environment = Map.of("JAVA_HOME", home.toString());
    assertEquals("gatun: building, since sources changed", run(environment).err);
    assertEquals(List.of(home.toString()), Files.readAllLines(folder.resolve("builds")));
    assertEquals("", run(environment).err);
    assertEquals(1, builds());
    var changed = Files.writeString(folder.resolve("house/tools/zoo/new.gat"), "");
    Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(5)));
    run(environment);
    assertEquals(2, builds());
  }

  /** Only {@code bench} with its flag builds what other engines need, and puts them on the class path. */
  @Test
  void otherEnginesAreBuiltWhereTheyAreAskedFor() throws Exception {
    var environment = Map.of("JAVA_HOME", jdk("home", "25").toString());
    var peers = Files.createDirectories(folder.resolve("house/bench/src/peers"));
    var classpath = folder.resolve("house/bench/target/peers/classpath");
    script(folder.resolve("bin/mvn"), """
        #!/bin/sh
        echo "$@" >> '%s'
        case "$*" in *peers*) mkdir -p '%s'; echo 'a:b c' > '%s' ;; esac
        """.formatted(folder.resolve("builds"), classpath.getParent(), classpath));
    assertEquals(-1, run(environment, "bench", "gemm").out.indexOf("-cp"));
    assertEquals(-1, run(environment, "train", "--peers").out.indexOf("-cp"));
    assertEquals(1, builds());
    var first = run(environment, "bench", "gemm", "--peers");
    assertEquals("gatun: building what other engines need", first.err);
    assertEquals("a:b c", first.out.get(first.out.indexOf("-cp") + 1));
    assertEquals("", run(environment, "bench", "--peers").err);
    assertEquals(2, builds());
    var changed = Files.writeString(peers.resolve("New.java"), "");
    Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(5)));
    assertEquals("", run(environment, "zoo", "list").err);
    assertEquals("gatun: building what other engines need", run(environment, "bench", "--peers").err);
    Files.delete(classpath);
    assertEquals("a:b c", run(environment, "bench", "--peers").out.get(first.out.indexOf("-cp") + 1));
  }

  /** A JVM that is told to writes its archive; only a build tells it so, and every command after that uses it. */
  @Test
  void aBuildArchivesTheClassesOfAShortTraining() throws Exception {
    var home = jdk("home", "25");
    var archive = folder.toRealPath().resolve("house/tools/target/classes.jsa");
    script(home.resolve("bin/java"), """
        #!/bin/sh
        printf '%s\\n' "$@"
        for flag; do
          case $flag in
            -XX:ArchiveClassesAtExit=*) echo archive > "${flag#*=}" ;;
          esac
        done
        """);
    var environment = Map.of("JAVA_HOME", home.toString(), "GATUN_JAVA_OPTS", "-Xmx2g");
    var first = run(environment, "zoo", "list").out;
    assertEquals("archive\n", Files.readString(archive));
    assertTrue(first.contains("-XX:SharedArchiveFile=" + archive), first::toString);
    var log = Files.readAllLines(folder.resolve("house/tools/target/launcher.log"));
    assertTrue(log.contains("train") && !log.contains("-Xmx2g"), log::toString);
    Files.writeString(archive, "the same");
    run(environment, "zoo", "list");
    assertEquals("the same", Files.readString(archive));
  }

  @Test
  void aBuildThatFailsOrCannotBeginIsToldInOneSentence() throws Exception {
    var environment = Map.of("JAVA_HOME", jdk("home", "25").toString());
    script(folder.resolve("bin/mvn"), "#!/bin/sh\necho 'some error'\nexit 1\n");
    var failed = run(environment);
    assertEquals(1, failed.code);
    var log = folder.toRealPath().resolve("house/tools/target/launcher.log");
    assertEquals("gatun: building, since sources changed\nsome error\ngatun: the build failed; the end of " + log
        + " stands above.", failed.err);
    Files.delete(folder.resolve("bin/mvn"));
    assertEquals("gatun: the program must be built and Maven (mvn) is not on the PATH; install it.",
        run(environment).err);
  }
}
