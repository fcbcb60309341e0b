package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Real;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.graph.language.Datum.Truth;
import dev.gatun.graph.language.Syntax.Operator;
import dev.gatun.memory.DType;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Builder;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The operators on tensors, and the rules that all elementwise functions share. */
final class TensorMath {

  private final Builder builder;

  TensorMath(Builder builder) {
    this.builder = builder;
  }

  /** Two operands, of which at least one is a tensor. */
  Tensor binary(Operator operator, Datum left, Datum right) {
    if (operator == Operator.MATMUL) {
      return matmul(tensor(operator, left), tensor(operator, right), false, false);
    }
    BinaryFn function = switch (operator) {
      case ADD -> BinaryFn.ADD;
      case SUBTRACT -> BinaryFn.SUB;
      case MULTIPLY -> BinaryFn.MUL;
      case DIVIDE -> BinaryFn.DIV;
      case FLOOR_DIVIDE -> BinaryFn.FLOOR_DIV;
      case REMAINDER -> BinaryFn.REM;
      case POWER -> BinaryFn.POW;
      case EQUAL -> BinaryFn.EQUAL;
      case DIFFERENT -> BinaryFn.NOT_EQUAL;
      case LESS -> BinaryFn.LESS;
      case AT_MOST -> BinaryFn.LESS_EQUAL;
      case GREATER -> BinaryFn.GREATER;
      case AT_LEAST -> BinaryFn.GREATER_EQUAL;
      case AND -> BinaryFn.AND;
      case OR -> BinaryFn.OR;
      case MATMUL, NOT, NEGATE -> throw new IllegalArgumentException(operator.name());
    };
    return binary("`" + operator.sign() + "`", function, left, right);
  }

  Tensor binary(String name, BinaryFn function, Datum left, Datum right) {
    DType dtype = left instanceof Tensor t ? t.value().dtype() : ((Tensor) right).value().dtype();
    Tensor a = adapt(name, left, dtype);
    Tensor b = adapt(name, right, dtype);
    check(name, function, a, b);
    List<FreeSize> dims = broadcast(name, a, b);
    return new Tensor(builder.binary(function, a.value(), b.value()), dims);
  }

  private static void check(String name, BinaryFn function, Tensor a, Tensor b) {
    String found = ", found " + a.shown() + " and " + b.shown();
    DType dtype = a.value().dtype();
    boolean same = dtype == b.value().dtype();
    boolean fits = switch (function.kind()) {
      case LOGIC -> dtype == DType.BOOL;
      case ARITHMETIC, FLOAT -> dtype != DType.BOOL && !dtype.isStorageOnly();
      case COMPARISON -> !dtype.isStorageOnly();
    };
    if (!same || !fits) {
      String wanted = function.kind() == BinaryFn.Kind.LOGIC ? " wants bools" : " wants numbers of one dtype";
      boolean stores = dtype.isStorageOnly() || b.value().dtype().isStorageOnly();
      throw new Arithmetic.Refused(name + wanted + found, stores ? "f16, bf16 and i8 only store: cast(…, f32)" : "cast(…, "
          + (dtype == DType.BOOL ? b.value().dtype() : dtype).label() + ")");
    }
    if (function.kind() == BinaryFn.Kind.FLOAT && !dtype.isFloat()) {
      throw new Arithmetic.Refused(name + " wants floats" + found, "`//` floors; or cast(…, f32)");
    }
  }

  /** A compile-time value as a tensor of rank 0 and a dtype; a tensor as it is. */
  Tensor adapt(String name, Datum datum, DType dtype) {
    return switch (datum) {
      case Tensor t -> t;
      case Int i when dtype != DType.BOOL -> constant(name, dtype, i.value(), i);
      case Real r when dtype.isFloat() -> constant(name, dtype, r.value(), r);
      case Truth t when dtype == DType.BOOL -> constant(name, dtype, t.value() ? 1 : 0, t);
      case Datum _ -> throw new Arithmetic.Refused(name + " wants a tensor or number that fits " + dtype.label()
          + ", found " + datum.described(), datum instanceof Real ? "cast(…, f32)" : "");
    };
  }

  private Tensor constant(String name, DType dtype, double value, Datum written) {
    double largest = switch (dtype) {
      case F32, BF16 -> Float.MAX_VALUE;
      case F16 -> 65504;
      case F64 -> Double.MAX_VALUE;
      case I64 -> Long.MAX_VALUE;
      case I32 -> Integer.MAX_VALUE;
      case I8 -> Byte.MAX_VALUE;
      case U8 -> 255;
      case BOOL -> 1;
    };
    if (Math.abs(value) > largest || dtype == DType.U8 && value < 0) {
      throw new Arithmetic.Refused(name + ": " + written.brief() + " does not fit " + dtype.label(), "");
    }
    return Tensor.of(builder.constant(TensorType.scalar(dtype), value));
  }

  Tensor unary(Operator operator, Tensor x) {
    boolean not = operator == Operator.NOT;
    if (not != (x.value().dtype() == DType.BOOL)) {
      throw new Arithmetic.Refused("`" + operator.sign() + "` wants " + (not ? "bools" : "numbers") + ", found "
          + x.shown(), "");
    }
    return new Tensor(builder.unary(not ? UnaryFn.NOT : UnaryFn.NEG, x.value()), x.dims());
  }

