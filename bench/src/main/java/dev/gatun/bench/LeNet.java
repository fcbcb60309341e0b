package dev.gatun.bench;

import dev.gatun.graph.Model;
import dev.gatun.graph.Trainer;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import java.util.ArrayList;
import java.util.List;

/**
 * LeNet-5 (LeCun 1998, with ReLU and max pooling; 61 706 parameters) trained by plain SGD on random pictures, through
 * {@link Trainer} as a user would: copying the batch in and reading the loss are part of a step.
 */
public final class LeNet implements AutoCloseable {
  /** Batches of the data set, so that it does not stay in cache. */
  public static final int BATCHES = 8;
  /** Learning rate. */
  public static final double RATE = 0.01;
  private static final String TEXT = """
      model lenet(image: f32[N, 1, 28, 28], label: i32[N]) {
        c1 = image |> conv(6, kernel = 5, pad = 2) |> relu |> max_pool(2)
        c3 = c1 |> conv(16, kernel = 5) |> relu |> max_pool(2)
        f5 = c3 |> flatten |> linear(120) |> relu
        f6 = f5 |> linear(84) |> relu
        logits = linear(f6, 10)
        loss = cross_entropy(logits, label)
      }
      train lenet { minimize loss; optimizer = sgd(%s) }
      """.formatted(RATE);
  // Multiply-adds of a picture's forward pass: two convolutions, three products.
  private static final long FIRST = 28 * 28 * 6 * 25;
  private static final long OTHERS = 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10;
  private static final long LIMIT = 4L << 30;

  private final TensorArena arena = TensorArena.root("bench", LIMIT);
  private final Trainer trainer;
  private final double[] losses = new double[BATCHES];
  private final Trainer.Listener listener = new Trainer.Listener() {
    @Override
    public void step(int epoch, long stepOfEpoch, long stepsInEpoch, double loss) {
      losses[(int) stepOfEpoch] = loss;
    }
  };

  /** A freshly drawn network. Data must be {@link #BATCHES} batches. */
  public LeNet(Backend machine, int threads, int batch, RandomImages data) {
    var model = Model.of(TEXT);
    trainer = new Trainer(model, Trainer.settings(model, data).withBatch(batch).withEpochs(Integer.MAX_VALUE), machine,
        arena, threads, data);
  }

  /** Pictures for a batch size. */
  public static RandomImages data(int batch) {
    return new RandomImages(BATCHES * batch, 1);
  }

  /** Flops that a step needs: forward, gradients of all weights, gradients of all inputs but the pictures. */
  public static double flops(int batch) {
    return 2.0 * batch * (2 * FIRST + 3 * OTHERS);
  }

  /** Trains on each batch once: {@link #BATCHES} steps. */
  public void epoch() {
    trainer.epoch(listener);
  }

  /** The losses of the last epoch's steps. */
  public double[] losses() {
    return losses.clone();
  }

  /** The parameters in the order of the layers, each weight before its bias, row-major in PyTorch's layouts. */
  public List<float[]> parameters() {
    var all = new ArrayList<float[]>();
    for (var parameter : trainer.parameters()) {
      try (var scratch = TensorArena.root("parameter", parameter.type().bytes() + TensorArena.ALIGNMENT)) {
        var tensor = scratch.allocate(parameter.type().dtype(), parameter.type().shape());
        trainer.variables().read(parameter.name(), tensor);
        all.add(tensor.toFloats());
      }
    }
    return all;
  }

  @Override
  public void close() {
    trainer.close();
    arena.close();
  }
}
