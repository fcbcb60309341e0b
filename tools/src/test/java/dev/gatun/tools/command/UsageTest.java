package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong command lines: each gives one message that says what would be right, and exit code 2. */
class UsageTest {
  @TempDir
  private Path folder;

  @Test
  void noVerb() {
    Shell.run().fails(2, "gatun: a verb is missing: one of train, eval, run, inspect, explain, viz, "
        + "check, bench, fmt, zoo, data, "
        + "doctor\ntry `gatun --help`");
    Shell.run("zoo").fails(2, "gatun: a verb is missing: one of list, show\ntry `gatun zoo --help`");
  }

  @Test
  void wrongVerb() {
    Shell.run("trian", "digits").fails(2, "gatun: there is no verb trian: did you mean `train`?\ntry `gatun --help`");
  }

  @Test
  void wrongMeasurement() {
    Shell.run("bench", "gem").fails(2, "gatun: there is no suite gem: did you mean `gemm`?; see gatun bench --list");
    Shell.run("bench", "gemm", "--only", "nothing").fails(2,
        "gatun: --only: no case is called nothing; see gatun bench --list");
    Shell.run("bench", "gemm", "--shapes", "Q=1").fails(2, "gatun: --shapes: gemm has no size Q, it has M, N, K");
    Shell.run("bench", "gemm", "--shapes", "M=8,x").fails(2,
        "gatun: --shapes: M must be whole numbers between commas, found 8,x");
    Shell.run("bench", "gemm", "--shapes", "M=0").fails(2, "gatun: --shapes: M must be at least 1, found 0");
    Shell.run("bench", "gemm", "--threads", "0").fails(2, "gatun: --threads must be at least 1, found 0");
    Shell.run("bench", "gemm", "--repeat", "0").fails(2, "gatun: --repeat must be at least 1, found 0");
    Shell.run("bench", "gemm", "--duration", "-1").fails(2, "gatun: --duration must be some seconds, up to 3600, "
        + "found -1.0");
    Shell.run("bench", "gemm", "--duration", "0").fails(2, "gatun: --duration must be some seconds, up to 3600, "
        + "found 0.0");
    int cores = Runtime.getRuntime().availableProcessors();
    Shell.run("bench", "gemm", "--threads", "1," + (cores + 1)).fails(2, "gatun: --threads: this machine runs " + cores
        + " at once, found " + (cores + 1));
    Shell.run("bench", "gemm", "--json", "--markdown").fails(2,
        "gatun: --markdown, --csv and --json exclude each other");
    Shell.run("bench", "gemm", "--markdown", "--csv").fails(2,
        "gatun: --markdown, --csv and --json exclude each other");
    var file = folder.resolve("no").resolve("t.json");
    Shell.run("bench", "gemm", "--profile", file.toString()).fails(2,
        "gatun: --profile: cannot write " + file + ": there is no such folder");
    Shell.run("bench", "gemm", "--peers").fails(2, "gatun: --peers: no other engine is on the class path; run ./gatun "
        + "bench --peers in the repository, with Maven on the PATH");
  }

  @Test
  void wrongFlag() {
    Shell.run("train", "digits", "--epoch", "3").fails(2,
        "gatun: there is no flag --epoch: did you mean `--epochs`?\ntry `gatun train --help`");
    Shell.run("data", "list", "--xyzzy").fails(2, "gatun: there is no flag --xyzzy\ntry `gatun data list --help`");
  }

  @Test
  void wrongValue() {
    Shell.run("train", "digits", "--epochs", "many").fails(2,
        "gatun: invalid value for option '--epochs': expected a whole number from -2147483648 to 2147483647, found many\n"
            + "try `gatun train --help`");
    Shell.run("train", "digits", "--seed", "1e3").fails(2, "gatun: invalid value for option '--seed': expected a whole "
        + "number from -9223372036854775808 to 9223372036854775807, found 1e3\ntry `gatun train --help`");
    Shell.run("train", "digits", "--rate", "fast").fails(2,
        "gatun: invalid value for option '--rate': expected a number, found fast\ntry `gatun train --help`");
    Shell.run("run", "digits", "--sample", "x").fails(2, "gatun: invalid value for option '--sample': expected a whole "
        + "number from -2147483648 to 2147483647, found x\ntry `gatun run --help`");
    Shell.run("train", "digits", "--set", "width").fails(2, "gatun: value for option '--set' (NAME=VALUE) should be in "
        + "that form, found width\ntry `gatun train --help`");
    Shell.run("train", "digits", "--epochs", "0").fails(2, "gatun: --epochs must be at least 1, found 0");
    Shell.run("train", "digits", "--batch", "-2").fails(2, "gatun: --batch must be at least 1, found -2");
    Shell.run("train", "digits", "--rate", "0").fails(2, "gatun: --rate must be more than 0, found 0.0");
    Shell.run("train", "digits", "--memory-budget", "much").fails(2, "gatun: invalid value for option '--memory-budget': "
        + "expected a size such as 512m or 4g, found much\ntry `gatun train --help`");
    Shell.run("train", "digits", "--epochs", "2", "--steps", "5").fails(2,
        "gatun: --epochs and --steps exclude each other");
  }