  private static Tensor tensor(Operator operator, Datum datum) {
    if (datum instanceof Tensor t) {
      return t;
    }
    throw new Arithmetic.Refused("`" + operator.sign() + "` wants tensors, found " + datum.described(), "");
  }

  /** a · b over the last two axes, of which either operand's may be swapped first. */
  Tensor matmul(Tensor left, Tensor right, boolean swapLeft, boolean swapRight) {
    Tensor a = swapLeft ? swapped(left) : left;
    Tensor b = swapRight ? swapped(right) : right;
    String found = ", found " + left.shown() + " and " + right.shown();
    if (a.rank() < 2 || b.rank() < 2) {
      throw new Arithmetic.Refused("`@` wants at least two axes" + found, "x[none, :] and x[:, none] make one");
    }
    boolean floats = a.value().dtype() == b.value().dtype() && computes(a) && a.value().dtype().isFloat();
    if (!floats && !(isByte(a) && isByte(b))) {
      throw new Arithmetic.Refused("`@` wants floats of one dtype, or i8 and u8" + found, "cast(…, f32)");
    }
    if (a.size(a.rank() - 1) != b.size(b.rank() - 2)) {
      throw new Arithmetic.Refused("`@`: the last axis of the left and the last but one of the right must agree"
          + found, "transpose(x) swaps the last two axes");
    }
    Tensor result = Tensor.of(builder.matmul(a.value(), b.value()));
    List<FreeSize> dims = new ArrayList<>(result.dims());
    for (int i = 0; i < a.rank() - 1 && a.rank() == result.rank(); i++) {
      dims.set(i, a.dims().get(i));
    }
    dims.set(dims.size() - 1, b.dims().get(b.rank() - 1));
    return new Tensor(result.value(), dims);
  }

  private static boolean computes(Tensor x) {
    return !x.value().dtype().isStorageOnly();
  }

  private static boolean isByte(Tensor x) {
    return x.value().dtype() == DType.I8 || x.value().dtype() == DType.U8;
  }

  Tensor swapped(Tensor x) {
    if (x.rank() < 2) {
      throw new Arithmetic.Refused("`transpose` wants at least two axes, found " + x.shown(), "");
    }
    List<FreeSize> dims = new ArrayList<>(x.dims());
    Collections.swap(dims, x.rank() - 1, x.rank() - 2);
    return new Tensor(builder.transposeLast(x.value()), dims);
  }

  /** The free sizes of what two tensors broadcast to; a size that is free never stretches. */
  static List<FreeSize> broadcast(String name, Tensor a, Tensor b) {
    int rank = Math.max(a.rank(), b.rank());
    List<FreeSize> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int x = i - rank + a.rank();
      int y = i - rank + b.rank();
      if (x < 0 || y < 0) {
        dims.add(x < 0 ? b.dims().get(y) : a.dims().get(x));
        continue;
      }
      boolean stretchX = a.size(x) == 1 && a.dims().get(x) == null;
      boolean stretchY = b.size(y) == 1 && b.dims().get(y) == null;
      if (a.size(x) != b.size(y) && !stretchX && !stretchY) {
        boolean free = a.size(x) == 1 || b.size(y) == 1;
        throw new Arithmetic.Refused(name + ": " + a.shown() + " and " + b.shown() + " do not broadcast: axis " + i
            + " is " + a.size(x) + " and " + b.size(y), free ? "a free size never stretches, even where it is 1" : "");
      }
      FreeSize first = a.dims().get(x);
      dims.add(a.size(x) == 1 && stretchX || first == null ? b.dims().get(y) : first);
    }
    return dims;
  }

  /** Chooses between two tensors, all three broadcast. */
  Tensor select(Datum condition, Datum left, Datum right) {
    Tensor c = adapt("`where`", condition, DType.BOOL);
    DType dtype = left instanceof Tensor t ? t.value().dtype() : right instanceof Tensor t ? t.value().dtype()
        : left instanceof Int && right instanceof Int ? DType.I32 : left instanceof Truth ? DType.BOOL : DType.F32;
    Tensor a = adapt("`where`", left, dtype);
    Tensor b = adapt("`where`", right, dtype);
    if (c.value().dtype() != DType.BOOL || a.value().dtype() != b.value().dtype()) {
      throw new Arithmetic.Refused("`where` wants a bool and two of one dtype, found " + c.shown() + ", " + a.shown()
          + " and " + b.shown(), "cast(…, " + dtype.label() + ")");
    }
    broadcast("`where`", a, b);
    broadcast("`where`", c, a);
    broadcast("`where`", c, b);
    Tensor result = Tensor.of(builder.select(c.value(), a.value(), b.value()));
    List<FreeSize> dims = new ArrayList<>(result.dims());
    for (Tensor operand : List.of(c, a, b)) {
      for (int i = 0; i < operand.rank(); i++) {
        FreeSize free = operand.dims().get(i);
        if (free != null) {
          dims.set(i + result.rank() - operand.rank(), free);
        }
      }
    }
    return new Tensor(result.value(), dims);
  }
}
