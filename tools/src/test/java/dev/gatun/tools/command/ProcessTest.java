package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows: how it ends when it is told to, killed, in a race, or cannot print. */
@Timeout(120)
class ProcessTest {
  private static final Pattern STOPPED = Pattern.compile("stopped after step (\\d+); saved \\S+: go on with --resume");
  private static final int STEPS_PER_EPOCH = 45;

  @TempDir
  private Path folder;

  private ProcessBuilder gatun(String... arguments) {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC"));
    // What the modules need, this JVM was given too.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.gatun.tools.Main"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(errors().toFile());
  }

  private Path errors() {
    return folder.resolve("err");
  }

  /** What went to stderr, without the JVM's own line. */
  private String said() throws IOException {
    return Files.readString(errors()).replaceFirst("WARNING: Using incubator modules.*\n", "");
  }

  /** Starts to train for long, and ends it one way or the other in its second epoch or soon after. */
  private int endedInTraining(Path weights, boolean forcibly) throws Exception {
    var process = gatun("train", "mlp", "--epochs", "10000", "--out", weights.toString()).start();
    try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = out.readLine(); line != null && !line.startsWith("epoch 2/"); line = out.readLine()) {
        assertTrue(line.startsWith("epoch 1/"), line);
      }
      if (forcibly) {
        process.toHandle().destroyForcibly();
      } else {
        process.toHandle().destroy();
      }
      out.transferTo(Writer.nullWriter());
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
    return process.exitValue();
  }

  private static String digest(String flag, int lastEpoch, Path file) {
    var json = Shell.run("train", "mlp", "--epochs", "10000", "--stop-after-epoch", Integer.toString(lastEpoch), "--json",
        flag, "--out", file.toString()).good().lastLine();
    return json.substring(json.indexOf("parameters_sha256"));
  }

  @Test
  void toldToEndItSavesAndTrainingGoesOnToTheSameBits() throws Exception {
    var part = folder.resolve("part.safetensors");
    int code = endedInTraining(part, false);
    assertEquals(ExitCode.TERMINATED, code, said());
    var stopped = STOPPED.matcher(said());
    assertTrue(stopped.find(), said());
    int last = Integer.parseInt(stopped.group(1)) / STEPS_PER_EPOCH + 1;
    assertEquals(digest("--quiet", last, folder.resolve("whole")), digest("--resume", last, part));
  }

  /** Killed between or within saves, the file is the last one that was saved whole. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void killedItLosesNoMoreThanAnEpoch() throws Exception {
    var part = folder.resolve("part.safetensors");
    assertEquals(137, endedInTraining(part, true));
    var resumed = Shell.run("train", "mlp", "--epochs", "10000", "--stop-after-epoch", "1", "--resume", "--out",
        part.toString()).good();
    int done = Integer.parseInt(resumed.err().replaceAll("(?s)resuming \\S+ after (\\d+) of .*", "$1")) / STEPS_PER_EPOCH;
    assertTrue(done >= 1, resumed.err());
    assertEquals(digest("--quiet", done + 1, folder.resolve("whole")), digest("--resume", done + 1, part));
  }

  /** Two that write one file: it is one's or the other's, never a mixture. */
  @Test
  void twoThatWriteOneFile() throws Exception {
    var file = folder.resolve("w.safetensors");
    var both = new ArrayList<Process>();
    for (int seed = 1; seed <= 2; seed++) {
      both.add(gatun("train", "mlp", "--epochs", "2", "--seed", Integer.toString(seed), "--out", file.toString(),
          "--quiet").redirectOutput(new File(folder.toFile(), "out" + seed)).start());
    }
    for (var process : both) {
      assertEquals(0, process.waitFor(), said());
    }
    Shell.run("eval", "mlp", "--weights", file.toString()).good();
    try (var files = Files.list(folder)) {
      assertEquals(List.of("err", "out1", "out2", "w.safetensors"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  /** A result that was lost on its way is a failure. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void stdoutThatIsFull() throws Exception {
    var process = gatun("zoo", "list", "--json").redirectOutput(new File("/dev/full")).start();
    assertEquals(1, process.waitFor(), said());
    assertEquals("gatun: cannot write to stdout: No space left on device\n", said());
  }

  /** As with {@code | head -0}: whoever does not read needs no message. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void stdoutThatNobodyReads() throws Exception {
    var process = gatun("zoo", "list").start();
    process.getInputStream().close();
    assertEquals(1, process.waitFor(), said());
    assertEquals("", said());
  }

  /** A heap that is too small is told in a sentence too. */
  @Test
  void heapThatIsFull() throws Exception {
    var text = Files.writeString(folder.resolve("text.txt"), "to be or not to be ".repeat(1 << 20));
    var builder = gatun("train", "gpt-char", "--data-dir", text.toString(), "--steps", "1", "--out",
        folder.resolve("w").toString());
    builder.command().add(1, "-Xmx24m");
    var process = builder.redirectOutput(new File(folder.toFile(), "out")).start();
    assertEquals(ExitCode.OUT_OF_MEMORY, process.waitFor(), said());
    assertEquals("gatun: the Java heap is full: give it more with GATUN_JAVA_OPTS=-Xmx4g\n", said());
  }
}
