package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gatun.memory.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API calls that scope kernels are printed from, for a fixed number of lanes: the species of a type is as
 * wide as that many lanes are, at least 64 bits. Each call takes its operands from the operand stack and leaves its
 * result there. Calls go to the API directly; HotSpot inlines its methods without limit.
 */
final class LaneCode {
  private static final ClassDesc RAW = desc(Raw.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc VECTOR = desc(Vector.class);
  private static final ClassDesc MASK = desc(VectorMask.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc OPERATORS = desc(VectorOperators.class);
  private static final ClassDesc BINARY = desc(VectorOperators.Binary.class);
  private static final ClassDesc COMPARISON = desc(VectorOperators.Comparison.class);
  private static final ClassDesc CONVERSION = desc(VectorOperators.Conversion.class);
  private static final ClassDesc SCALARS = desc(ScalarLanes.class);

  private final CodeBuilder code;
  private final int lanes;

  LaneCode(CodeBuilder code, int lanes) {
    this.code = code;
    this.lanes = lanes;
  }

  static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  static ClassDesc vector(Lane lane) {
    return switch (lane) {
      case F32 -> desc(FloatVector.class);
      case F64 -> desc(DoubleVector.class);
      case I32 -> desc(IntVector.class);
      case I64 -> desc(LongVector.class);
      case MASK -> MASK;
    };
  }

  static ClassDesc element(Lane lane) {
    return switch (lane) {
      case F32 -> CD_float;
      case F64 -> CD_double;
      case I32 -> CD_int;
      case I64 -> CD_long;
      case MASK -> CD_boolean;
    };
  }

  private void species(ClassDesc vector, int bytes) {
    code.getstatic(vector, speciesField(bytes), SPECIES);
  }

  private String speciesField(int bytes) {
    return "SPECIES_" + Math.max(64, lanes * bytes * 8);
  }

  private void exact(Lane lane) {
    ExactClass.ofVector(vector(lane), speciesField(lane.bytes())).cast(code, vector(lane));
  }

  private void exactMask(Lane lane) {
    ExactClass.ofMask(vector(lane), speciesField(lane.bytes())).cast(code, MASK);
  }

  void species(Lane lane) {
    species(vector(lane), lane.bytes());
  }

  /** A mask from the bits on the stack. */
  void maskOf(Lane lane, int bitsSlot) {
    species(lane);
    code.lload(bitsSlot).invokestatic(MASK, "fromLong", MethodTypeDesc.of(MASK, SPECIES, CD_long));
    exactMask(lane);
  }

  void castMask(Lane from, Lane to) {
    if (from != to) {
      species(to);
      code.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
      exactMask(to);
    }
  }

  void allTrue(Lane lane, boolean value) {
    species(lane);
    code.loadConstant(value ? 1 : 0).invokeinterface(SPECIES, "maskAll", MethodTypeDesc.of(MASK, CD_boolean));
    exactMask(lane);
  }

  /** Spreads the scalar on the stack over all lanes; {@code scalar} pushes it. */
  void broadcast(Lane lane, Runnable scalar) {
    species(lane);
    scalar.run();
    code.invokestatic(vector(lane), "broadcast", MethodTypeDesc.of(vector(lane), SPECIES, element(lane)));
    exact(lane);
  }

  /** 0, 1, 2, … times the int on the stack; {@code step} pushes it. */
  void ramp(Runnable step) {
    var ints = vector(Lane.I32);
    broadcast(Lane.I32, code::iconst_0);
    code.iconst_1().invokevirtual(ints, "addIndex", MethodTypeDesc.of(ints, CD_int));
    broadcast(Lane.I32, step);
    binary(Lane.I32, "mul");
  }

  void binary(Lane lane, String name) {
    code.invokevirtual(vector(lane), name, MethodTypeDesc.of(vector(lane), VECTOR));
  }

  void unary(Lane lane, String name) {
    code.invokevirtual(vector(lane), name, MethodTypeDesc.of(vector(lane)));
  }

  void fma(Lane lane) {
    code.invokevirtual(vector(lane), "fma", MethodTypeDesc.of(vector(lane), VECTOR, VECTOR));
  }

  void exclusiveOr(Lane lane, Runnable right) {
    code.getstatic(OPERATORS, "XOR", desc(VectorOperators.Associative.class));
    right.run();
    code.invokevirtual(vector(lane), "lanewise", MethodTypeDesc.of(vector(lane), BINARY, VECTOR));
  }

  void shift(Lane lane, String name, int distance) {
    code.getstatic(OPERATORS, name, BINARY);
    if (lane == Lane.I64) {
      code.loadConstant((long) distance);
    } else {
      code.loadConstant(distance);
    }
    code.invokevirtual(vector(lane), "lanewise", MethodTypeDesc.of(vector(lane), BINARY, element(lane)));
  }

  void compare(Lane lane, String name, Runnable right) {
    code.getstatic(OPERATORS, name, COMPARISON);
    right.run();
    code.invokevirtual(vector(lane), "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
  }

  /** Elements of the upper two vectors on the stack, in the order that the one below them says. */
  void selectFrom(Lane lane) {
    code.invokevirtual(vector(lane), "selectFrom", MethodTypeDesc.of(vector(lane), VECTOR, VECTOR));
    exact(lane);
  }

  void mask(String name) {
    code.invokevirtual(MASK, name, name.equals("not") ? MethodTypeDesc.of(MASK) : MethodTypeDesc.of(MASK, MASK));
  }

  void blend(Lane lane) {
    code.invokevirtual(vector(lane), "blend", MethodTypeDesc.of(vector(lane), VECTOR, MASK));
  }

  /** Converts between computing types. */
  void convert(Lane from, Lane to) {
    convert(letter(from) + "2" + letter(to), vector(to), to.bytes());
  }

  private static String letter(Lane lane) {
    return switch (lane) {
      case F32 -> "F";
      case F64 -> "D";
      case I32 -> "I";
      case I64 -> "L";
      case MASK -> throw new IllegalArgumentException("masks are selected, not converted");
    };
  }

  private void convert(String name, ClassDesc to, int bytes) {
    code.getstatic(OPERATORS, name, CONVERSION);
    species(to, bytes);
    code.iconst_0().invokevirtual(VECTOR, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int))
        .checkcast(to);
  }

  void reinterpret(Lane from, Lane to) {
    var name = switch (to) {
      case F32 -> "reinterpretAsFloats";
      case F64 -> "reinterpretAsDoubles";
      case I32 -> "reinterpretAsInts";
      default -> "reinterpretAsLongs";
    };
    code.invokevirtual(vector(from), name, MethodTypeDesc.of(vector(to)));
  }

  /** Loads lanes of a computing type; the mask in a slot, −1 for none, names those that are touched. */
  void load(Lane lane, Runnable address, int mask) {
    load(vector(lane), lane.bytes(), address, mask);
  }

  private void load(ClassDesc vector, int bytes, Runnable address, int mask) {
    species(vector, bytes);
    code.getstatic(RAW, "ALL", SEGMENT);
    address.run();
    if (mask >= 0) {
      bound();
    }
    code.getstatic(RAW, "ORDER", ORDER);
    if (mask >= 0) {
      code.aload(mask);
      code.invokestatic(vector, "fromMemorySegment",
          MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER, MASK));
    } else {
      code.invokestatic(vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
    }
  }

  /** Stores the vector on the stack. */
  void store(Lane lane, Runnable address, int mask) {
    store(vector(lane), address, mask);
  }

  private void store(ClassDesc vector, Runnable address, int mask) {
    code.getstatic(RAW, "ALL", SEGMENT);
    address.run();
    if (mask >= 0) {
      bound();
    }
    code.getstatic(RAW, "ORDER", ORDER);
    if (mask >= 0) {
      code.aload(mask);
      code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER, MASK));
    } else {
      code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }
  }

