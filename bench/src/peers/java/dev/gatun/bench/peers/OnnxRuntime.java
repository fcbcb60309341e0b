package dev.gatun.bench.peers;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.gatun.bench.Attention;
import dev.gatun.bench.Convolution;
import dev.gatun.bench.Narrow;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Product;
import dev.gatun.bench.Rows;
import dev.gatun.bench.Run;
import dev.gatun.bench.Work;
import dev.gatun.memory.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
      case Narrow narrow -> narrow(narrow, threads);
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

  /** Weights of 16 bits are cast, which the optimiser does once. */
  private static Run narrow(Narrow p, int threads) {
    var numbers = p.operands();
    var model = new OnnxModel();
    boolean whole = p.weight() == DType.I8;
    var type = switch (p.weight()) {
      case I8 -> OnnxJavaType.INT8;
      case F16 -> OnnxJavaType.FLOAT16;
      case BF16 -> OnnxJavaType.BFLOAT16;
      default -> throw new IllegalArgumentException(p.name());
    };
    model.constant("b", type, bytes(transposed(numbers.get("b"), p.n(), p.k()), type), p.k(), p.n());
    if (whole) {
      model.node("MatMulInteger", List.of("a", "b"), RESULT, Map.of());
    } else {
      model.node("Cast", List.of("b"), "wide", Map.of("to", (long) OnnxModel.code(OnnxJavaType.FLOAT)))
          .node("MatMul", List.of("a", "wide"), RESULT, Map.of());
    }
    var left = new Tensor(numbers.get("a"), whole ? OnnxJavaType.UINT8 : OnnxJavaType.FLOAT, p.m(), p.k());
    return new Session(model, Map.of("a", left), whole ? OnnxJavaType.INT32 : OnnxJavaType.FLOAT,
        new long[] {p.m(), p.n()}, threads);
  }

  private static float[] transposed(float[] numbers, int rows, int columns) {
    var turned = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      turned[i % columns * rows + i / columns] = numbers[i];
    }
    return turned;
  }

  /** Numbers as they lie in memory. */
  private static byte[] bytes(float[] numbers, OnnxJavaType type) {
    var buffer = ByteBuffer.allocate(numbers.length * type.size).order(ByteOrder.LITTLE_ENDIAN);
    for (float number : numbers) {
      switch (type) {
        case FLOAT -> buffer.putFloat(number);
        case FLOAT16 -> buffer.putShort(Float.floatToFloat16(number));
        case BFLOAT16 -> buffer.putShort((short) (Float.floatToRawIntBits(number) >>> 16));
        case UINT8, INT8 -> buffer.put((byte) number);
        default -> throw new IllegalArgumentException("numbers of " + type);
      }
    }
    return buffer.array();
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

  private record Tensor(float[] numbers, OnnxJavaType type, long... shape) {
    Tensor(float[] numbers, long... shape) {
      this(numbers, OnnxJavaType.FLOAT, shape);
    }
  }

  /** A model with operands and a result in memory that stays. */
  private static final class Session implements Run {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final OnnxJavaType type;
    private final ByteBuffer numbers;
    private final Map<String, OnnxTensor> result;

    Session(OnnxModel model, Map<String, Tensor> operands, long[] shape, int threads) {
      this(model, operands, OnnxJavaType.FLOAT, shape, threads);
    }

    Session(OnnxModel model, Map<String, Tensor> operands, OnnxJavaType type, long[] shape, int threads) {
      this.type = type;
      var environment = OrtEnvironment.getEnvironment();
      operands.forEach((name, tensor) -> model.input(name, tensor.type, tensor.shape));
      model.output(RESULT, type, shape);
      numbers = buffer(type.size * LongStream.of(shape).reduce(1, (x, y) -> x * y));
      try (var options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        session = environment.createSession(model.bytes(), options);
        for (var operand : operands.entrySet()) {
          var tensor = operand.getValue();
          var bytes = bytes(tensor.numbers, tensor.type);
          inputs.put(operand.getKey(), OnnxTensor.createTensor(environment, buffer(bytes.length).put(bytes).rewind(),
              tensor.shape, tensor.type));
        }
        result = Map.of(RESULT, OnnxTensor.createTensor(environment, numbers, shape, type));
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    private static ByteBuffer buffer(long bytes) {
      return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
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
      var copy = new double[numbers.capacity() / type.size];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = type == OnnxJavaType.INT32 ? numbers.getInt(4 * i) : numbers.getFloat(4 * i);
      }
      return List.of(copy);
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
