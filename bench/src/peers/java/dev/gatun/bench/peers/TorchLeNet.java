package dev.gatun.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.gatun.bench.LeNet;
import dev.gatun.bench.LeNetStep;
import dev.gatun.bench.Run;
import dev.gatun.graph.Machines;
import java.util.ArrayList;
import java.util.List;

/** The training step of {@link LeNet} in libtorch, from the same parameters on the same batches, held ready. */
final class TorchLeNet implements Run {
  private static final List<Shape> SHAPES = List.of(new Shape(6, 1, 5, 5), new Shape(6), new Shape(16, 6, 5, 5),
      new Shape(16), new Shape(120, 400), new Shape(120), new Shape(84, 120), new Shape(84), new Shape(10, 84),
      new Shape(10));
  private static final Shape ONE = new Shape(1, 1);
  private static final Shape TWO = new Shape(2, 2);
  private static final Shape NONE = new Shape(0, 0);

  private final Engine engine;
  private final NDManager manager;
  private final List<double[]> initial;
  private final List<NDArray> parameters = new ArrayList<>();
  private final List<NDArray> images = new ArrayList<>();
  private final List<NDArray> labels = new ArrayList<>();
  private final Loss loss = Loss.softmaxCrossEntropyLoss();
  private final Optimizer optimizer = Optimizer.sgd().setLearningRateTracker(Tracker.fixed((float) LeNet.RATE)).build();
  private final double[] losses = new double[LeNet.BATCHES];

  TorchLeNet(Engine engine, LeNetStep step) {
    this.engine = engine;
    manager = engine.newBaseManager();
    int batch = step.batch();
    var data = step.data();
    try (var ours = new LeNet(Machines.best(), 1, batch, data)) {
      initial = ours.parameters();
    }
    for (int i = 0; i < SHAPES.size(); i++) {
      var parameter = manager.create(floats(initial.get(i)), SHAPES.get(i));
      parameter.setRequiresGradient(true);
      parameters.add(parameter);
    }
    for (int i = 0; i < LeNet.BATCHES; i++) {
      images.add(manager.create(data.images(i * batch, batch), new Shape(batch, 1, 28, 28)));
      labels.add(manager.create(data.labels(i * batch, batch)));
    }
  }

  /** Trains on each batch once. */
  @Override
  public void run() {
    for (int i = 0; i < LeNet.BATCHES; i++) {
      losses[i] = step(images.get(i), labels.get(i));
    }
  }

  private double step(NDArray image, NDArray label) {
    try (var temporary = manager.newSubManager()) {
      temporary.tempAttachAll(image, label);
      NDArray mean;
      try (var collector = engine.newGradientCollector()) {
        mean = loss.evaluate(new NDList(label), new NDList(logits(image)));
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

  private NDArray logits(NDArray image) {
    var first = pooled(Activation.relu(convolved(image, 0, new Shape(2, 2))));
    var second = pooled(Activation.relu(convolved(first, 2, NONE)));
    var flat = second.reshape(image.getShape().get(0), -1);
    return linear(Activation.relu(linear(Activation.relu(linear(flat, 4)), 6)), 8);
  }

  private NDArray convolved(NDArray x, int weight, Shape padding) {
    return Conv2d.conv2d(x, parameters.get(weight), parameters.get(weight + 1), ONE, padding, ONE, 1)
        .singletonOrThrow();
  }

  private static NDArray pooled(NDArray x) {
    return Pool.maxPool2d(x, TWO, TWO, NONE, false);
  }

  private NDArray linear(NDArray x, int weight) {
    return Linear.linear(x, parameters.get(weight), parameters.get(weight + 1)).singletonOrThrow();
  }

  @Override
  public int operations() {
    return LeNet.BATCHES;
  }

  @Override
  public List<double[]> results() {
    return LeNet.movements(initial, parameters.stream().map(p -> Natives.doubles(p.toFloatArray())).toList(), losses);
  }

  private static float[] floats(double[] numbers) {
    var floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  @Override
  public void close() {
    manager.close();
  }
}
