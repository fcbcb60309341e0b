package dev.gatun.bench;

import dev.gatun.graph.Checkpoint;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.Elaborated;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network trained through {@link Trainer} as a user would: copying the batch in and reading the loss are part of a
 * step.
 */
final class Training implements Run {
  private static final long LIMIT = 8L << 30;

  private final TensorArena arena = TensorArena.root("bench", LIMIT);
  private final Trainer trainer;
  private final List<TrainingStep.Parameter> initial = new ArrayList<>();
  private final double[] losses;
  private final Trainer.Listener listener = new Trainer.Listener() {
    @Override
    public void step(int epoch, long stepOfEpoch, long stepsInEpoch, double loss) {
      losses[(int) stepOfEpoch] = loss;
    }
  };

  /** A freshly drawn network. */
  Training(Backend machine, int threads, TrainingStep step) {
    var model = step.network().model();
    var data = step.data();
    losses = new double[step.network().batches()];
    trainer = new Trainer(model, Trainer.settings(model, data).withBatch(step.batch()).withEpochs(Integer.MAX_VALUE),
        machine, arena, threads, data);
    var values = parameters();
    for (int i = 0; i < values.size(); i++) {
      initial.add(new TrainingStep.Parameter(trainer.parameters().get(i), values.get(i)));
    }
  }

  /** The forward graph, whose only result is the loss. */
  static Graph objective(Elaborated elaborated) {
    return Graph.of(Map.of("loss", elaborated.bindings().get("loss")), Map.of());
  }

  List<TrainingStep.Parameter> initial() {
    return initial;
  }

  void save(Path file) throws IOException {
    Checkpoint.save(trainer, file);
  }

  /** Trains on each batch once. */
  @Override
  public void run() {
    trainer.epoch(listener);
  }

  @Override
  public int operations() {
    return losses.length;
  }

  private List<double[]> parameters() {
    var saved = saved();
    return trainer.parameters().stream().map(parameter -> saved.get(parameter.name())).toList();
  }

  /** All that the model holds, by name. */
  Map<String, double[]> saved() {
    var all = new HashMap<String, double[]>();
    trainer.variables().types().forEach((name, type) -> {
      try (var scratch = GraphRun.scratch(type)) {
        var tensor = scratch.allocate(type.dtype(), type.shape());
        trainer.variables().read(name, tensor);
        all.put(name, tensor.toDoubles());
      }
    });
    return all;
  }

  @Override
  public List<double[]> results() {
    return TrainingStep.movements(initial, parameters(), losses);
  }

  @Override
  public void close() {
    trainer.close();
    arena.close();
  }
}
