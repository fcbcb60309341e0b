package dev.gatun.graph;

import dev.gatun.memory.Safetensors;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Files of weights and of training: safetensors with every variable by name, and in the metadata what training needs to
 * go on. Written beside the target and moved there, so that a file is whole or absent.
 */
public final class Checkpoint {
  private static final String PREFIX = "gatun.";
  private static final String STEP = PREFIX + "step";
  private static final String LOSS = PREFIX + "loss";
  private static final String LOSSES = PREFIX + "losses";

  private Checkpoint() {}

  /**
   * Writes a trainer's variables and cursor.
   *
   * @throws TrainingException if what training moves is no longer finite; the file is left as it was
   */
  public static void save(Trainer trainer, Path file) throws IOException {
    var metadata = new LinkedHashMap<String, String>();
    TrainingIdentity.of(trainer).forEach((setting, value) -> metadata.put(PREFIX + setting, value));
    metadata.put(STEP, Long.toString(trainer.step()));
    metadata.put(LOSS, Double.toString(trainer.lossSoFar()));
    if (trainer.losses().length > 0) {
      metadata.put(LOSSES, Arrays.stream(trainer.losses()).mapToObj(Double::toString).collect(Collectors.joining(" ")));
    }
    try (var copies = trainer.variables().arena().child("checkpoint")) {
      var tensors = trainer.variables().tensors(copies);
      trainer.requireFinite(tensors, file);
      Safetensors.write(file, tensors, metadata);
    }
  }

  /**
   * Goes on where a file stopped, to the same bits.
   *
   * @throws CheckpointException if the file is of another training (see {@link TrainingIdentity}), or of none
   */
  public static void resume(Trainer trainer, Path file) throws IOException {
    try (var arena = trainer.variables().arena().child("checkpoint")) {
      var content = Safetensors.read(file, arena);
      var metadata = content.metadata();
      if (!metadata.containsKey(STEP)) {
        throw new CheckpointException(file, "it holds weights but no training state, so training cannot resume from it");
      }
      long step = step(file, metadata.get(STEP));
      double loss = loss(file, LOSS, metadata.get(LOSS));
      var losses = metadata.getOrDefault(LOSSES, "");
      var past = losses.isEmpty() ? new double[0]
          : Arrays.stream(losses.split(" ")).mapToDouble(text -> loss(file, LOSSES, text)).toArray();
      TrainingIdentity.of(trainer).forEach((setting, wanted) ->
          requireEqual(file, setting, metadata.get(PREFIX + setting), wanted));
      write(file, content.tensors(), trainer.variables(), trainer.variables().types());
      trainer.resumeAt(step, loss, past);
    }
  }

  private static long step(Path file, String text) {
    if (!text.matches("\\d{1,18}")) {
      notOurs(file, STEP, text);
    }
    return Long.parseLong(text);
  }

  private static double loss(Path file, String key, String text) {
    try {
      return Double.parseDouble(String.valueOf(text));
    } catch (NumberFormatException e) {
      return notOurs(file, key, text);
    }
  }

  private static long notOurs(Path file, String key, String text) {
    throw new CheckpointException(file, "its " + key + " is " + text + ", which no training writes");
  }

  private static void requireEqual(Path file, String what, String found, String wanted) {
    if (!wanted.equals(found)) {
      throw new CheckpointException(file, "it is of " + (found == null ? "no " + what : what + " " + found)
          + ", wanted is " + wanted);
    }
  }

  /**
   * Loads parameters and states from a file, whatever else it holds.
   *
   * @param wanted names and types that the file must have
   * @throws CheckpointException naming the first variable that is missing or of another type
   */
  public static void load(Path file, Variables into, Map<String, TensorType> wanted) throws IOException {
    try (var arena = into.arena().child("checkpoint")) {
      write(file, Safetensors.read(file, arena, wanted::containsKey).tensors(), into, wanted);
    }
  }

  private static void write(Path file, Map<String, Tensor> tensors, Variables into, Map<String, TensorType> wanted) {
    wanted.forEach((name, type) -> {
      var tensor = tensors.get(name);
      if (tensor == null) {
        throw new CheckpointException(file, "it has no " + name + ": it is of another model, or of other constants");
      }
      var found = new TensorType(tensor.dtype(), tensor.shape());
      if (!found.equals(type)) {
        throw new CheckpointException(file, name + " is " + found + " in it, the model wants " + type);
      }
    });
    wanted.keySet().forEach(name -> into.write(name, tensors.get(name)));
  }

  /** SHA-256 over the bytes of all of a model's parameters in the order of their names, in hexadecimal. */
  public static String parametersDigest(Model model, Variables variables) {
    try (var copies = variables.arena().child("digest")) {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var name : new TreeSet<>(model.parameters())) {
        digest.update(variables.tensor(name, copies).segment().asByteBuffer());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
