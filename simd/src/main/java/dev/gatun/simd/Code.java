package dev.gatun.simd;

import dev.gatun.simd.Instruction.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects instructions; equal ones are made once. Methods append and give the result's number; operands are numbers of
 * earlier results.
 */
final class Code {
  private final List<Instruction> instructions = new ArrayList<>();
  private final Map<Instruction, Integer> known = new HashMap<>();

  List<Instruction> instructions() {
    return List.copyOf(instructions);
  }

  Lane lane(int value) {
    return instructions.get(value).lane();
  }

  private int emit(Op op, Lane lane, int a, int b, int c, long bits) {
    return known.computeIfAbsent(new Instruction(op, lane, a, b, c, bits), instruction -> {
      instructions.add(instruction);
      return instructions.size() - 1;
    });
  }

  /** An instruction of other code on operands of this one. */
  int copy(Instruction of, int a, int b, int c) {
    return emit(of.op(), of.lane(), a, b, c, of.bits());
  }

  int leaf(Op op, Lane lane, long number) {
    return emit(op, lane, -1, -1, -1, number);
  }

  int constant(Lane lane, double value) {
    return leaf(Op.CONSTANT, lane, lane.bits(value));
  }

  /** A constant of a value's own type. */
  int like(int value, double number) {
    return constant(lane(value), number);
  }

  int unary(Op op, int a) {
    return emit(op, lane(a), a, -1, -1, 0);
  }

  int binary(Op op, int a, int b) {
    return emit(op, lane(a), a, b, -1, 0);
  }

  int add(int a, int b) {
    return binary(Op.ADD, a, b);
  }

  int sub(int a, int b) {
    return binary(Op.SUB, a, b);
  }

  int mul(int a, int b) {
    return binary(Op.MUL, a, b);
  }

  /** a · number. Not an overload of {@link #mul}: a value's number is an int too. */
  int times(int a, double number) {
    return mul(a, like(a, number));
  }

  int div(int a, int b) {
    return binary(Op.DIV, a, b);
  }

  /** a · b + c, rounded once. */
  int fma(int a, int b, int c) {
    return emit(Op.FMA, lane(a), a, b, c, 0);
  }

  /** a · number + c. */
  int fmaTimes(int a, double number, int c) {
    return fma(a, like(a, number), c);
  }

  int neg(int a) {
    return unary(Op.NEG, a);
  }

  int abs(int a) {
    return unary(Op.ABS, a);
  }

  int shift(Op op, int a, int distance) {
    return emit(op, lane(a), a, -1, -1, distance);
  }

  int compare(Op op, int a, int b) {
    return emit(op, Lane.MASK, a, b, -1, 0);
  }

  int less(int a, int b) {
    return compare(Op.LESS, a, b);
  }

  /** a < number. */
  int below(int a, double number) {
    return less(a, like(a, number));
  }

  int select(int condition, int yes, int no) {
    return emit(Op.SELECT, lane(yes), condition, yes, no, 0);
  }

  /** A truth value inverted. */
  int not(int mask) {
    return binary(Op.XOR, mask, constant(Lane.MASK, 1));
  }

  int convert(int a, Lane to) {
    if (lane(a) == to) {
      return a;
    }
    if (lane(a) == Lane.MASK) {
      return select(a, constant(to, 1), constant(to, 0));
    }
    return to == Lane.MASK ? compare(Op.NOT_EQUAL, a, like(a, 0)) : emit(Op.CONVERT, to, a, -1, -1, 0);
  }

  /** The same bits as the type of equal width. */
  int bits(int a, Lane to) {
    return emit(Op.BITS, to, a, -1, -1, 0);
  }

  /** The sign of {@code sign} on the magnitude of a positive number. */
  int withSign(int magnitude, int sign) {
    var integer = lane(magnitude) == Lane.F32 ? Lane.I32 : Lane.I64;
    int mask = leaf(Op.CONSTANT, integer, lane(magnitude) == Lane.F32 ? Integer.MIN_VALUE : Long.MIN_VALUE);
    return bits(binary(Op.OR, bits(magnitude, integer), binary(Op.AND, bits(sign, integer), mask)), lane(magnitude));
  }

  /** c₀ + c₁ x + c₂ x² + …, by Horner's rule in fused steps. */
  int polynomial(int x, double... c) {
    int sum = like(x, c[c.length - 1]);
    for (int i = c.length - 2; i >= 0; i--) {
      sum = fma(sum, x, like(x, c[i]));
    }
    return sum;
  }

  /** The same with the square of x at hand, pair by pair: half as many steps wait for one another. */
  int polynomial(int x, int square, double... c) {
    if (c.length % 2 != 0) {
      throw new IllegalArgumentException(c.length + " coefficients, expected pairs");
    }
    int sum = fmaTimes(x, c[c.length - 1], like(x, c[c.length - 2]));
    for (int i = c.length - 4; i >= 0; i -= 2) {
      sum = fma(sum, square, fmaTimes(x, c[i + 1], like(x, c[i])));
    }
    return sum;
  }

  int call(ScalarFunction function, int a, int b) {
    return emit(Op.CALL, lane(a), a, b, -1, function.ordinal());
  }
}
