package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.function.DoubleUnaryOperator;

/** A function of one number: its meaning in double, its domain of dtypes and its derivative, side by side. */
public enum UnaryFn {
  NEG(Domain.NUMBER, x -> -x, (b, x, y, dy) -> b.neg(dy)),
  ABS(Domain.NUMBER, Math::abs, (b, x, y, dy) -> b.mul(dy, b.unary(sign(), x))),
  SIGN(Domain.NUMBER, Math::signum, (b, x, y, dy) -> null),
  FLOOR(Domain.FLOAT, Math::floor, (b, x, y, dy) -> null),
  CEIL(Domain.FLOAT, Math::ceil, (b, x, y, dy) -> null),
  /** To the nearest integer, halves to the even one. */
  ROUND(Domain.FLOAT, Math::rint, (b, x, y, dy) -> null),
  SQRT(Domain.FLOAT, Math::sqrt, (b, x, y, dy) -> b.div(b.mul(dy, 0.5), y)),
  EXP(Domain.FLOAT, StrictMath::exp, (b, x, y, dy) -> b.mul(dy, y)),
  EXPM1(Domain.FLOAT, StrictMath::expm1, (b, x, y, dy) -> b.mul(dy, b.add(y, 1))),
  LOG(Domain.FLOAT, StrictMath::log, (b, x, y, dy) -> b.div(dy, x)),
  LOG1P(Domain.FLOAT, StrictMath::log1p, (b, x, y, dy) -> b.div(dy, b.add(x, 1))),
  SIN(Domain.FLOAT, StrictMath::sin, (b, x, y, dy) -> b.mul(dy, b.unary(cos(), x))),
  COS(Domain.FLOAT, StrictMath::cos, (b, x, y, dy) -> b.neg(b.mul(dy, b.unary(SIN, x)))),
  TANH(Domain.FLOAT, StrictMath::tanh, (b, x, y, dy) -> b.mul(dy, b.sub(b.like(y, 1), b.mul(y, y)))),
  /** 1 / (1 + e⁻ˣ). */
  SIGMOID(Domain.FLOAT, UnaryFn::sigmoid, (b, x, y, dy) -> b.mul(dy, b.mul(y, b.sub(b.like(y, 1), y)))),
  /** 2/√π ∫₀ˣ e^(−t²) dt. */
  ERF(Domain.FLOAT, ErrorFunction::erf,
      (b, x, y, dy) -> b.mul(dy, b.mul(b.unary(EXP, b.neg(b.mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  /** 1 − erf(x), which keeps what is small. */
  ERFC(Domain.FLOAT, ErrorFunction::erfc,
      (b, x, y, dy) -> b.mul(dy, b.mul(b.unary(EXP, b.neg(b.mul(x, x))), -2 / Math.sqrt(Math.PI)))),
  NOT(Domain.BOOL, x -> 1 - x, (b, x, y, dy) -> null);

  /** Which dtypes a function takes. */
  public enum Domain { NUMBER, FLOAT, BOOL }

  /** Emits dy · f′(x), given x and y = f(x); null where the derivative is zero everywhere. */
  interface Derivative {
    Value emit(Builder b, Value x, Value y, Value dy);
  }

  private final Domain domain;
  private final DoubleUnaryOperator meaning;
  private final Derivative derivative;

  UnaryFn(Domain domain, DoubleUnaryOperator meaning, Derivative derivative) {
    this.domain = domain;
    this.meaning = meaning;
    this.derivative = derivative;
  }

  public double apply(double x) {
    return meaning.applyAsDouble(x);
  }

  public Domain domain() {
    return domain;
  }

  Derivative derivative() {
    return derivative;
  }

  boolean accepts(DType dtype) {
    return switch (domain) {
      case NUMBER -> dtype != DType.BOOL && dtype != DType.U8;
      case FLOAT -> dtype.isFloat();
      case BOOL -> dtype == DType.BOOL;
    };
  }

  // An enum constant cannot name a later one in its own arguments.
  private static UnaryFn sign() {
    return SIGN;
  }

  private static UnaryFn cos() {
    return COS;
  }

  private static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + StrictMath.exp(-x));
    }
    double e = StrictMath.exp(x);
    return e / (1 + e);
  }
}
