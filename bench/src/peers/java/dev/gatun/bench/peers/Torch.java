package dev.gatun.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.loss.Loss;
import dev.gatun.bench.Attention;
import dev.gatun.bench.Chain;
import dev.gatun.bench.ColdStart;
import dev.gatun.bench.Convolution;
import dev.gatun.bench.Inference;
import dev.gatun.bench.Movement;
import dev.gatun.bench.Narrow;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Product;
import dev.gatun.bench.Rows;
import dev.gatun.bench.Run;
import dev.gatun.bench.Serving;
import dev.gatun.bench.Total;
import dev.gatun.bench.TrainingStep;
import dev.gatun.bench.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** libtorch through DJL: an operator, and a new tensor, for each step, and its own gradients. */
public final class Torch implements Peer {
  private static Engine engine;

  /** Threads and folders are read by DJL once. */
  static Engine engine(int threads) {
    if (engine == null) {
      var natives = Natives.place().toString();
      Map.of("ai.djl.offline", "true", "OPT_OUT_TRACKING", "true", "DJL_CACHE_DIR", natives, "ENGINE_CACHE_DIR",
          natives, "ai.djl.pytorch.num_threads", Integer.toString(threads), "ai.djl.pytorch.num_interop_threads", "1")
          .forEach(System::setProperty);
      engine = Engine.getEngine("PyTorch");
    }
    return engine;
  }

  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public String settings() {
    return "through DJL; contiguous tensors (NCHW for convolutions), one operator at a time, gradients by its own "
        + "tape, added to those of the call before";
  }

  @Override
  public boolean allocates() {
    return true;
  }

  @Override
  public Run open(Work work, int threads) {
    return switch (work) {
      case ColdStart start -> start.process(TorchFirstResult.class, threads);
      case Inference inference -> new TorchInference(engine(threads), inference);
      case Serving serving -> serving.atOnce(threads, () -> new TorchInference(engine(1), serving.pass()));
      case TrainingStep step -> new TorchTraining(engine(threads), step);
      case Product product when product.constant() -> null;
      case Narrow _ -> null;
      case Product product -> new Tensors(threads, operands(product), List.of(), t -> List.of(product(product, t)));
      case Chain chain -> new Tensors(threads, flat(chain.operands()), List.of(), Torch::chain);
      case Total total -> new Tensors(threads, Map.of("x", new Operand(total.operands().get("x"), total.rows(),
          total.columns())), List.of(), t -> List.of(t.get("x").sum(new int[] {1})));
      case Movement movement -> movement(movement, threads);
      case Rows rows -> rows(rows, threads);
      case Attention attention -> attention(attention, threads);
      case Convolution convolution -> convolution(convolution, threads, false);
    };
  }

  /** Numbers, the shape that they have, and the order in which the tensor has their axes; null for the same. */
  private record Operand(float[] numbers, int[] order, long... shape) {
    Operand(float[] numbers, long... shape) {
      this(numbers, null, shape);
    }
  }

  private static Map<String, Operand> operands(Product p) {
    var numbers = p.operands();
    var a = p.transposedA() ? new long[] {p.k(), p.m()} : new long[] {p.m(), p.k()};
    var b = p.transposedB() ? new long[] {p.n(), p.k()} : new long[] {p.k(), p.n()};
    return Map.of("a", new Operand(numbers.get("a"), batched(p, a)), "b", new Operand(numbers.get("b"), batched(p, b)));
  }

  private static long[] batched(Product p, long[] matrix) {
    return p.batch() == 1 ? matrix : new long[] {p.batch(), matrix[0], matrix[1]};
  }

  private static NDArray product(Product p, Map<String, NDArray> t) {
    int rank = p.batch() == 1 ? 2 : 3;
    var a = p.transposedA() ? t.get("a").swapAxes(rank - 2, rank - 1) : t.get("a");
    var b = p.transposedB() ? t.get("b").swapAxes(rank - 2, rank - 1) : t.get("b");
    return a.matMul(b);
  }

  private static Map<String, Operand> flat(Map<String, float[]> numbers) {
    var operands = new java.util.HashMap<String, Operand>();
    numbers.forEach((name, values) -> operands.put(name, new Operand(values, values.length)));
    return operands;
  }

  private static List<NDArray> chain(Map<String, NDArray> t) {
    return List.of(t.get("x").mul(t.get("z")).add(t.get("t")).getNDArrayInternal().relu().add(t.get("x")));
  }

  /** Views are made contiguous by a change of shape, for results are to lie as ours do. */
  private static Run movement(Movement work, int threads) {
    var operands = new java.util.HashMap<String, Operand>();
    work.operands().forEach((name, values) -> operands.put(name, name.equals("index")
        ? new Operand(values, work.rows()) : new Operand(values, work.rows(), work.columns())));
    Function<Map<String, NDArray>, NDArray> forward = switch (work.kind()) {
      case TRANSPOSE -> t -> t.get("x").transpose().reshape(-1);
      case SECOND_COLUMNS -> t -> t.get("x").get(":, ::2").duplicate();
      case COLUMN_SUMS -> t -> t.get("x").sum(new int[] {0});
      case EMBEDDING, EMBEDDING_GRADIENT -> t -> t.get("x").getNDArrayInternal()
          .embedding(t.get("index").toType(DataType.INT64, false), t.get("x"), SparseFormat.DENSE).singletonOrThrow();
      case TOP -> t -> t.get("x").topK(Movement.LARGEST, 1).get(0);
    };
    return differentiated(threads, operands,
        work.kind() == Movement.Kind.EMBEDDING_GRADIENT ? List.of("x") : List.of(), forward);
  }

