package dev.gatun.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.gatun.bench.Attention;
import dev.gatun.bench.Convolution;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Product;
import dev.gatun.bench.Rows;
import dev.gatun.bench.Run;
import dev.gatun.bench.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** ONNX Runtime: what is computed forward. */
public final class OnnxRuntime implements Peer {
  private static final String RESULT = "y";

  @Override
  public String name() {
    return "ONNX Runtime";
  }

  @Override
  public String settings() {
    return "through its Java API, all optimisations, operands and results allocated once, weights as constants where "
        + "they stay; images channels first, which it blocks by itself";
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public Run open(Work work, int threads) {
    return switch (work) {
      case Product product when !product.transposedA() || product.batch() == 1 -> product(product, threads);
      case Attention attention when !attention.gradient() -> attention(attention, threads);
      case Convolution convolution when convolution.part() == Convolution.Part.OUTPUT ->
          convolution(convolution, threads);
      case Rows rows when !rows.gradient() && rows.function() != Rows.Function.CROSS_ENTROPY -> rows(rows, threads);
      default -> null;
    };
  }

  private static long[] batched(Product p, long rows, long columns) {
    return p.batch() == 1 ? new long[] {rows, columns} : new long[] {p.batch(), rows, columns};
  }

  private static Run product(Product p, int threads) {
    var model = new OnnxModel();
    var numbers = p.operands();
    var inputs = new LinkedHashMap<String, Tensor>();
    inputs.put("a", new Tensor(numbers.get("a"),
        p.transposedA() ? batched(p, p.k(), p.m()) : batched(p, p.m(), p.k())));
    var b = new Tensor(numbers.get("b"), p.transposedB() ? batched(p, p.n(), p.k()) : batched(p, p.k(), p.n()));
    if (p.constant()) {
      model.constant("b", b.numbers, b.shape);
    } else {
      inputs.put("b", b);
    }
    if (p.batch() == 1) {
      model.node("Gemm", List.of("a", "b"), RESULT, Map.of("transA", p.transposedA() ? 1L : 0L, "transB",
          p.transposedB() ? 1L : 0L));
    } else if (p.transposedB()) {
      model.node("Transpose", List.of("b"), "turned", Map.of("perm", List.of(0L, 2L, 1L)))
          .node("MatMul", List.of("a", "turned"), RESULT, Map.of());
    } else {
      model.node("MatMul", List.of("a", "b"), RESULT, Map.of());
    }
    return new Session(model, inputs, batched(p, p.m(), p.n()), threads);
  }

  private static Run attention(Attention work, int threads) {
    var inputs = new LinkedHashMap<String, Tensor>();
    var shape = new long[] {work.heads(), work.length(), work.size()};
    work.operands().forEach((name, numbers) -> inputs.put(name, new Tensor(numbers, shape)));
    var model = new OnnxModel().constant("scale", new float[] {(float) Math.pow(work.size(), -0.5)})
        .node("Transpose", List.of("k"), "turned", Map.of("perm", List.of(0L, 2L, 1L)))
        .node("MatMul", List.of("q", "turned"), "products", Map.of())
        .node("Mul", List.of("products", "scale"), "scores", Map.of())
        .node("Softmax", List.of("scores"), "weights", Map.of("axis", -1L))
        .node("MatMul", List.of("weights", "v"), RESULT, Map.of());
    return new Session(model, inputs, shape, threads);
  }

  private static Run convolution(Convolution c, int threads) {
    var numbers = c.operands();
    var x = new Tensor(Images.channelsFirst(numbers.get("x"), c.n(), c.size(), c.channels()), c.n(), c.channels(),
        c.size(), c.size());
    long pad = c.pad();
    var model = new OnnxModel()
        .constant("w", numbers.get("w"), c.filters(), c.channels() / c.groups(), c.kernel(), c.kernel())
        .node("Conv", List.of("x", "w"), RESULT, Map.of("pads", List.of(pad, pad, pad, pad), "strides",
            List.of((long) c.stride(), (long) c.stride()), "group", (long) c.groups()));
    return new Images.ChannelsLast(new Session(model, Map.of("x", x),
        new long[] {c.n(), c.filters(), c.outSize(), c.outSize()}, threads), c);
  }

  private static Run rows(Rows rows, int threads) {
    var numbers = rows.operands();
    var shape = new long[] {rows.rows(), rows.columns()};
    var model = new OnnxModel();
    switch (rows.function()) {
      case SOFTMAX -> model.node("Softmax", List.of("x"), RESULT, Map.of("axis", -1L));
      case GELU -> model.node("Gelu", List.of("x"), RESULT, Map.of());
      case LAYER_NORM -> model.constant("w", numbers.get("w"), rows.columns())
          .constant("b", numbers.get("b"), rows.columns())
          .node("LayerNormalization", List.of("x", "w", "b"), RESULT, Map.of("axis", -1L, "epsilon", 1e-5f));
      default -> throw new IllegalArgumentException(rows.name());
    }
    return new Session(model, Map.of("x", new Tensor(numbers.get("x"), shape)), shape, threads);
  }

  private record Tensor(float[] numbers, long... shape) {}

  /** A model with operands and a result in memory that stays. */
  private static final class Session implements Run {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final FloatBuffer numbers;
    private final Map<String, OnnxTensor> result;

    Session(OnnxModel model, Map<String, Tensor> operands, long[] shape, int threads) {
      var environment = OrtEnvironment.getEnvironment();
      operands.forEach((name, tensor) -> model.input(name, tensor.shape));
      model.output(RESULT, shape);
      numbers = buffer(LongStream.of(shape).reduce(1, (x, y) -> x * y));
      try (var options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        session = environment.createSession(model.bytes(), options);
        for (var operand : operands.entrySet()) {
          var buffer = buffer(operand.getValue().numbers.length).put(operand.getValue().numbers).rewind();
          inputs.put(operand.getKey(), OnnxTensor.createTensor(environment, buffer, operand.getValue().shape));
        }
        result = Map.of(RESULT, OnnxTensor.createTensor(environment, numbers, shape));
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    private static FloatBuffer buffer(long count) {
      return ByteBuffer.allocateDirect(Math.toIntExact(Float.BYTES * count)).order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    }

    @Override
    public void run() {
      try (var _ = session.run(inputs, result)) {
        return;
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public List<double[]> results() {
      var copy = new float[numbers.capacity()];
      numbers.duplicate().rewind().get(copy);
      return List.of(Natives.doubles(copy));
    }

    @Override
    public void close() {
      try {
        inputs.values().forEach(OnnxTensor::close);
        result.values().forEach(OnnxTensor::close);
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
