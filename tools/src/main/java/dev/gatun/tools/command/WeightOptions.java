package dev.gatun.tools.command;

import dev.gatun.graph.Model;
import dev.gatun.graph.Predictor;
import dev.gatun.graph.Variables;
import dev.gatun.memory.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which trained weights a verb uses. */
final class WeightOptions {
  @Option(names = "--weights", paramLabel = "FILE",
      description = "The trained weights; MODEL.safetensors if not given.")
  private Path file;

  /** The file, which is there; null if none is named and the model owns nothing that a file would hold. */
  Path find(ModelOptions model, Model opened) {
    if (file == null && Model.saved(opened.elaborate(false)).isEmpty()) {
      return null;
    }
    var found = file != null ? file : model.weights();
    if (!Files.isRegularFile(found)) {
      throw new InputException((Files.exists(found) ? found + " is no file" : "there is no file " + found)
          + ": train first with `gatun train " + String.join(" ", model.words()) + "`, or name the weights with --weights");
    }
    return found;
  }

  /** What answers with the weights of {@link #find}; memory is that of the arena. */
  static Predictor predictor(Model opened, Path found, MachineOptions machine, TensorArena arena) throws IOException {
    return found == null
        ? new Predictor(opened, new Variables(machine.machine(), arena, Map.of()), arena, machine.threads())
        : new Predictor(opened, found, machine.machine(), arena, machine.threads());
  }
}
