package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A scalar expression at one element of an index space: what a machine prints as vector code. Its leaves are operands,
 * literals, folded sums of the row ({@link Fold}), positions and random draws, so that masks, one-hot rows and
 * positions cost no memory.
 */
public sealed interface Expr {
  DType dtype();

  /** The element of operand {@code index} at this place. */
  record Input(int index, DType dtype) implements Expr {}

  /** A number, the same at every place. */
  record Literal(double value, DType dtype) implements Expr {
    // Bits, not ==: a literal −0.0 is not 0.0, and NaN is itself.
    @Override
    public boolean equals(Object o) {
      return o instanceof Literal l && dtype == l.dtype
          && Double.doubleToLongBits(value) == Double.doubleToLongBits(l.value);
    }

    @Override
    public int hashCode() {
      return Double.hashCode(value) * 31 + dtype.hashCode();
    }
  }

  /** Result {@code index} of the reductions of the row in which this element lies; only in a {@link KernelSpec.Row}. */
  record Fold(int index, DType dtype) implements Expr {}

  /** base + Σ coefficient · position, over the axes of the index space; an i32. */
  record Position(long base, List<Long> coefficients) implements Expr {
    @Override
    public DType dtype() {
      return DType.I32;
    }
  }

  /**
   * A draw of Threefry-2x32-20 (Salmon et al. 2011) with key (k0, k1) and counter (position, stream): the first word
   * as i32, or its top 24 bits as a float in [0, 1).
   */
  record Draw(Expr k0, Expr k1, Expr position, int stream, DType dtype) implements Expr {}

  /** fn(x). */
  record Apply1(UnaryFn fn, Expr x) implements Expr {
    @Override
    public DType dtype() {
      return x.dtype();
    }
  }

  /** fn(x, y); comparisons give a bool. */
  record Apply2(BinaryFn fn, Expr x, Expr y) implements Expr {
    @Override
    public DType dtype() {
      return fn.result(x.dtype());
    }
  }

  /** {@code condition ? x : y}; the condition is a bool. */
  record Choose(Expr condition, Expr x, Expr y) implements Expr {
    @Override
    public DType dtype() {
      return x.dtype();
    }
  }

  /** A conversion, as {@link Cast} says. */
  record Convert(Expr x, DType dtype) implements Expr {}

  /** The expressions that this one is computed of, in the order of {@link #mapParts}. */
  default List<Expr> parts() {
    return switch (this) {
      case Input e -> List.of();
      case Literal e -> List.of();
      case Fold e -> List.of();
      case Position e -> List.of();
      case Draw e -> List.of(e.k0, e.k1, e.position);
      case Apply1 e -> List.of(e.x);
      case Apply2 e -> List.of(e.x, e.y);
      case Choose e -> List.of(e.condition, e.x, e.y);
      case Convert e -> List.of(e.x);
    };
  }

  /** This expression with its direct parts replaced. */
  default Expr mapParts(UnaryOperator<Expr> f) {
    return switch (this) {
      case Input e -> e;
      case Literal e -> e;
      case Fold e -> e;
      case Position e -> e;
      case Draw e -> new Draw(f.apply(e.k0), f.apply(e.k1), f.apply(e.position), e.stream, e.dtype);
      case Apply1 e -> new Apply1(e.fn, f.apply(e.x));
      case Apply2 e -> new Apply2(e.fn, f.apply(e.x), f.apply(e.y));
      case Choose e -> new Choose(f.apply(e.condition), f.apply(e.x), f.apply(e.y));
      case Convert e -> new Convert(f.apply(e.x), e.dtype);
    };
  }

  /** This expression with every {@link Input} replaced. */
  default Expr substitute(java.util.function.Function<Input, Expr> replacement) {
    return this instanceof Input input ? replacement.apply(input)
        : mapParts(part -> part.substitute(replacement));
  }

  /** The expression for the part of an index space that starts {@code by} positions further along an axis. */
  default Expr moved(int axis, long by) {
    return this instanceof Position(long base, var coefficients)
        ? new Position(base + by * coefficients.get(axis), coefficients) : mapParts(part -> part.moved(axis, by));
  }

  /** How many nodes the expression has. */
  default int weight() {
    int count = 1;
    for (var part : parts()) {
      count += part.weight();
    }
    return count;
  }

  /** Evaluates in double, rounding every f32 intermediate to f32 when {@code single}. */
  static double convert(double value, DType from, DType to) {
    return switch (to) {
      case F64 -> value;
      case F32 -> (float) value;
      case BOOL -> value != 0 ? 1 : 0;
      case I64 -> (long) value;
      case I32 -> from.isFloat() ? (int) value : (int) (long) value;
      case I8 -> (byte) (from.isFloat() ? (int) value : (long) value);
      case U8 -> (from.isFloat() ? (int) value : (long) value) & 0xff;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
      case BF16 -> Brain16.round((float) value);
    };
  }
}
