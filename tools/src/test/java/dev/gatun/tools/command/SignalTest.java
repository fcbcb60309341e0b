package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is told to end while it trains. */
class SignalTest {
  private static final Pattern STOPPED = Pattern.compile("stopped after step (\\d+); saved \\S+: go on with --resume");
  private static final int STEPS_PER_EPOCH = 45;

  @TempDir
  private Path folder;

  @Test
  @Timeout(120)
  void savesAndTrainingGoesOnToTheSameBits() throws Exception {
    var part = folder.resolve("part.safetensors").toString();
    var errors = folder.resolve("err");
    var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
        System.getProperty("java.class.path"), "dev.gatun.tools.Main", "train", "mlp", "--epochs", "10000", "--out",
        part).redirectError(errors.toFile()).start();
    try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = out.readLine(); line != null && !line.startsWith("epoch 2/"); line = out.readLine()) {
        assertTrue(line.startsWith("epoch 1/"), line);
      }
      process.toHandle().destroy();
      out.transferTo(Writer.nullWriter());
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
    var said = Files.readString(errors);
    assertEquals(ExitCode.TERMINATED, process.exitValue(), said);
    var stopped = STOPPED.matcher(said);
    assertTrue(stopped.find(), said);
    var last = Integer.toString(Integer.parseInt(stopped.group(1)) / STEPS_PER_EPOCH + 1);
    assertEquals(digest("--resume", last, part), digest("--quiet", last, folder.resolve("whole").toString()));
  }

  private static String digest(String flag, String lastEpoch, String file) {
    var json = Shell.run("train", "mlp", "--epochs", "10000", "--stop-after-epoch", lastEpoch, "--json", flag, "--out",
        file).good().lastLine();
    return json.substring(json.indexOf("parameters_sha256"));
  }
}