  /** The head of a generated method: a negative count is counted up to zero, and nothing else done. */
  static void turn(CodeBuilder code, int countSlot) {
    var turn = code.newLabel();
    var work = code.newLabel();
    code.iload(countSlot).ifge(work);
    code.labelBinding(turn).iinc(countSlot, 1).iload(countSlot).iflt(turn).return_();
    code.labelBinding(work);
  }

  /** Tells C2 that the address on the stack has only the bits of {@link Raw#SPACE}. */
  void bound() {
    bound(code);
  }

  static void bound(CodeBuilder code) {
    code.loadConstant(Raw.SPACE).land();
  }

  private static ClassDesc narrow(int bytes) {
    return desc(bytes == 1 ? ByteVector.class : ShortVector.class);
  }

  /** Whether a vector of so narrow elements covers more than the lanes, so that it must not touch memory itself. */
  boolean overhangs(int bytes) {
    return lanes * bytes * 8 < 64;
  }

  /** Loads bytes or shorts and widens them to i32. */
  void loadNarrow(int bytes, Runnable address) {
    load(narrow(bytes), bytes, address, -1);
    convert(bytes == 1 ? "B2I" : "S2I", vector(Lane.I32), 4);
  }

  /** Narrows the i32 on the stack and stores the low bytes or shorts. */
  void storeNarrow(int bytes, Runnable address) {
    convert(bytes == 1 ? "I2B" : "I2S", narrow(bytes), bytes);
    store(narrow(bytes), address, -1);
  }

  /** Copies as many bytes as {@code bytes} pushes. */
  void copy(Runnable from, Runnable to, Runnable bytes) {
    from.run();
    to.run();
    bytes.run();
    code.invokestatic(SCALARS, "copy", MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_int));
  }

  /** Reads the element at an address as a scalar of the type that it widens to. */
  void scalar(DType storage, Runnable address) {
    address.run();
    var lane = switch (storage) {
      case F32 -> Lane.F32;
      case F64 -> Lane.F64;
      case I64 -> Lane.I64;
      default -> Lane.I32;
    };
    var name = switch (storage) {
      case F32, F64, I32, I64 -> storage.label();
      case I8, U8, BOOL -> "i8";
      case F16, BF16 -> "i16";
    };
    code.invokestatic(SCALARS, name, MethodTypeDesc.of(element(lane), CD_long));
  }

  /** Runs a scalar function over the lanes in the scratch memory. */
  void call(Lane lane, int function, Runnable scratch) {
    code.loadConstant(function);
    scratch.run();
    code.loadConstant(lanes);
    code.invokestatic(SCALARS, "call" + lane.name(), MethodTypeDesc.of(CD_void, CD_int, CD_long, CD_int));
  }

  /** Converts the lanes in the scratch memory between a float type and i64. */
  void convertScalars(boolean fromLong, boolean single, Runnable scratch) {
    code.loadConstant(fromLong ? 1 : 0).loadConstant(single ? 1 : 0);
    scratch.run();
    code.loadConstant(lanes);
    code.invokestatic(SCALARS, "convert", MethodTypeDesc.of(CD_void, CD_boolean, CD_boolean, CD_long, CD_int));
  }
}
