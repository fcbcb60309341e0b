package dev.gatun.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.gatun.bench.Numbers;
import dev.gatun.bench.Run;
import dev.gatun.bench.TrainingStep;
import java.util.ArrayList;
import java.util.List;

/** A network's training step in libtorch, from the same parameters on the same batches, held ready. */
final class TorchTraining implements Run {
  private final Engine engine;
  private final TrainingStep step;
  private final NDManager manager;
  private final TorchNetwork network;
  private final List<TrainingStep.Parameter> initial;
  private final List<NDArray> parameters = new ArrayList<>();
  private final List<NDArray> samples = new ArrayList<>();
  private final List<NDArray> labels = new ArrayList<>();
  private final Loss loss = Loss.softmaxCrossEntropyLoss();
  private final Optimizer optimizer;
  private final double[] losses;

  TorchTraining(Engine engine, TrainingStep step) {
    this.engine = engine;
    this.step = step;
    optimizer = Optimizer.sgd().setLearningRateTracker(Tracker.fixed((float) step.network().rate())).build();
    manager = engine.newBaseManager();
    initial = step.initial();
    for (var parameter : initial) {
      var array = manager.create(Numbers.floats(parameter.values()),
          new Shape(parameter.variable().type().shape().sizes()));
      array.setRequiresGradient(true);
      parameters.add(array);
    }
    network = new TorchNetwork(manager, parameters, true);
    losses = new double[step.network().batches()];
    int batch = step.batch();
    var data = step.data();
    var shape = new Shape(step.network().samples(batch).sizes());
    for (int i = 0; i < losses.length; i++) {
      samples.add(manager.create(data.samples(i * batch, batch), shape));
      labels.add(manager.create(data.labels(i * batch, batch)));
    }
  }

  /** Trains on each batch once. */
  @Override
  public void run() {
    for (int i = 0; i < losses.length; i++) {
      losses[i] = step(samples.get(i), labels.get(i));
    }
  }

  private double step(NDArray x, NDArray label) {
    try (var temporary = manager.newSubManager()) {
      temporary.tempAttachAll(x, label);
      NDArray mean;
      try (var collector = engine.newGradientCollector()) {
        mean = loss.evaluate(new NDList(label), new NDList(network.logits(step.network(), x)));
        collector.backward(mean);
      }
      for (int i = 0; i < parameters.size(); i++) {
        try (var gradient = parameters.get(i).getGradient()) {
          optimizer.update(Integer.toString(i), parameters.get(i), gradient);
        }
      }
      return mean.getFloat();
    }
  }

  @Override
  public int operations() {
    return losses.length;
  }

  @Override
  public List<double[]> results() {
    return TrainingStep.movements(initial, parameters.stream().map(p -> Natives.doubles(p.toFloatArray())).toList(),
        losses);
  }

  @Override
  public void close() {
    manager.close();
  }
}
