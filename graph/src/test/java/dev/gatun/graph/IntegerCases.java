package dev.gatun.graph;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.ArgReduce;
import dev.gatun.ops.ArgSort;
import dev.gatun.ops.Binary;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Cast;
import dev.gatun.ops.Gather;
import dev.gatun.ops.KernelSpec.Fold;
import dev.gatun.ops.Op;
import dev.gatun.ops.Reduce;
import dev.gatun.ops.ScatterAdd;
import dev.gatun.ops.Select;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Unary;
import dev.gatun.ops.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Draws applications of the ops that compute on integers, at the lanes' edges, zero and negative divisors included. */
final class IntegerCases {
  private static final List<UnaryFn> UNARY = List.of(UnaryFn.NEG, UnaryFn.ABS, UnaryFn.SIGN);
  private static final List<BinaryFn> BINARY = List.of(BinaryFn.ADD, BinaryFn.SUB, BinaryFn.MUL, BinaryFn.MIN,
      BinaryFn.MAX, BinaryFn.FLOOR_DIV, BinaryFn.REM, BinaryFn.EQUAL, BinaryFn.NOT_EQUAL, BinaryFn.LESS,
      BinaryFn.LESS_EQUAL, BinaryFn.GREATER, BinaryFn.GREATER_EQUAL);

  private final Random random;
  private final DType dtype;
  private final Shape shape;

  private IntegerCases(long seed) {
    random = new Random(seed);
    dtype = random.nextBoolean() ? DType.I32 : DType.I64;
    shape = OpCases.atLaneEdges(random);
  }

  static OpCases.Case draw(long seed) {
    return new IntegerCases(seed).draw();
  }

  private OpCases.Case draw() {
    var type = new TensorType(dtype, shape);
    var bool = new TensorType(DType.BOOL, shape);
    int axis = random.nextInt(shape.rank());
    return switch (random.nextInt(9)) {
      case 0 -> of(new Unary(one(UNARY)), type);
      case 1, 2 -> of(new Binary(one(BINARY)), type, type);
      case 3 -> of(new Select(), bool, type, type);
      case 4 -> of(new Cast(one(List.of(DType.I32, DType.I64, DType.F32, DType.F64, DType.BOOL))), type);
      case 5 -> of(new Reduce(one(List.of(Fold.SUM, Fold.MAX, Fold.MIN)),
          IntStream.range(0, shape.rank()).filter(i -> random.nextBoolean()).boxed().toList()), type);
      case 6 -> of(new ArgReduce(random.nextBoolean(), axis), type);
      case 7 -> of(new ArgSort(random.nextBoolean(), axis), type);
      default -> indexed(type, axis);
    };
  }

  private OpCases.Case indexed(TensorType type, int axis) {
    var index = new TensorType(DType.I32, Shape.of(2, 3));
    var places = random.ints(6, 0, (int) shape.size(axis)).asDoubleStream().toArray();
    var part = new Gather(axis, 0).infer(List.of(type, index)).getFirst();
    return random.nextBoolean()
        ? new OpCases.Case(new Gather(axis, 0), List.of(type, index), List.of(values(type), places))
        : new OpCases.Case(new ScatterAdd(shape, axis, 0), List.of(index, part), List.of(places, values(part)));
  }

  private OpCases.Case of(Op.Primitive op, TensorType... types) {
    var values = new ArrayList<double[]>();
    for (var type : types) {
      values.add(values(type));
    }
    return new OpCases.Case(op, List.of(types), values);
  }

  private double[] values(TensorType type) {
    int count = Math.toIntExact(type.shape().elements());
    return type.dtype() == DType.BOOL ? random.ints(count, 0, 2).asDoubleStream().toArray()
        : random.ints(count, -40, 41).asDoubleStream().toArray();
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
