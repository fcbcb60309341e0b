package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Threefry;
import dev.gatun.simd.Instruction.Op;
import dev.gatun.simd.Structure.Strand;
import dev.gatun.simd.Structure.Use;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the expressions of one kernel into a {@link Structure}, and keeps apart what the structure leaves out: which
 * slots of the step its strands are, and the literals.
 */
final class Body {
  /** Where the leaves of expressions are found among a step's slots, and how a slot lies along the columns. */
  interface Slots {
    int position(Expr.Position position);

    int fold(int index);

    boolean along(int slot);
  }

  private final Slots slots;
  private final Code code = new Code();
  private final Functions functions = new Functions(code);
  private final Map<Integer, Integer> strandOfSlot = new LinkedHashMap<>();
  private final List<Strand> strands = new ArrayList<>();
  private final List<Integer> strandSlots = new ArrayList<>();
  private final List<Integer> results = new ArrayList<>();
  private final Map<List<Object>, Integer> literals = new LinkedHashMap<>();
  private final List<Long> parameters = new ArrayList<>();
  private Op fold;

  Body(Slots slots) {
    this.slots = slots;
  }

  Structure structure() {
    return new Structure(code.instructions(), strands, results, fold, parameters.size());
  }

  /** The slot of each strand. */
  int[] slotsOfStrands() {
    return strandSlots.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The bits of each parameter. */
  long[] parameters() {
    return parameters.stream().mapToLong(Long::longValue).toArray();
  }

  /** Stores an expression's values to a slot. */
  void store(Expr e, int slot) {
    results.add(narrow(compile(e), e.dtype()));
    output(slot, e.dtype());
  }

  /** Folds an expression's values along the columns into the virtual lanes at a slot, after all else is stored. */
  void fold(Op how, Expr e, Lane result, int slot) {
    fold = how;
    results.add(code.convert(compile(e), result));
    output(slot, result.storage());
  }

  /** Folds an expression's values into the element of a slot that belongs to the column. */
  void accumulate(Op how, Expr e, Lane result, int slot) {
    int before = load(slot, result.storage());
    results.add(code.binary(how, before, code.convert(compile(e), result)));
    output(slot, result.storage());
  }

  private void output(int slot, DType storage) {
    strands.add(new Strand(Use.OUTPUT, storage, true));
    strandSlots.add(slot);
  }

  private int strand(int slot, Use use, DType storage) {
    return strandOfSlot.computeIfAbsent(slot, s -> {
      strands.add(new Strand(use, storage, slots.along(slot)));
      strandSlots.add(slot);
      return strands.size() - 1;
    });
  }

  /** The number in a slot, widened. */
  private int load(int slot, DType storage) {
    int strand = strand(slot, Use.INPUT, storage);
    return switch (storage) {
      case F32, F64, I32, I64 -> code.leaf(Op.LOAD, Lane.of(storage), strand);
      case I8 -> code.leaf(Op.LOAD, Lane.I32, strand);
      case U8 -> byteOf(code.leaf(Op.LOAD, Lane.I32, strand));
      case BOOL -> code.convert(code.leaf(Op.LOAD, Lane.I32, strand), Lane.MASK);
      case F16 -> HalfFloats.decode(code, code.leaf(Op.LOAD, Lane.I32, strand));
      case BF16 -> code.bits(code.shift(Op.SHIFT_LEFT, code.leaf(Op.LOAD, Lane.I32, strand), 16), Lane.F32);
    };
  }

  /** What is stored of a value; storing truncates integers to the storage's width. */
  private int narrow(int value, DType storage) {
    return switch (storage) {
      case F32, F64, I32, I64, I8, U8 -> value;
      case BOOL -> code.convert(value, Lane.I32);
      case F16 -> HalfFloats.encode(code, value);
      case BF16 -> HalfFloats.encodeBrain(code, value);
    };
  }

  private int byteOf(int value) {
    return code.binary(Op.AND, value, code.like(value, 0xff));
  }

  private int compile(Expr e) {
    return switch (e) {
      case Expr.Input input -> load(input.index(), input.dtype());
      case Expr.Fold f -> {
        int raw = load(slots.fold(f.index()), Lane.of(f.dtype()).storage());
        yield f.dtype() == DType.BOOL ? code.convert(raw, Lane.MASK) : raw;
      }
      case Expr.Literal literal -> literal(Lane.of(literal.dtype()), literal.value());
      case Expr.Position p -> code.leaf(Op.POSITION, Lane.I32, strand(slots.position(p), Use.POSITION, DType.I32));
      case Expr.Draw draw -> draw(draw);
      case Expr.Apply1 apply -> wrap(functions.apply(apply.fn(), compile(apply.x())), apply.dtype());
      case Expr.Apply2 apply -> apply2(apply);
      case Expr.Choose choose -> code.select(compile(choose.condition()), compile(choose.x()), compile(choose.y()));
      case Expr.Convert convert -> convert(compile(convert.x()), convert.dtype());
    };
  }

  private int literal(Lane lane, double value) {
    if (lane == Lane.MASK) {
      return code.constant(lane, value);
    }
    int number = literals.computeIfAbsent(List.of(lane, lane.bits(value)), k -> {
      parameters.add(lane.bits(value));
      return parameters.size() - 1;
    });
    return code.leaf(Op.PARAMETER, lane, number);
  }

  /** Arithmetic on u8 wraps. */
  private int wrap(int value, DType dtype) {
    return dtype == DType.U8 ? byteOf(value) : value;
  }

  private int convert(int value, DType to) {
    var lane = Lane.of(to);
    return switch (to) {
      case F32, F64, I32, I64, BOOL -> code.convert(value, lane);
      case U8 -> byteOf(code.convert(value, Lane.I32));
      case I8 -> code.shift(Op.SHIFT_RIGHT, code.shift(Op.SHIFT_LEFT, code.convert(value, Lane.I32), 24), 24);
      case F16 -> HalfFloats.decode(code, HalfFloats.encode(code, code.convert(value, Lane.F32)));
      case BF16 -> code.bits(code.shift(Op.SHIFT_LEFT,
          HalfFloats.encodeBrain(code, code.convert(value, Lane.F32)), 16), Lane.F32);
    };
  }

  private int apply2(Expr.Apply2 apply) {
    int x = compile(apply.x());
    int y = compile(apply.y());
    return switch (apply.fn().kind()) {
      case LOGIC -> code.binary(apply.fn() == BinaryFn.AND ? Op.AND : Op.OR, x, y);
      case COMPARISON -> code.lane(x) == Lane.MASK
          ? comparison(apply.fn(), code.convert(x, Lane.I32), code.convert(y, Lane.I32))
          : comparison(apply.fn(), x, y);
      case ARITHMETIC, FLOAT -> wrap(arithmetic(apply.fn(), x, y), apply.dtype());
    };
  }

  private int comparison(BinaryFn fn, int x, int y) {
    return switch (fn) {
      case EQUAL -> code.compare(Op.EQUAL, x, y);
      case NOT_EQUAL -> code.compare(Op.NOT_EQUAL, x, y);
      case LESS -> code.compare(Op.LESS, x, y);
      case LESS_EQUAL -> code.compare(Op.LESS_EQUAL, x, y);
      case GREATER -> code.compare(Op.LESS, y, x);
      case GREATER_EQUAL -> code.compare(Op.LESS_EQUAL, y, x);
      default -> throw new IllegalArgumentException(fn + " compares nothing");
    };
  }

  private int arithmetic(BinaryFn fn, int x, int y) {
    return switch (fn) {
      case ADD -> code.add(x, y);
      case SUB -> code.sub(x, y);
      case MUL -> code.mul(x, y);
      case DIV -> code.div(x, y);
      case MIN -> code.binary(Op.MIN, x, y);
      case MAX -> code.binary(Op.MAX, x, y);
      case POW -> inDouble(x, y, (a, b) -> code.call(ScalarFunction.POWER, a, b));
      case FLOOR_DIV -> code.lane(x).isFloat()
          ? inDouble(x, y, (a, b) -> functions.floor(code.div(a, b)))
          : code.call(ScalarFunction.FLOOR_DIVIDE, x, y);
      case REM -> code.lane(x).isFloat()
          ? inDouble(x, y, (a, b) -> code.sub(a, code.mul(b, functions.floor(code.div(a, b)))))
          : code.call(ScalarFunction.REMAINDER, x, y);
      default -> throw new IllegalArgumentException(fn + " is no arithmetic");
    };
  }

  private interface Pair {
    int of(int x, int y);
  }

  /** A function in f64, rounded to the operands' own type: a quotient rounded to f32 may reach an integer too early. */
  private int inDouble(int x, int y, Pair f) {
    return code.convert(f.of(code.convert(x, Lane.F64), code.convert(y, Lane.F64)), code.lane(x));
  }

  /** {@link Threefry#draw} on lanes. */
  private int draw(Expr.Draw draw) {
    int k0 = compile(draw.k0());
    int k1 = compile(draw.k1());
    int stream = literal(Lane.I32, draw.stream());
    int parity = code.binary(Op.XOR, code.binary(Op.XOR, code.like(k0, Threefry.parity(0, 0)), k0), k1);
    var keys = new int[] {k0, k1, parity};
    int x0 = code.add(compile(draw.position()), k0);
    int x1 = code.add(stream, k1);
    for (int round = 0; round < 20; round++) {
      x0 = code.add(x0, x1);
      int distance = Threefry.rotation(round);
      int rotated = code.binary(Op.OR, code.shift(Op.SHIFT_LEFT, x1, distance),
          code.shift(Op.SHIFT_RIGHT_UNSIGNED, x1, 32 - distance));
      x1 = code.binary(Op.XOR, rotated, x0);
      if (round % 4 == 3) {
        int group = round / 4 + 1;
        x0 = code.add(x0, keys[group % 3]);
        x1 = code.add(x1, code.add(keys[(group + 1) % 3], code.like(x1, group)));
      }
    }
    if (draw.dtype() == DType.I32) {
      return x0;
    }
    var lane = Lane.of(draw.dtype());
    int unit = code.convert(code.shift(Op.SHIFT_RIGHT_UNSIGNED, x0, 8), lane);
    return code.times(unit, 0x1p-24);
  }
}
