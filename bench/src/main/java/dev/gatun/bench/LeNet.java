package dev.gatun.bench;

import dev.gatun.graph.Model;
import dev.gatun.graph.Trainer;
import dev.gatun.memory.DType;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * LeNet-5 (LeCun 1998, with ReLU and max pooling; 61 706 parameters) trained by plain SGD on random pictures, through
 * {@link Trainer} as a user would: copying the batch in and reading the loss are part of a step.
 */
public final class LeNet implements Run {
  /** Batches of the data set, so that it does not stay in cache. */
  public static final int BATCHES = 8;
  /** Learning rate. */
  public static final double RATE = 0.01;
  private static final String TEXT = """
      model lenet(image: f32[N, 1, 28, 28], label: i32[N]) {
        c1 = image |> cast(%s) |> conv(6, kernel = 5, pad = 2) |> relu |> max_pool(2)
        c3 = c1 |> conv(16, kernel = 5) |> relu |> max_pool(2)
        f5 = c3 |> flatten |> linear(120) |> relu
        f6 = f5 |> linear(84) |> relu
        logits = linear(f6, 10)
        loss = cross_entropy(logits, label) |> cast(f32)
      }
      train lenet { minimize loss; optimizer = sgd(%s) }
      """;
  /** The library's layers are in f32. */
  private static final String EXACT_LAYERS = """
      block conv(x: f64[N, C, ...], channels, kernel, pad = 0) {
        param weight: f64[channels, C, kernel, kernel] = fan_in_uniform()
        param bias: f64[channels] = 0
        y = convolve(x, weight, pad = pad)
        y + channelwise(bias, y)
      }
      block linear(x: f64[N, C], size) {
        param weight: f64[size, C] = fan_in_uniform()
        param bias: f64[size] = 0
        x @ transpose(weight) + bias
      }
      """;
  // Multiply-adds of a picture's forward pass: two convolutions, three products.
  private static final long FIRST = 28 * 28 * 6 * 25;
  private static final long OTHERS = 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10;
  private static final long LIMIT = 4L << 30;

  private final TensorArena arena = TensorArena.root("bench", LIMIT);
  private final Trainer trainer;
  private final List<double[]> initial;
  private final double[] losses = new double[BATCHES];
  private final Trainer.Listener listener = new Trainer.Listener() {
    @Override
    public void step(int epoch, long stepOfEpoch, long stepsInEpoch, double loss) {
      losses[(int) stepOfEpoch] = loss;
    }
  };

  /** A freshly drawn network in f32. Data must be {@link #BATCHES} batches. */
  public LeNet(Backend machine, int threads, int batch, RandomImages data) {
    this(machine, threads, batch, data, DType.F32);
  }

  private LeNet(Backend machine, int threads, int batch, RandomImages data, DType dtype) {
    var model = Model.of((dtype == DType.F64 ? EXACT_LAYERS : "") + TEXT.formatted(dtype, RATE));
    trainer = new Trainer(model, Trainer.settings(model, data).withBatch(batch).withEpochs(Integer.MAX_VALUE), machine,
        arena, threads, data);
    if (dtype == DType.F64) {
      try (var narrow = new LeNet(machine, threads, batch, data)) {
        begin(narrow.parameters());
      }
    }
    initial = parameters();
  }

  /** The same network in f64, which begins with the same parameters: what steps in f32 are measured against. */
  public static LeNet exact(Backend machine, int threads, int batch, RandomImages data) {
    return new LeNet(machine, threads, batch, data, DType.F64);
  }

  private void begin(List<double[]> parameters) {
    var names = trainer.parameters();
    for (int i = 0; i < names.size(); i++) {
      var type = names.get(i).type();
      try (var scratch = scratch(type)) {
        var tensor = scratch.allocate(type.dtype(), type.shape());
        tensor.setDoubles(parameters.get(i));
        trainer.variables().write(names.get(i).name(), tensor);
      }
    }
  }

  private static TensorArena scratch(TensorType type) {
    return TensorArena.root("parameter", type.bytes() + TensorArena.ALIGNMENT);
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
  @Override
  public void run() {
    trainer.epoch(listener);
  }

  @Override
  public int operations() {
    return BATCHES;
  }

  /** The parameters in the order of the layers, each weight before its bias, row-major in PyTorch's layouts. */
  public List<double[]> parameters() {
    var all = new ArrayList<double[]>();
    for (var parameter : trainer.parameters()) {
      try (var scratch = scratch(parameter.type())) {
        var tensor = scratch.allocate(parameter.type().dtype(), parameter.type().shape());
        trainer.variables().read(parameter.name(), tensor);
        all.add(tensor.toDoubles());
      }
    }
    return all;
  }

  /** How far each parameter has moved from where it began, and the losses of the last epoch's steps. */
  @Override
  public List<double[]> results() {
    return movements(initial, parameters(), losses);
  }

  /** The results of a network with such parameters and losses. */
  public static List<double[]> movements(List<double[]> initial, List<double[]> parameters, double[] losses) {
    var all = new ArrayList<double[]>();
    for (int i = 0; i < initial.size(); i++) {
      var movement = parameters.get(i).clone();
      for (int j = 0; j < movement.length; j++) {
        movement[j] -= initial.get(i)[j];
      }
      all.add(movement);
    }
    all.add(losses.clone());
    return all;
  }

  @Override
  public void close() {
    trainer.close();
    arena.close();
  }
}
