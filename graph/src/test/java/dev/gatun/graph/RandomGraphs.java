package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Geometry;
import dev.gatun.ops.Graph;
import dev.gatun.ops.LogSoftmax;
import dev.gatun.ops.MaxPool;
import dev.gatun.ops.Moments;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Slice;
import dev.gatun.ops.Softmax;
import dev.gatun.ops.Source;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.SumPool;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Draws graphs of twenty or so ops on small float tensors, smooth enough to compare machines and to differentiate. */
public final class RandomGraphs {
  private final Random random;
  private final Builder b = new Builder();
  private final DType dtype;
  private final List<Value> values = new ArrayList<>();
  private final Map<String, Reference> sources = new LinkedHashMap<>();

  /** A graph, the value of each source, and the value that is the graph's "loss". */
  public record Drawn(Graph graph, Map<String, Reference> sources, Value loss, Builder builder, List<Value> inputs) {
    /** The gradients of the loss by all inputs. */
    public Graph gradients() {
      var outputs = new LinkedHashMap<String, Value>();
      builder.gradients(loss, inputs).forEach(gradient -> outputs.put("g" + outputs.size(), gradient));
      return Graph.of(outputs, Map.of());
    }
  }

  private RandomGraphs(long seed, DType dtype) {
    random = new Random(seed);
    this.dtype = dtype;
  }

  public static Drawn draw(long seed, DType dtype) {
    return new RandomGraphs(seed, dtype).draw();
  }

  /** A graph of one loop, whose loss is the sum of the squares of all its results. */
  public static Drawn drawLoop(long seed, DType dtype) {
    var loop = OpCases.draw("Scan", seed, dtype);
    var b = new Builder();
    var operands = new ArrayList<Value>();
    var sources = new LinkedHashMap<String, Reference>();
    for (int i = 0; i < loop.types().size(); i++) {
      operands.add(b.source("x" + i, Role.INPUT, loop.types().get(i)));
      sources.put("x" + i, Reference.of(loop.types().get(i), loop.values().get(i)));
    }
    var loss = b.constant(TensorType.scalar(dtype), 0);
    var outputs = new LinkedHashMap<String, Value>();
    for (var result : b.scan((Scan) loop.op(), operands)) {
      outputs.put("y" + outputs.size(), result);
      loss = b.add(loss, b.sum(b.mul(result, result), Builder.allAxes(result), false));
    }
    return new Drawn(Graph.of(outputs, Map.of()), sources, loss, b,
        operands.stream().filter(x -> x.dtype().isFloat()).toList());
  }

