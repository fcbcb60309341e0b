package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** A function of two numbers of one dtype: its meaning in double, its dtypes and its gradients, side by side. */
public enum BinaryFn {
  ADD(Kind.ARITHMETIC, (x, y) -> x + y, (b, x, y, z, dz) -> gradients(dz, dz)),
  SUB(Kind.ARITHMETIC, (x, y) -> x - y, (b, x, y, z, dz) -> gradients(dz, b.neg(dz))),
  MUL(Kind.ARITHMETIC, (x, y) -> x * y, (b, x, y, z, dz) -> gradients(b.mul(dz, y), b.mul(dz, x))),
  DIV(Kind.FLOAT, (x, y) -> x / y,
      (b, x, y, z, dz) -> gradients(b.div(dz, y), b.neg(b.div(b.mul(dz, z), y)))),
  /** The smaller; NaN if either is; where equal the gradient goes to y. */
  MIN(Kind.ARITHMETIC, Math::min, (b, x, y, z, dz) -> choose(b, b.less(z, y), dz)),
  /** The larger; NaN if either is; where equal the gradient goes to y. Its mask reads z, so x need not be kept. */
  MAX(Kind.ARITHMETIC, Math::max, (b, x, y, z, dz) -> choose(b, b.greater(z, y), dz)),
  /** xʸ. */
  POW(Kind.FLOAT, StrictMath::pow, (b, x, y, z, dz) -> gradients(
      b.mul(dz, b.mul(y, b.pow(x, b.sub(y, 1)))),
      b.mul(dz, b.select(b.greater(x, b.like(x, 0)), b.mul(z, b.log(x)), b.like(z, 0))))),
  /** ⌊x / y⌋; on integers division by zero gives 0. */
  FLOOR_DIV(Kind.ARITHMETIC, (x, y) -> Math.floor(x / y), (b, x, y, z, dz) -> gradients(null, null)),
  /** x − y ⌊x / y⌋, with the sign of y; on integers x where y is 0. */
  REM(Kind.ARITHMETIC, (x, y) -> x - y * Math.floor(x / y), (b, x, y, z, dz) -> gradients(
      dz, b.neg(b.mul(dz, b.binary(FLOOR_DIV, x, y))))),
  EQUAL(Kind.COMPARISON, (x, y) -> truth(x == y), null),
  NOT_EQUAL(Kind.COMPARISON, (x, y) -> truth(x != y), null),
  LESS(Kind.COMPARISON, (x, y) -> truth(x < y), null),
  LESS_EQUAL(Kind.COMPARISON, (x, y) -> truth(x <= y), null),
  GREATER(Kind.COMPARISON, (x, y) -> truth(x > y), null),
  GREATER_EQUAL(Kind.COMPARISON, (x, y) -> truth(x >= y), null),
  AND(Kind.LOGIC, (x, y) -> x * y, null),
  OR(Kind.LOGIC, Math::max, null);

  /** What a function takes and gives. */
  public enum Kind { ARITHMETIC, FLOAT, COMPARISON, LOGIC }

  /** Emits the gradients of x and y, given z = f(x, y) and dz. */
  interface Derivative {
    List<Value> emit(Builder b, Value x, Value y, Value z, Value dz);
  }

  private final Kind kind;
  private final DoubleBinaryOperator meaning;
  private final Derivative derivative;

  BinaryFn(Kind kind, DoubleBinaryOperator meaning, Derivative derivative) {
    this.kind = kind;
    this.meaning = meaning;
    this.derivative = derivative;
  }

  public Kind kind() {
    return kind;
  }

  /** The meaning on floats; on integers see {@link #apply(double, double, DType)}. */
  public double apply(double x, double y) {
    return meaning.applyAsDouble(x, y);
  }

  public double apply(double x, double y, DType dtype) {
    if (dtype.isInteger() && y == 0 && this == FLOOR_DIV) {
      return 0;
    }
    if (dtype.isInteger() && y == 0 && this == REM) {
      return x;
    }
    return meaning.applyAsDouble(x, y);
  }

  /** Null for comparisons and logic, through which nothing flows. */
  Derivative derivative() {
    return derivative;
  }

  boolean accepts(DType dtype) {
    return switch (kind) {
      case ARITHMETIC -> dtype != DType.BOOL;
      case FLOAT -> dtype.isFloat();
      case COMPARISON -> true;
      case LOGIC -> dtype == DType.BOOL;
    };
  }

  DType result(DType operand) {
    return kind == Kind.COMPARISON ? DType.BOOL : operand;
  }

  private static double truth(boolean b) {
    return b ? 1 : 0;
  }

  private static List<Value> gradients(Value dx, Value dy) {
    return java.util.Arrays.asList(dx, dy);
  }

  private static List<Value> choose(Builder b, Value first, Value dz) {
    var zero = b.like(dz, 0);
    return gradients(b.select(first, dz, zero), b.select(first, zero, dz));
  }
}
