package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.LogSoftmax;
import dev.gatun.ops.Softmax;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Draws graphs of sums over short and long axes of what arithmetic made, of operands that lie otherwise than their axes
 * stand: transposed, cut out, backwards, repeated. Some sums are read by further arithmetic, which others add up.
 */
final class SumGraphs {
  private static final List<List<Long>> SIZES = List.of(List.of(3L, 4L), List.of(5L, 40L), List.of(40L, 5L),
      List.of(70L, 33L), List.of(1100L, 20L), List.of(2L, 17_000L), List.of(2L, 3L, 5L), List.of(9L, 20L, 18L),
      List.of(2L, 6L, 7L, 5L));

  private final Random random;
  private final Builder b = new Builder();
  private final List<Value> values = new ArrayList<>();
  private int sources;

  private SumGraphs(long seed) {
    random = new Random(seed);
  }

  /** A graph of inputs and results of f32. */
  static Graph draw(long seed) {
    return new SumGraphs(seed).draw();
  }

  private Graph draw() {
    var sizes = new ArrayList<>(SIZES.get(random.nextInt(SIZES.size())));
    for (int i = 0; i < 2 + random.nextInt(3); i++) {
      values.add(operand(sizes));
    }
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < 3 + random.nextInt(8); i++) {
      var value = step(sizes);
      if (!value.shape().equals(Shape.of(sizes.stream().mapToLong(x -> x).toArray()))) {
        outputs.put("sum" + i, value);
        value = b.sub(pick(), b.broadcast(b.mul(value, 0.01), values.getFirst().shape()));
      }
      values.add(value);
      if (random.nextInt(6) == 0) {
        outputs.put("out" + i, value);
      }
    }
    outputs.put("last", reduced(values.getLast()));
    return Graph.of(outputs, Map.of());
  }

  /** An operand of the space that lies in one of the ways in which operands can. */
  private Value operand(List<Long> sizes) {
    int rank = sizes.size();
    int axis = random.nextInt(rank);
    long size = sizes.get(axis);
    return switch (random.nextInt(5)) {
      case 0 -> {
        var order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.shuffle(order, random);
        var source = source(order.stream().map(sizes::get).toList());
        yield b.transpose(source, IntStream.range(0, rank).boxed().map(order::indexOf).toList());
      }
      case 1 -> {
        var larger = new ArrayList<>(sizes);
        larger.set(axis, size + 3);
        yield b.slice(source(larger), axis, random.nextInt(4), size);
      }
      case 2 -> {
        var smaller = new ArrayList<>(sizes);
        smaller.set(axis, 1L);
        yield b.broadcast(source(smaller), shape(sizes));
      }
      default -> source(sizes);
    };
  }

  private Value source(List<Long> sizes) {
    return b.source("x" + sources++, Source.Role.INPUT, new TensorType(DType.F32, shape(sizes)));
  }

  private static Shape shape(List<Long> sizes) {
    return Shape.of(sizes.stream().mapToLong(x -> x).toArray());
  }

  private Value pick() {
    return values.get(random.nextInt(values.size()));
  }

  private Value step(List<Long> sizes) {
    int axis = random.nextInt(sizes.size());
    return switch (random.nextInt(9)) {
      case 0 -> b.unary(List.of(UnaryFn.TANH, UnaryFn.NEG).get(random.nextInt(2)), pick());
      case 1, 2 -> b.binary(List.of(BinaryFn.ADD, BinaryFn.MUL, BinaryFn.SUB).get(random.nextInt(3)), pick(), pick());
      case 3 -> b.mul(pick(), operand(sizes));
      case 4 -> b.apply(random.nextBoolean() ? new Softmax(axis) : new LogSoftmax(axis), pick());
      case 5 -> b.mul(pick(), b.cast(b.index(shape(sizes), axis), DType.F32));
      default -> reduced(pick());
    };
  }

  private Value reduced(Value x) {
    var axes = new ArrayList<Integer>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (random.nextBoolean()) {
        axes.add(axis);
      }
    }
    if (axes.isEmpty()) {
      axes.add(random.nextInt(x.rank()));
    }
    return random.nextInt(4) == 0 ? b.max(x, axes, true) : b.sum(x, axes, true);
  }
}
