package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Broadcast;
import dev.gatun.ops.Cast;
import dev.gatun.ops.Concat;
import dev.gatun.ops.Constant;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Gather;
import dev.gatun.ops.Op;
import dev.gatun.ops.Pad;
import dev.gatun.ops.Reshape;
import dev.gatun.ops.Slice;
import dev.gatun.ops.StopGradient;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Transpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Draws what may be done with small dtypes: casts from and to them, out of range, at ties and among subnormals too, and
 * every op that only moves.
 */
final class StorageCases {
  private static final List<DType> SMALL = List.of(DType.F16, DType.BF16, DType.I8, DType.U8);
  /** Beyond bytes and binary16, at their edges, halfway between two numbers, and below the smallest. */
  private static final double[] EDGES = {0, 1, -1, 127, 128, -128, -129, 255, 256, 65504, 65519, 65520, -65536, 2049,
      2051,
      0x1.01p0, 0x1.03p0, 0x1p-14, 0x1p-24, 0x1p-25, 0x1.8p-24, 0x1p-126, 1e30, -1e30, 3e9, -3e9, 0.5, -0.5, 2.5};

  private final Random random;
  private final DType dtype;
  private final Shape shape;

  private StorageCases(long seed) {
    random = new Random(seed);
    dtype = one(SMALL);
    shape = OpCases.atLaneEdges(random);
  }

  static OpCases.Case draw(long seed) {
    return new StorageCases(seed).draw();
  }

  private OpCases.Case draw() {
    var type = new TensorType(dtype, shape);
    int axis = random.nextInt(shape.rank());
    return switch (random.nextInt(12)) {
      case 0, 1 -> of(new Cast(dtype), new TensorType(one(List.of(DType.values())), shape));
      case 2, 3 -> of(new Cast(one(List.of(DType.values()))), type);
      case 4, 5 -> gather(type, axis);
      case 6 -> of(new Concat(axis), type, type);
      case 7 -> {
        var order = new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
        Collections.shuffle(order, random);
        yield of(new Transpose(order), type);
      }
      case 8 -> pad(type);
      case 9 -> slice(type);
      case 10 -> random.nextBoolean() ? of(new Reshape(Shape.of(shape.elements())), type)
          : of(new StopGradient(), type);
      default -> random.nextBoolean() ? of(Constant.of(type, value(dtype)))
          : of(new Broadcast(shape), type.withShape(Shape.SCALAR));
    };
  }

  private OpCases.Case pad(TensorType type) {
    var to = shape.sizes();
    IntStream.range(0, to.length).forEach(i -> to[i] = 2 * to[i] + 1);
    return of(new Pad(Shape.of(to), Collections.nCopies(to.length, 1L), Collections.nCopies(to.length, 2L),
        value(dtype)), type);
  }

  private OpCases.Case slice(TensorType type) {
    var size = IntStream.range(0, shape.rank()).mapToObj(i -> (shape.size(i) + 1) / 2).toList();
    return of(new Slice(Collections.nCopies(shape.rank(), 0L), size, Collections.nCopies(shape.rank(), 2L)), type);
  }

  private OpCases.Case gather(TensorType type, int axis) {
    var index = new TensorType(DType.I32, Shape.of(2, 3));
    var places = random.ints(6, 0, (int) shape.size(axis)).asDoubleStream().toArray();
    return new OpCases.Case(new Gather(axis, 0), List.of(type, index), List.of(values(type), places));
  }

  private OpCases.Case of(Op.Primitive op, TensorType... types) {
    var values = new ArrayList<double[]>();
    for (var type : types) {
      values.add(values(type));
    }
    return new OpCases.Case(op, List.of(types), values);
  }

  private double[] values(TensorType type) {
    return random.ints(type.shape().elements()).mapToDouble(_ -> value(type.dtype())).toArray();
  }

  /** A number that the dtype holds. */
  private double value(DType of) {
    double drawn = random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)]
        : Math.scalb(random.nextDouble() * 2 - 1, random.nextInt(44) - 26);
    // What a double tells apart, so that the definitions can.
    return Expr.convert(of == DType.I64 ? Math.clamp(drawn, -0x1p53, 0x1p53) : drawn, DType.F64, of);
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
