package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Real;
import dev.gatun.graph.language.Datum.Truth;
import dev.gatun.graph.language.Syntax.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The operators on compile-time values. */
final class Arithmetic {

  private Arithmetic() {}

  /** A rule that the operands break; the caller knows the place. */
  static final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String hint;

    Refused(String message, String hint) {
      super(message, null, false, false);
      this.hint = hint;
    }

    String hint() {
      return hint;
    }
  }

  static Datum binary(Operator operator, Datum a, Datum b) {
    return switch (operator) {
      case EQUAL -> new Truth(equal(a, b));
      case DIFFERENT -> new Truth(!equal(a, b));
      case AND, OR -> {
        if (a instanceof Truth(boolean x) && b instanceof Truth(boolean y)) {
          yield new Truth(operator == Operator.AND ? x && y : x || y);
        }
        throw wrong(operator, "bools", a, b);
      }
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER, LESS, AT_MOST, GREATER, AT_LEAST ->
          numbers(operator, a, b);
      case MATMUL -> throw wrong(operator, "tensors", a, b);
      case NOT, NEGATE -> throw new IllegalArgumentException(operator + " has one operand");
    };
  }

  private static Datum numbers(Operator operator, Datum a, Datum b) {
    if (operator == Operator.ADD && a instanceof Datum.Many x && b instanceof Datum.Many y) {
      List<Datum> all = new ArrayList<>(x.items());
      all.addAll(y.items());
      return new Datum.Many(all);
    }
    if (a instanceof Int x && b instanceof Int y) {
      FreeSize free = x.free() != null ? x.free() : y.free();
      return ints(operator, x.value(), y.value(), free == null ? null : free.derived());
    }
    if (isNumber(a) && isNumber(b)) {
      return reals(operator, real(a), real(b));
    }
    throw wrong(operator, "numbers or tensors", a, b);
  }

  private static Datum ints(Operator operator, long x, long y, FreeSize free) {
    boolean divides = operator == Operator.DIVIDE || operator == Operator.FLOOR_DIVIDE || operator == Operator.REMAINDER;
    if (divides && y == 0) {
      throw new Refused("`" + operator.sign() + "`: " + x + " is divided by 0", "");
    }
    try {
      return switch (operator) {
        case ADD -> new Int(Math.addExact(x, y), free);
        case SUBTRACT -> new Int(Math.subtractExact(x, y), free);
        case MULTIPLY -> new Int(Math.multiplyExact(x, y), free);
        case DIVIDE -> {
          if (x % y != 0) {
            throw new Refused("`/` on ints must be exact, found " + x + " / " + y, "`//` floors; a float divides freely");
          }
          yield new Int(Math.divideExact(x, y), free);
        }
        case FLOOR_DIVIDE -> new Int(Math.floorDivExact(x, y), free);
        case REMAINDER -> new Int(Math.floorMod(x, y), free);
        case POWER -> y >= 0 ? new Int(power(x, y), free) : new Real(Math.pow(x, y));
        case LESS, AT_MOST, GREATER, AT_LEAST -> new Truth(compare(operator, Long.compare(x, y)));
        case EQUAL, DIFFERENT, AND, OR, NOT, MATMUL, NEGATE -> throw new IllegalArgumentException(operator.name());
      };
    } catch (ArithmeticException tooLarge) {
      throw new Refused("`" + operator.sign() + "`: the result of " + x + " and " + y + " does not fit an int", "");
    }
  }

  private static long power(long base, long exponent) {
    if (base == 0 || base == 1) {
      return exponent == 0 ? 1 : base;
    }
    if (base == -1) {
      return exponent % 2 == 0 ? 1 : -1;
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static Datum reals(Operator operator, double x, double y) {
    return switch (operator) {
      case ADD -> finite(operator, x + y);
      case SUBTRACT -> finite(operator, x - y);
      case MULTIPLY -> finite(operator, x * y);
      case DIVIDE -> finite(operator, x / y);
      case FLOOR_DIVIDE -> finite(operator, Math.floor(x / y));
      case REMAINDER -> finite(operator, x - y * Math.floor(x / y));
      case POWER -> finite(operator, Math.pow(x, y));
      case LESS, AT_MOST, GREATER, AT_LEAST -> new Truth(compare(operator, x < y ? -1 : x > y ? 1 : 0));
      case EQUAL, DIFFERENT, AND, OR, NOT, MATMUL, NEGATE -> throw new IllegalArgumentException(operator.name());
    };
  }

  private static Datum finite(Operator operator, double value) {
    if (Double.isInfinite(value) || Double.isNaN(value)) {
      throw new Refused("`" + operator.sign() + "` gives no finite float", "");
    }
    return new Real(value);
  }

  private static boolean compare(Operator operator, int sign) {
    return switch (operator) {
      case LESS -> sign < 0;
      case AT_MOST -> sign <= 0;
      case GREATER -> sign > 0;
      case AT_LEAST -> sign >= 0;
      case OR, AND, NOT, EQUAL, DIFFERENT, ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, MATMUL, NEGATE,
          POWER -> throw new IllegalArgumentException(operator.name());
    };
  }

  static Datum unary(Operator operator, Datum a) {
    return switch (a) {
      case Int i when operator == Operator.NEGATE -> ints(Operator.SUBTRACT, 0, i.value(),
          i.free() == null ? null : i.free().derived());
      case Real r when operator == Operator.NEGATE -> new Real(-r.value());
      case Truth t when operator == Operator.NOT -> new Truth(!t.value());
      case Datum _ -> throw new Refused("`" + operator.sign() + "` wants "
          + (operator == Operator.NOT ? "a bool" : "a number") + ", found " + a.described(), "");
    };
  }

  static boolean isNumber(Datum datum) {
    return datum instanceof Int || datum instanceof Real;
  }

  static double real(Datum number) {
    return number instanceof Int i ? i.value() : ((Real) number).value();
  }

  private static boolean equal(Datum a, Datum b) {
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Int x && b instanceof Int y ? x.value() == y.value() : real(a) == real(b);
    }
    if (a instanceof Datum.Many x && b instanceof Datum.Many y) {
      boolean same = x.items().size() == y.items().size();
      for (int i = 0; same && i < x.items().size(); i++) {
        same = equal(x.items().get(i), y.items().get(i));
      }
      return same;
    }
    return Objects.equals(a, b);
  }

  private static Refused wrong(Operator operator, String wanted, Datum a, Datum b) {
    return new Refused("`" + operator.sign() + "` wants " + wanted + ", found " + a.described() + " and "
        + b.described(), "");
  }
}