  private Drawn draw() {
    var shapes = List.of(Shape.of(2, 3, 4, 4), Shape.of(3, 4), Shape.of(4), Shape.of(2, 3, 5));
    for (int i = 0; i < shapes.size(); i++) {
      values.add(source("in" + i, i == 2 ? Role.PARAMETER : Role.INPUT, shapes.get(i)));
    }
    var states = List.of(source("state0", Role.STATE, Shape.of(3, 4)), source("state1", Role.STATE, Shape.of(3, 4)));
    values.addAll(states);
    int count = 5 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      values.add(step());
    }
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < 3; i++) {
      outputs.put("out" + i, pick());
    }
    var loss = b.constant(TensorType.scalar(dtype), 0);
    for (var value : values.subList(values.size() - 4, values.size())) {
      loss = b.add(loss, b.sum(b.tanh(value), Builder.allAxes(value), false));
    }
    outputs.put("loss", loss);
    var updates = new HashMap<Value, Value>();
    updates.put(states.get(0), b.add(b.mul(states.get(0), 0.5), fit(pick(), Shape.of(3, 4))));
    updates.put(states.get(1), random.nextBoolean() ? states.get(0) : b.tanh(states.get(1)));
    return new Drawn(Graph.of(outputs, updates), sources, loss, b, values.subList(0, 4));
  }

  private Value source(String name, Role role, Shape shape) {
    var type = new TensorType(dtype, shape);
    sources.put(name, Reference.of(type, random.doubles(shape.elements(), -1, 1).map(v -> (float) v).toArray()));
    return b.apply(new Source(name, role, type));
  }

  private Value pick() {
    return values.get(random.nextInt(values.size()));
  }

  private Value pick(int rank) {
    var fitting = values.stream().filter(v -> v.rank() == rank).toList();
    return fitting.get(random.nextInt(fitting.size()));
  }

  /** {@code x} made to {@code shape}: by its mean, broadcast, if it is no smaller thing of that shape. */
  private Value fit(Value x, Shape shape) {
    return x.shape().equals(shape) ? x : b.broadcast(b.mean(x, Builder.allAxes(x), false), shape);
  }

  private Value reversed(Value x, int axis) {
    var start = new ArrayList<>(Collections.nCopies(x.rank(), 0L));
    var step = new ArrayList<>(Collections.nCopies(x.rank(), 1L));
    start.set(axis, x.shape().size(axis) - 1);
    step.set(axis, -1L);
    return b.apply(new Slice(start, LongStream.of(x.shape().sizes()).boxed().toList(), step), x);
  }

  private Value step() {
    return switch (random.nextInt(16)) {
      case 0, 1 -> b.unary(List.of(UnaryFn.TANH, UnaryFn.SIGMOID, UnaryFn.NEG, UnaryFn.SIN).get(random.nextInt(4)), pick());
      case 2, 3 -> {
        var x = pick();
        yield b.binary(List.of(BinaryFn.ADD, BinaryFn.MUL, BinaryFn.SUB).get(random.nextInt(3)), x, fit(pick(), x.shape()));
      }
      case 4 -> b.relu(pick());
      case 5 -> {
        var x = pick();
        var order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
        Collections.shuffle(order, random);
        yield b.transpose(x, order);
      }
      case 6 -> {
        var x = pick();
        yield b.reshape(x, random.nextBoolean() ? Shape.of(x.shape().elements()) : Shape.of(x.shape().elements(), 1));
      }
      case 7 -> {
        var x = pick();
        int axis = x.rank() == 0 ? -1 : random.nextInt(x.rank());
        yield axis < 0 || x.shape().size(axis) < 2 ? x : random.nextBoolean()
            ? b.slice(x, axis, 1, x.shape().size(axis) - 1) : reversed(x, axis);
      }
      case 8 -> {
        var x = pick();
        yield x.rank() == 0 ? x : b.concat(List.of(x, b.tanh(x)), random.nextInt(x.rank()));
      }
      case 9 -> {
        var x = pick();
        yield x.rank() == 0 ? x : b.apply(random.nextBoolean() ? new Softmax(random.nextInt(x.rank()))
            : new LogSoftmax(random.nextInt(x.rank())), x);
      }
      case 10 -> {
        var x = pick(2);
        yield b.matmul(x, b.tanh(b.transposeLast(x)));
      }
      case 11 -> convolution();
      case 12 -> pool();
      case 13 -> {
        var x = pick();
        if (x.rank() < 2) {
          yield x;
        }
        var moments = b.apply(new Moments(List.of(random.nextInt(x.rank()))), List.of(x));
        yield b.div(b.sub(x, moments.get(0)), b.sqrt(b.add(moments.get(1), 1)));
      }
      case 14 -> scan();
      default -> {
        var x = pick();
        yield b.select(b.greater(x, b.like(x, 0.1)), x, b.mul(x, 0.3));
      }
    };
  }

  private Value convolution() {
    var x = values.getFirst();
    var other = fit(pick(), x.shape());
    var weight = b.reshape(b.slice(b.reshape(values.get(3), Shape.of(30)), 0, 0, 24), Shape.of(2, 3, 2, 2));
    var geometry = new Geometry(List.of(2, 2), List.of(1 + random.nextInt(2), 1), List.of(random.nextInt(2), 1),
        List.of(1, 0), List.of(1, 1 + random.nextInt(2)));
    return b.apply(new Convolve(Convolve.Role.OUTPUT, x.shape(), weight.shape(), geometry, 1), other, weight);
  }

  private Value pool() {
    var x = pick(4);
    if (x.shape().size(2) < 2 || x.shape().size(3) < 2) {
      return x;
    }
    var geometry = Geometry.square(2, 2, 1 + random.nextInt(2), random.nextInt(2));
    return random.nextBoolean() ? b.apply(new MaxPool(geometry, false), x)
        : b.apply(new SumPool(x.shape(), geometry, false), x);
  }

  /** h ← tanh(h · w + x), stacked and carried, over the first axis of a matrix. */
  private Value scan() {
    var x = pick(2);
    var inner = new Builder();
    var row = TensorType.of(dtype, x.shape().size(1));
    var slice = inner.source("x", Role.INPUT, row);
    var carry = inner.source("h", Role.INPUT, row);
    var capture = inner.source("w", Role.INPUT, row);
    var next = inner.tanh(inner.add(inner.mul(carry, capture), slice));
    var body = new Scan.Body(List.of(slice), List.of(carry), List.of(capture), List.of(inner.mul(next, slice)), List.of(next));
    var start = fit(pick(), row.shape());
    var results = b.apply(new Scan(body, x.shape().size(0), random.nextBoolean()),
        List.of(x, start, fit(pick(), row.shape())));
    return results.get(random.nextInt(2));
  }
}
