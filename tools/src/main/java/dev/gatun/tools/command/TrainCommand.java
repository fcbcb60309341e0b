package dev.gatun.tools.command;

import dev.gatun.graph.Checkpoint;
import dev.gatun.graph.Model;
import dev.gatun.graph.Settings;
import dev.gatun.graph.Trainer;
import dev.gatun.memory.AtomicFile;
import dev.gatun.memory.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}: from a model and data to weights in a file. */
@Command(name = "train", sortOptions = false, description = "Train a model by its recipe and save its weights.")
final class TrainCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions model;
  @Mixin
  private DataOptions data;

  @Option(names = "--epochs", paramLabel = "N", description = "Times through the data, in place of the recipe's.")
  private Integer epochs;
  @Option(names = "--steps", paramLabel = "N", description = "Steps in all, in place of epochs.")
  private Long steps;
  @Option(names = "--batch", paramLabel = "N", description = "Samples in a step.")
  private Integer batch;
  @Option(names = "--rate", paramLabel = "X", description = "The learning rate, or the peak of its schedule.")
  private Double rate;
  @Option(names = "--seed", paramLabel = "N", description = "Decides initial weights, order of samples and every draw.")
  private Long seed;
  @Option(names = "--out", paramLabel = "FILE", description = "Where the weights go; MODEL.safetensors if not given.")
  private Path out;
  @Option(names = "--resume", description = "Go on where the file of weights stopped, to the same bits.")
  private boolean resume;
  @Option(names = "--stop-after-epoch", paramLabel = "N", description = "Save and stop when this epoch is done.")
  private Integer stopAfterEpoch;

  @Mixin
  private MachineOptions machine;
  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    if (epochs != null && steps != null) {
      throw new UsageException("--epochs and --steps exclude each other");
    }
    var file = out != null ? out : model.weights();
    requirePlace(file);
    var opened = model.open();
    model.requireRecipe(opened);
    var chosen = data.load(opened);
    var settings = settings(opened, chosen);
    try (var arena = machine.arena();
        var trainer = Fit.of(model, chosen, () -> new Trainer(opened, settings, machine.machine(), arena,
            machine.threads(), chosen.split().train()))) {
      Fit.check(model, chosen, () -> trainer.prepareEvaluation(chosen.split().test()));
      if (trainer.recomputed() > 0) {
        output.remark("to fit " + Bytes.text(arena.limitBytes()) + ", " + MemoryOption.again(trainer.recomputed())
            + ": a step takes longer");
      }
      if (resume) {
        Checkpoint.resume(trainer, file);
        output.remark("resuming " + file + " after " + trainer.step() + " of " + trainer.totalSteps() + " steps");
      }
      var run = new TrainingRun(trainer, chosen.split().test(), file, output);
      if (run.train(stopAfterEpoch == null ? Integer.MAX_VALUE : stopAfterEpoch)) {
        return ExitCode.TERMINATED;
      }
      report(run, trainer, chosen, file);
      machine.report(output);
    }
    return ExitCode.GOOD;
  }

  /** Asks before the work begins, which may be long, whether its result can be written. */
  private void requirePlace(Path file) {
    try {
      AtomicFile.check(file);
    } catch (IOException e) {
      throw new UsageException(e.getMessage() + "; name another file with --out");
    }
    if (resume && !Files.exists(file)) {
      throw new InputException("there is nothing to resume: no file " + file + "; train without --resume first");
    }
  }

  /** The recipe's settings with what the flags replace. */
  private Settings settings(Model opened, DataOptions.Loaded chosen) {
    var settings = Fit.of(model, chosen, () -> Trainer.settings(opened, chosen.split().train()));
    if (batch != null) {
      settings = settings.withBatch(MachineOptions.atLeastOne("--batch", batch).intValue());
    }
    if (epochs != null) {
      settings = settings.withEpochs(MachineOptions.atLeastOne("--epochs", epochs).intValue());
    }
    if (steps != null) {
      settings = settings.withSteps(MachineOptions.atLeastOne("--steps", steps).longValue());
    }
    if (stopAfterEpoch != null) {
      MachineOptions.atLeastOne("--stop-after-epoch", stopAfterEpoch);
    }
    if (rate != null) {
      if (!(rate > 0) || rate.isInfinite()) {
        throw new UsageException("--rate must be more than 0, found " + rate);
      }
      settings = settings.withRate(rate);
    }
    return seed == null ? settings : settings.withSeed(seed);
  }

  private void report(TrainingRun run, Trainer trainer, DataOptions.Loaded chosen, Path file) {
    var object = new LinkedHashMap<String, Object>();
    object.put("model", model.name());
    object.put("dataset", chosen.source().name());
    object.put("seed", trainer.settings().seed());
    object.put("threads", machine.threads());
    object.put("epochs", run.epochs());
    object.put("steps", trainer.step());
    object.put("seconds", run.seconds());
    object.put("loss", run.loss());
    object.put("metrics", run.metrics());
    object.put("weights", file.toString());
    object.put("parameters_sha256", Checkpoint.parametersDigest(trainer.model(), trainer.variables()));
    output.object(object);
    output.line("saved " + file + (trainer.isDone() ? "" : "; go on with --resume"));
    var next = next(file);
    int width = next.keySet().stream().mapToInt(String::length).max().orElse(0);
    next.forEach((command, purpose) -> output.hint("  " + command + " ".repeat(width - command.length()) + "   "
        + purpose));
  }

  /** Commands that find the same model, weights and data again, and what for. */
  private Map<String, String> next(Path file) {
    var same = model.words();
    same.addAll(data.words());
    var trained = new ArrayList<>(same);
    if (out != null) {
      trained.addAll(List.of("--weights", file.toString()));
    }
    var commands = new LinkedHashMap<String, String>();
    commands.put("gatun eval " + line(trained), "measure it again");
    commands.put("gatun run " + line(trained), "see its answer to one sample");
    commands.put("gatun inspect " + line(same), "its layers, cost and memory");
    return commands;
  }

  /** Words as a shell takes them. */
  private static String line(List<String> words) {
    return words.stream().map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
