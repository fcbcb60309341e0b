package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Threefry;
import dev.gatun.ops.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Expressions drawn from the operations that have one right result, and their value with every intermediate rounded to
 * its dtype, which a machine must meet bit for bit.
 */
final class RandomExpr {
  private static final DType[] LEAVES = {DType.F32, DType.F32, DType.F32, DType.F64, DType.I32, DType.I64, DType.U8,
      DType.BOOL, DType.F16, DType.BF16, DType.I8};
  private static final DType[] NUMBERS = {DType.F32, DType.F32, DType.F64, DType.I32, DType.I64, DType.U8};

  private final Random random;
  private final Shape space;
  final List<DType> inputs = new ArrayList<>();

  RandomExpr(Random random, Shape space, int operands) {
    this.random = random;
    this.space = space;
    for (int i = 0; i < operands; i++) {
      inputs.add(LEAVES[random.nextInt(LEAVES.length)]);
    }
  }

  DType dtype() {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }

  Expr draw(DType dtype, int depth) {
    if (dtype.isStorageOnly()) {
      return new Expr.Convert(draw(DType.F32, depth - 1), dtype);
    }
    if (depth <= 0) {
      return leaf(dtype);
    }
    if (dtype == DType.BOOL) {
      return truth(depth);
    }
    return switch (random.nextInt(6)) {
      case 0 -> leaf(dtype);
      case 1 -> conversion(dtype, depth);
      case 2 -> new Expr.Choose(draw(DType.BOOL, depth - 1), draw(dtype, depth - 1), draw(dtype, depth - 1));
      case 3 -> dtype == DType.U8 ? leaf(dtype) : new Expr.Apply1(unary(dtype), draw(dtype, depth - 1));
      default -> new Expr.Apply2(binary(dtype), draw(dtype, depth - 1), draw(dtype, depth - 1));
    };
  }

  /** Large floats become i64 by way of i32: a double does not hold what they saturate to. */
  private Expr conversion(DType dtype, int depth) {
    var from = draw(LEAVES[random.nextInt(LEAVES.length)], depth - 1);
    boolean narrow = dtype == DType.I64 && from.dtype().isFloat();
    return new Expr.Convert(narrow ? new Expr.Convert(from, DType.I32) : from, dtype);
  }

  private Expr truth(int depth) {
    if (random.nextBoolean()) {
      return random.nextBoolean() ? new Expr.Apply1(UnaryFn.NOT, draw(DType.BOOL, depth - 1))
          : new Expr.Apply2(random.nextBoolean() ? BinaryFn.AND : BinaryFn.OR, draw(DType.BOOL, depth - 1),
              draw(DType.BOOL, depth - 1));
    }
    var fns = List.of(BinaryFn.EQUAL, BinaryFn.NOT_EQUAL, BinaryFn.LESS, BinaryFn.LESS_EQUAL, BinaryFn.GREATER,
        BinaryFn.GREATER_EQUAL);
    var dtype = random.nextInt(5) == 0 ? DType.BOOL : dtype();
    return new Expr.Apply2(fns.get(random.nextInt(6)), draw(dtype, depth - 1), draw(dtype, depth - 1));
  }

  private UnaryFn unary(DType dtype) {
    var fns = dtype.isFloat() ? List.of(UnaryFn.NEG, UnaryFn.ABS, UnaryFn.SIGN, UnaryFn.FLOOR, UnaryFn.CEIL,
        UnaryFn.ROUND, UnaryFn.SQRT) : List.of(UnaryFn.NEG, UnaryFn.ABS, UnaryFn.SIGN);
    return fns.get(random.nextInt(fns.size()));
  }

