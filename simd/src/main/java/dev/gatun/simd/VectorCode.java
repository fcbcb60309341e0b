package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gatun.memory.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The few Vector API calls that contraction kernels are printed from, for one dtype and width. Each call leaves what it
 * yields on the operand stack. Calls are direct, never through helpers: HotSpot inlines the API's own methods without
 * limit, but stops inlining ours once a kernel has grown.
 */
final class VectorCode {
  private static final ClassDesc RAW = desc(Raw.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final ClassDesc HANDLE = desc(VarHandle.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc VECTOR = desc(Vector.class);
  private static final ClassDesc MASK = desc(VectorMask.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);

  private final CodeBuilder code;
  private final ClassDesc vector;
  private final ClassDesc integers;
  private final ClassDesc integer;
  private final String opaqueField;
  private final String reinterpret;
  private final String speciesField;

  VectorCode(CodeBuilder code, DType dtype, int bits) {
    boolean single = dtype == DType.F32;
    this.code = code;
    this.vector = desc(single ? FloatVector.class : DoubleVector.class);
    this.integers = desc(single ? IntVector.class : LongVector.class);
    this.integer = single ? CD_int : CD_long;
    this.opaqueField = single ? "OPAQUE_32" : "OPAQUE_64";
    this.reinterpret = single ? "reinterpretAsFloats" : "reinterpretAsDoubles";
    this.speciesField = "SPECIES_" + bits;
  }

  private static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /** Turns the bits in a slot, a long, into a mask. */
  void mask(int bitsSlot) {
    mask(bitsSlot, vector);
  }

  /** The same for {@link #loadBits}. */
  void maskOfBits(int bitsSlot) {
    mask(bitsSlot, integers);
  }

  private void mask(int bitsSlot, ClassDesc type) {
    code.getstatic(type, speciesField, SPECIES);
    code.lload(bitsSlot).invokestatic(MASK, "fromLong", MethodTypeDesc.of(MASK, SPECIES, CD_long));
    ExactClass.ofMask(type, speciesField).cast(code, MASK);
  }

  /** A vector of zeros. */
  void zero() {
    species();
    code.invokestatic(vector, "zero", MethodTypeDesc.of(vector, SPECIES));
    exact();
  }

  /** Loads a vector; {@code address} pushes a long. */
  void load(Runnable address) {
    load(address, vector);
  }

  private void load(Runnable address, ClassDesc type) {
    code.getstatic(type, speciesField, SPECIES);
    all();
    address.run();
    order();
    code.invokestatic(type, "fromMemorySegment", MethodTypeDesc.of(type, SPECIES, SEGMENT, CD_long, ORDER));
  }

  /** Loads the lanes that the mask names, zero elsewhere; the rest of the memory is not touched. */
  void load(Runnable address, int maskSlot) {
    load(address, maskSlot, vector);
  }

  private void load(Runnable address, int maskSlot, ClassDesc type) {
    code.getstatic(type, speciesField, SPECIES);
    all();
    address.run();
    LaneCode.bound(code);
    order();
    code.aload(maskSlot)
        .invokestatic(type, "fromMemorySegment", MethodTypeDesc.of(type, SPECIES, SEGMENT, CD_long, ORDER, MASK));
  }

  /**
   * Loads a vector as the integers that its bits are. A multiply-add of what is loaded as such cannot have an element
   * spread by the instruction that loads it: C2 makes one instruction of two nodes only if no other load belongs to it.
   *
   * @param maskSlot of what {@link #maskOfBits} made, -1 for all lanes
   */
  void loadBits(Runnable address, int maskSlot) {
    if (maskSlot < 0) {
      load(address, integers);
    } else {
      load(address, maskSlot, integers);
    }
    asNumbers();
  }

  private void asNumbers() {
    code.invokevirtual(integers, reinterpret, MethodTypeDesc.of(vector));
    exact();
  }

  /**
   * Loads one element into every lane; {@code address} pushes a multiple of the element's size.
   *
   * <p>It is read as an integer, and by an opaque access: that alone is made of methods that C2 must inline. A plain
   * one swaps bytes by a small method that C2 leaves as a call where it has made many nodes, and every accumulator is
   * then spilled around it. The integer, unlike a number, is spread by the instruction that loads it.
   */
  void broadcast(Runnable address) {
    code.getstatic(integers, speciesField, SPECIES);
    code.getstatic(RAW, opaqueField, HANDLE);
    all();
    address.run();
    code.invokevirtual(HANDLE, "getOpaque", MethodTypeDesc.of(integer, SEGMENT, CD_long))
        .invokestatic(integers, "broadcast", MethodTypeDesc.of(integers, SPECIES, integer));
    ExactClass.ofVector(integers, speciesField).cast(code, integers);
    asNumbers();
  }

  /** Replaces the accumulator by {@code left * right + accumulator}, rounded once. */
  void fma(int left, int right, int accumulator) {
    code.aload(left).aload(right).aload(accumulator)
        .invokevirtual(vector, "fma", MethodTypeDesc.of(vector, VECTOR, VECTOR))
        .astore(accumulator);
  }

  /** Tells C2 the class of the vector on the stack, which a method is to be called on. */
  void exact() {
    ExactClass.ofVector(vector, speciesField).cast(code, vector);
  }

  /** Stores the vector on the stack. */
  void store(Runnable address) {
    all();
    address.run();
    order();
    code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }

  /** Stores the lanes that the mask names; the rest of the memory is not touched. */
  void store(Runnable address, int maskSlot) {
    all();
    address.run();
    LaneCode.bound(code);
    order();
    code.aload(maskSlot)
        .invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER, MASK));
  }

  /** Loads an int; {@code address} pushes a multiple of 4. Opaque as in {@link #broadcast}. */
  void loadInt(Runnable address) {
    code.getstatic(RAW, "OPAQUE_32", HANDLE);
    all();
    address.run();
    code.invokevirtual(HANDLE, "getOpaque", MethodTypeDesc.of(CD_int, SEGMENT, CD_long));
  }

  /** Adds a constant to the long on the stack. */
  void plus(long constant) {
    if (constant != 0) {
      code.loadConstant(constant).ladd();
    }
  }

  /** Tells C2 that the address in a slot has only the bits of {@link Raw#SPACE}. */
  void bound(int slot) {
    code.lload(slot);
    LaneCode.bound(code);
    code.lstore(slot);
  }

  private void species() {
    code.getstatic(vector, speciesField, SPECIES);
  }

  private void all() {
    code.getstatic(RAW, "ALL", SEGMENT);
  }

  private void order() {
    code.getstatic(RAW, "ORDER", ORDER);
  }
}
