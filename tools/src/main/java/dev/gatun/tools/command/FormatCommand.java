package dev.gatun.tools.command;

import dev.gatun.graph.language.Formatter;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fmt}: lays out files of the model language. */
@Command(name = "fmt", sortOptions = false, description = "Lay out .gat files in the one canonical way, in place.")
final class FormatCommand implements Callable<Integer> {
  private static final long LARGEST_FILE = 4L << 20;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of the model language.")
  private List<Path> files;
  @Option(names = "--check", description = "Change nothing; exit with 1 if a file is laid out otherwise.")
  private boolean check;
  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    var changed = new ArrayList<String>();
    for (var file : files) {
      var text = read(file);
      var formatted = Formatter.format(new Source(file.toString(), text));
      if (!formatted.equals(text)) {
        changed.add(file.toString());
        output.line(file + (check ? " is laid out otherwise: gatun fmt " + file : " laid out"));
        if (!check) {
          write(file, formatted);
        }
      }
    }
    output.object(Map.of("files", files.size(), "changed", changed));
    return check && !changed.isEmpty() ? ExitCode.FAILED : ExitCode.GOOD;
  }

  private static String read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InputException(Files.exists(file) ? file + " is no file" : "there is no file " + file);
    }
    if (Files.size(file) > LARGEST_FILE) {
      throw new InputException(file + " is larger than 4 MiB");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new InputException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new InputException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(file.toRealPath(), channel -> {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    });
  }
}