  private BinaryFn binary(DType dtype) {
    var fns = new ArrayList<>(List.of(BinaryFn.ADD, BinaryFn.SUB, BinaryFn.MIN, BinaryFn.MAX, BinaryFn.FLOOR_DIV,
        BinaryFn.REM));
    if (dtype != DType.I64) {
      // Products of i64 would leave what a double holds exactly.
      fns.add(BinaryFn.MUL);
    }
    if (dtype.isFloat()) {
      fns.add(BinaryFn.DIV);
    }
    return fns.get(random.nextInt(fns.size()));
  }

  private Expr leaf(DType dtype) {
    var fitting = new ArrayList<Expr>();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) == dtype) {
        fitting.add(new Expr.Input(i, dtype));
      }
    }
    if (!fitting.isEmpty() && random.nextInt(5) != 0) {
      return fitting.get(random.nextInt(fitting.size()));
    }
    if (dtype == DType.I32 && random.nextBoolean()) {
      var coefficients = new ArrayList<Long>();
      for (int axis = 0; axis < space.rank(); axis++) {
        coefficients.add(random.nextInt(3) == 0 ? 0L : random.nextInt(7) - 3L);
      }
      return random.nextInt(3) != 0 ? new Expr.Position(random.nextInt(9), coefficients)
          : new Expr.Draw(new Expr.Literal(7, dtype), new Expr.Literal(random.nextInt(), dtype),
              new Expr.Position(0, coefficients), random.nextInt(3), DType.I32);
    }
    return new Expr.Literal(dtype == DType.BOOL ? random.nextInt(2) : dtype == DType.U8 ? random.nextInt(256)
        : dtype.isFloat() ? random.nextInt(20) / 4.0 - 2 : random.nextInt(9) - 4, dtype);
  }

  /** The value at a place, each step rounded. */
  static double value(Expr e, long[] position, int number, List<double[]> in, double[] folds) {
    return switch (e) {
      case Expr.Input input -> in.get(input.index())[number];
      case Expr.Literal literal -> round(literal.value(), literal.dtype());
      case Expr.Fold fold -> folds[fold.index()];
      case Expr.Position p -> {
        long at = p.base();
        for (int i = 0; i < position.length; i++) {
          at += position[i] * p.coefficients().get(i);
        }
        yield (int) at;
      }
      case Expr.Draw d -> (int) Threefry.draw((int) value(d.k0(), position, number, in, folds),
          (int) value(d.k1(), position, number, in, folds), (int) value(d.position(), position, number, in, folds),
          d.stream());
      case Expr.Apply1 a -> round(a.fn().apply(value(a.x(), position, number, in, folds)), a.dtype());
      case Expr.Apply2 a -> {
        double x = value(a.x(), position, number, in, folds);
        double y = value(a.y(), position, number, in, folds);
        yield a.dtype().isInteger() ? wrap(exact(a.fn(), (long) x, (long) y), a.dtype())
            : round(a.fn().apply(x, y, a.x().dtype()), a.dtype());
      }
      case Expr.Choose c -> value(c.condition(), position, number, in, folds) != 0
          ? value(c.x(), position, number, in, folds) : value(c.y(), position, number, in, folds);
      case Expr.Convert c -> Expr.convert(value(c.x(), position, number, in, folds), c.x().dtype(), c.dtype());
    };
  }

  private static long exact(BinaryFn fn, long x, long y) {
    return switch (fn) {
      case ADD -> x + y;
      case SUB -> x - y;
      case MUL -> x * y;
      case MIN -> Math.min(x, y);
      case MAX -> Math.max(x, y);
      case FLOOR_DIV -> y == 0 ? 0 : Math.floorDiv(x, y);
      case REM -> y == 0 ? x : Math.floorMod(x, y);
      default -> throw new IllegalArgumentException(fn.toString());
    };
  }

  private static double round(double x, DType dtype) {
    return switch (dtype) {
      case F32 -> (float) x;
      case I32, I64, U8 -> wrap((long) x, dtype);
      default -> x;
    };
  }

  private static double wrap(long x, DType dtype) {
    return dtype == DType.I32 ? (int) x : dtype == DType.U8 ? x & 0xff : x;
  }
}
