package dev.gatun.tools.command;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which trained weights a verb uses. */
final class WeightOptions {
  @Option(names = "--weights", paramLabel = "FILE",
      description = "The trained weights; MODEL.safetensors if not given.")
  private Path file;

  /** The file, which is there. */
  Path find(ModelOptions model) {
    var found = file != null ? file : model.weights();
    if (!Files.isRegularFile(found)) {
      throw new InputException((Files.exists(found) ? found + " is no file" : "there is no file " + found)
          + ": train first with `gatun train " + model.name() + "`, or name the weights with --weights");
    }
    return found;
  }
}