  @Test
  void missingModel() {
    Shell.run("train").fails(2, "gatun: missing required parameter: 'MODEL'\ntry `gatun train --help`");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "eval", "run", "inspect", "check"})
  void unknownModel(String verb) {
    var weights = folder.resolve("w.safetensors");
    var shell = verb.equals("eval") || verb.equals("run")
        ? Shell.run(verb, "digitz", "--weights", touched(weights)) : Shell.run(verb, "digitz");
    shell.fails(2, "gatun: no model is called `digitz`: did you mean `digits`? (the zoo has mlp, digits, lenet, "
        + "resnet-small, lstm, gpt-char; a file's name ends in .gat)");
  }

  private static String touched(Path file) {
    try {
      return Files.writeString(file, "").toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void unknownZooModel() {
    Shell.run("zoo", "show", "lenett").fails(2, "gatun: the zoo has no `lenett`: did you mean `lenet`? (it has mlp, "
        + "digits, lenet, resnet-small, lstm, gpt-char)");
  }

  @Test
  void unknownDataSet() {
    Shell.run("train", "mlp", "--data", "fashion-mnits").fails(2, "gatun: no data set is called `fashion-mnits`: did "
        + "you mean `fashion-mnist`? (there are digits, fashion-mnist, mnist, characters, brackets)");
  }

  @Test
  void unknownMachine() {
    var shell = Shell.run("train", "mlp", "--machine", "abacus", "--out", folder.resolve("w").toString());
    assertEquals(2, shell.code());
    assertTrue(shell.err().startsWith("gatun: no machine is called abacus: there are "), shell.err());
  }

  /** Flags that could have no effect are none. */
  @ParameterizedTest
  @ValueSource(strings = {"--threads=2", "--memory-budget=1g"})
  void inspectRunsNothing(String flag) {
    var shell = Shell.run("inspect", "mlp", flag);
    assertEquals(2, shell.code());
    assertTrue(shell.err().contains(flag), shell.err());
  }

  @Test
  void unknownConstant() {
    Shell.run("inspect", "mlp", "--set", "hiden=3").fails(2, "gatun: --set: zoo/mlp.gat has no constant `hiden`: did "
        + "you mean `hidden`?");
    Shell.run("check", "mlp", "--set", "hidden=x").fails(2,
        "gatun: --set: the constant `hidden` is an int, 128; `x` is no literal of that kind");
  }

  @Test
  void unknownInput() {
    var weights = touched(folder.resolve("w.safetensors"));
    Shell.run("run", "mlp", "--weights", weights, "--input", "imag=x.npy").fails(2,
        "gatun: --input: the model has no input `imag`: did you mean `image`? (it has image, label)");
  }

  @Test
  void sampleOutOfRange() {
    var weights = touched(folder.resolve("w.safetensors"));
    Shell.run("run", "mlp", "--weights", weights, "--sample", "359").fails(2,
        "gatun: --sample must be from 0 to 358, found 359");
  }

  @Test
  void unknownSize() {
    for (var verb : new String[] {"inspect", "check"}) {
      Shell.run(verb, "mlp", "--shapes", "M=8").fails(2, "gatun: --shapes: there is no free size M, there are N");
      Shell.run(verb, "mlp", "--shapes", "N=0").fails(2,
          "gatun: --shapes: N must be from 1 to 2147483647, found 0");
      Shell.run(verb, "mlp", "--shapes", "N=99999999999").fails(2,
          "gatun: --shapes: N must be from 1 to 2147483647, found 99999999999");
    }
  }

  @Test
  void placesThatCannotBeWritten() {
    var absent = folder.resolve("no/w");
    Shell.run("train", "mlp", "--out", absent.toString()).fails(2, "gatun: cannot write " + absent
        + ": there is no such folder; name another file with --out");
    Shell.run("train", "mlp", "--out", folder.toString()).fails(2, "gatun: cannot write " + folder
        + ": it is a folder; name another file with --out");
    var tooLong = folder.resolve("w".repeat(300));
    Shell.run("train", "mlp", "--out", tooLong.toString()).fails(2, "gatun: cannot write " + tooLong
        + ": File name too long; name another file with --out");
    var weights = touched(folder.resolve("w.safetensors"));
    Shell.run("run", "mlp", "--weights", weights, "--out", absent.toString()).fails(2,
        "gatun: --out: there is no folder " + absent);
    Shell.run("run", "mlp", "--weights", weights, "--out", weights).fails(2,
        "gatun: --out: " + weights + " is no folder");
  }

  /** A device is not replaced by a file. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void devicesAreNoPlaceForWeights() throws Exception {
    var pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor());
    Shell.run("train", "mlp", "--out", pipe.toString()).fails(2, "gatun: cannot write " + pipe
        + ": it is no regular file; name another file with --out");
  }

  @Test
  void moreThanThereIsOfAnything() {
    var out = folder.resolve("w.safetensors").toString();
    Shell.run("train", "mlp", "--steps", "1", "--batch", "2147483647", "--out", out).good();
    Shell.run("train", "mlp", "--steps", "1", "--threads", "2147483647", "--out", out).good();
    Shell.run("train", "mlp", "--steps", "1", "--memory-budget", "999999999999g", "--out", out).good();
    Shell.run("eval", "mlp", "--batch", "2147483647", "--weights", out).good();
  }

  @Test
  void helpAndVersion() {
    assertTrue(Shell.run("--help").good().out().contains("Begin with: gatun train digits"));
    assertTrue(Shell.run("train", "--help").good().out().contains("--stop-after-epoch"));
    assertEquals("gatun 0.1.0", Shell.run("--version").good().out().strip());
  }
}