  private static Run rows(Rows rows, int threads) {
    var numbers = rows.operands();
    var operands = new java.util.HashMap<String, Operand>();
    numbers.forEach((name, values) -> operands.put(name, values.length == (long) rows.rows() * rows.columns()
        ? new Operand(values, rows.rows(), rows.columns()) : new Operand(values, values.length)));
    Function<Map<String, NDArray>, NDArray> forward = switch (rows.function()) {
      case SOFTMAX -> t -> t.get("x").softmax(-1);
      case GELU -> t -> Activation.gelu(t.get("x"));
      case LAYER_NORM -> t -> LayerNorm.layerNorm(t.get("x"), new Shape(rows.columns()), t.get("w"), t.get("b"), 1e-5f)
          .singletonOrThrow();
      case CROSS_ENTROPY -> t -> Loss.softmaxCrossEntropyLoss().evaluate(new NDList(t.get("label")),
          new NDList(t.get("x")));
    };
    var varied = rows.function() == Rows.Function.LAYER_NORM ? List.of("x", "w", "b") : List.of("x");
    return differentiated(threads, operands, rows.gradient() ? varied : List.of(), forward);
  }

  private static Run attention(Attention work, int threads) {
    var operands = new java.util.HashMap<String, Operand>();
    work.operands().forEach((name, values) -> operands.put(name, new Operand(values, work.heads(), work.length(),
        work.size())));
    return differentiated(threads, operands, work.gradient() ? List.of("q", "k", "v") : List.of(), t -> t.get("q")
        .matMul(t.get("k").swapAxes(1, 2)).mul(Math.pow(work.size(), -0.5)).softmax(-1).matMul(t.get("v")));
  }

  /**
   * A convolution of tensors in one of libtorch's two layouts, which it tells by their strides. It has no name for the
   * gradient of one operand alone: it computes all of them.
   */
  static Run convolution(Convolution c, int threads, boolean channelsLast) {
    if (c.part() != Convolution.Part.OUTPUT && c.part() != Convolution.Part.ALL) {
      return null;
    }
    var numbers = c.operands();
    var operands = new java.util.HashMap<String, Operand>();
    operands.put("x", image(numbers.get("x"), c.n(), c.size(), c.channels(), channelsLast));
    int joined = c.channels() / c.groups();
    operands.put("w", channelsLast
        ? image(Images.channelsLast(numbers.get("w"), c.filters(), c.kernel(), joined), c.filters(), c.kernel(), joined,
            true)
        : new Operand(numbers.get("w"), c.filters(), joined, c.kernel(), c.kernel()));
    if (c.part() == Convolution.Part.ALL) {
      operands.put("dy", image(numbers.get("dy"), c.n(), c.outSize(), c.filters(), channelsLast));
    }
    var stride = new Shape(c.stride(), c.stride());
    var pad = new Shape(c.pad(), c.pad());
    var one = new Shape(1, 1);
    var run = differentiated(threads, operands, c.part() == Convolution.Part.ALL ? List.of("x", "w") : List.of(),
        t -> Conv2d.conv2d(t.get("x"), t.get("w"), null, stride, pad, one, c.groups()).singletonOrThrow());
    return new Images.ChannelsLast(run, c);
  }

  /** An image whose numbers are given channels last, in either layout. */
  private static Operand image(float[] numbers, int n, int size, int channels, boolean channelsLast) {
    return channelsLast ? new Operand(numbers, new int[] {0, 3, 1, 2}, n, size, size, channels)
        : new Operand(Images.channelsFirst(numbers, n, size, channels), n, channels, size, size);
  }

  /** The value of {@code forward}, and the gradients of the operands that are varied, if any. */
  private static Run differentiated(int threads, Map<String, Operand> operands, List<String> varied,
      Function<Map<String, NDArray>, NDArray> forward) {
    if (varied.isEmpty()) {
      return new Tensors(threads, operands, varied, t -> List.of(forward.apply(t)));
    }
    return new Tensors(threads, operands, varied, t -> {
      var results = new ArrayList<NDArray>();
      try (var collector = engine.newGradientCollector()) {
        var y = forward.apply(t);
        results.add(y);
        collector.backward(t.containsKey("dy") ? y.mul(t.get("dy")).sum() : y);
      }
      varied.forEach(name -> results.add(t.get(name).getGradient()));
      return results;
    });
  }

  /** Operators on operands that were made once; what a call makes is freed before the next. */
  private static final class Tensors implements Run {
    private final NDManager manager;
    private final Map<String, NDArray> operands = new java.util.HashMap<>();
    private final Function<Map<String, NDArray>, List<NDArray>> operators;

    Tensors(int threads, Map<String, Operand> numbers, List<String> varied,
        Function<Map<String, NDArray>, List<NDArray>> operators) {
      this.operators = operators;
      manager = engine(threads).newBaseManager();
      numbers.forEach((name, operand) -> {
        var lying = manager.create(operand.numbers, new Shape(operand.shape));
        var array = operand.order == null ? lying : lying.transpose(operand.order);
        array.setRequiresGradient(varied.contains(name));
        operands.put(name, array);
      });
    }

    private <T> T compute(Function<List<NDArray>, T> use) {
      try (var temporary = manager.newSubManager()) {
        temporary.tempAttachAll(operands.values().toArray(NDArray[]::new));
        return use.apply(operators.apply(operands));
      }
    }

    @Override
    public void run() {
      compute(_ -> null);
    }

    /** Gradients add to what there is, which is taken away first. */
    @Override
    public List<double[]> results() {
      operands.values().stream().filter(NDArray::hasGradient).map(NDArray::getGradient)
          .forEach(gradient -> gradient.subi(gradient));
      return compute(results -> results.stream().map(array -> Natives.doubles(array.toFloatArray())).toList());
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
