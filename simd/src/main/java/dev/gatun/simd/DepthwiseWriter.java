package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.gatun.memory.DType;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.List;

/**
 * Prints one {@link DepthwiseShape} as a class: a loop over vectors of channels, and in it one over rows of taps, whose
 * body is straight-line: a row of weights is loaded once for all pixels. The last vector ends with the last channel, so
 * that it may compute some channels of the one before again.
 */
final class DepthwiseWriter {
  private static final ClassDesc TAPS = DepthwiseTaps.class.describeConstable().orElseThrow();
  private static final ClassDesc MATH = Math.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, TAPS, CD_long, CD_long, CD_long, CD_int, CD_int);
  // Slots of the parameters of DepthwiseTile.run; longs take two.
  private static final int GIVEN = 1;
  private static final int X = 2;
  private static final int W = 4;
  private static final int Y = 6;
  private static final int GROUPS = 8;
  private static final int CHANNELS = 9;

  /** All bits of a distance that C2 makes part of an address. */
  private static final long NEAR = Integer.MAX_VALUE;

  private final DepthwiseShape shape;
  private final CodeBuilder code;
  private final VectorCode vectors;
  private final List<DepthwiseShape.Load> loads;
  private final int row;
  private final int tap;
  private final int step;
  private final int ownStep;
  private final int before;
  private final int[] sums;
  private final int[] weights;
  private final int loaded;
  /** Pointers to what the loads of a row of taps read, in channel 0 and in the lowest row. */
  private final int[] pointers;
  /** Distance of a row of taps, in a vector of channels, from the pointers; {@code offset} is that of the channels. */
  private final int index;
  private final int offset;
  /** Pointer to the weights of a vector of channels; {@code weight} to those of a row of taps. */
  private final int vector;
  private final int weight;
  private final int channel;
  private final int down;

  private DepthwiseWriter(DepthwiseShape shape, CodeBuilder code) {
    this.shape = shape;
    this.code = code;
    vectors = new VectorCode(code, DType.F32, shape.bits());
    loads = shape.loads();
    row = code.allocateLocal(TypeKind.LONG);
    tap = code.allocateLocal(TypeKind.LONG);
    step = code.allocateLocal(TypeKind.LONG);
    ownStep = code.allocateLocal(TypeKind.LONG);
    before = code.allocateLocal(TypeKind.LONG);
    index = code.allocateLocal(TypeKind.LONG);
    offset = code.allocateLocal(TypeKind.LONG);
    vector = code.allocateLocal(TypeKind.LONG);
    weight = code.allocateLocal(TypeKind.LONG);
    channel = code.allocateLocal(TypeKind.INT);
    down = code.allocateLocal(TypeKind.INT);
    pointers = locals(TypeKind.LONG, loads.size());
    sums = locals(TypeKind.REFERENCE, shape.pixels());
    weights = locals(TypeKind.REFERENCE, shape.across());
    loaded = code.allocateLocal(TypeKind.REFERENCE);
  }

  private int[] locals(TypeKind kind, int count) {
    var slots = new int[count];
    Arrays.setAll(slots, i -> code.allocateLocal(kind));
    return slots;
  }

  /** The bytes of a class of the given name that implements {@link DepthwiseTile}. */
  static byte[] write(DepthwiseShape shape, ClassDesc name) {
    return ClassFile.of().build(name, type -> type
        .withFlags(ClassFile.ACC_FINAL)
        .withInterfaceSymbols(DepthwiseTile.class.describeConstable().orElseThrow())
        .withMethodBody("<init>", MTD_void, 0,
            c -> c.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
        .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, c -> new DepthwiseWriter(shape, c).body()));
  }

  private void body() {
    LaneCode.turn(code, GROUPS);
    Ballast.write(code, vectors, Ballast.STORES, GROUPS, Y);
    given("row", row);
    given("tap", tap);
    given("step", step);
    given("ownStep", ownStep);
    given("before", before);
    code.lload(X).lload(before).lsub().lstore(X);
    code.lload(W).aload(GIVEN).invokevirtual(TAPS, "weight", MethodTypeDesc.of(CD_int)).i2l();
    times(shape.bits() / 8);
    code.ladd().lstore(W);
    int group = code.allocateLocal(TypeKind.INT);
    var top = code.newLabel();
    var end = code.newLabel();
    code.iconst_0().istore(group).labelBinding(top).iload(group).iload(GROUPS).if_icmpge(end);
    channels();
    advance(X, step, shape.pixels());
    advance(Y, ownStep, shape.pixels());
    code.iinc(group, 1).goto_(top).labelBinding(end).return_();
  }

  private void given(String name, int slot) {
    code.aload(GIVEN).invokevirtual(TAPS, name, MethodTypeDesc.of(CD_long)).lstore(slot);
  }

  /** All channels of a group of pixels. */
  private void channels() {
    for (int i = 0; i < pointers.length; i++) {
      code.lload(X);
      plus(tap, loads.get(i).taps());
      plus(step, loads.get(i).steps());
      LaneCode.bound(code);
      code.lstore(pointers[i]);
    }
    var top = code.newLabel();
    var end = code.newLabel();
    code.lload(W).lstore(vector).iconst_0().istore(channel);
    code.labelBinding(top).iload(channel).iload(CHANNELS).if_icmpge(end);
    code.iload(channel).iload(CHANNELS).loadConstant(shape.lanes()).isub()
        .invokestatic(MATH, "min", MethodTypeDesc.of(CD_int, CD_int, CD_int)).i2l();
    times(Float.BYTES);
    code.loadConstant(NEAR).land().lstore(offset);
    code.lload(offset).lload(before).ladd().loadConstant(NEAR).land().lstore(index);
    vectors.bound(vector);
    code.lload(vector).lstore(weight);
    rows();
    store();
    code.lload(vector).aload(GIVEN).invokevirtual(TAPS, "weights", MethodTypeDesc.of(CD_int)).i2l();
    times(shape.bits() / 8);
    code.ladd().lstore(vector);
    code.iinc(channel, shape.lanes()).goto_(top).labelBinding(end);
  }

  private void rows() {
    for (int sum : sums) {
      vectors.zero();
      code.astore(sum);
    }
    if (shape.down() > 0) {
      for (int i = 0; i < shape.down(); i++) {
        row();
      }
      return;
    }
    var top = code.newLabel();
    var end = code.newLabel();
    code.aload(GIVEN).invokevirtual(TAPS, "height", MethodTypeDesc.of(CD_int)).istore(down);
    code.labelBinding(top).iload(down).ifle(end);
    row();
    code.iinc(down, -1).goto_(top).labelBinding(end);
  }

  /** Adds the products of a row of taps, and moves on to the next. */
  private void row() {
    for (int i = 0; i < weights.length; i++) {
      int at = i * shape.weightTap() * shape.bits() / 8;
      vectors.load(() -> {
        code.lload(weight);
        vectors.plus(at);
      });
      code.astore(weights[i]);
    }
    for (int i = 0; i < pointers.length; i++) {
      int pointer = pointers[i];
      vectors.load(() -> code.lload(pointer).lload(index).ladd());
      vectors.exact();
      code.astore(loaded);
      for (var use : loads.get(i).uses()) {
        vectors.fma(loaded, weights[use.tap()], sums[use.pixel()]);
      }
    }
    code.lload(index).lload(row).ladd().loadConstant(NEAR).land().lstore(index);
    code.lload(weight);
    vectors.plus((long) shape.weightRow() * shape.bits() / 8);
    code.lstore(weight);
    vectors.bound(weight);
  }

  private void store() {
    for (int i = 0; i < sums.length; i++) {
      int pixel = i;
      code.aload(sums[i]);
      vectors.exact();
      vectors.store(() -> {
        code.lload(Y).lload(offset).ladd();
        plus(ownStep, pixel);
        LaneCode.bound(code);
      });
    }
  }

  private void times(long constant) {
    code.loadConstant(constant).lmul();
  }

  private void plus(int distance, int times) {
    if (times != 0) {
      code.lload(distance);
      times(times);
      code.ladd();
    }
  }

  private void advance(int at, int distance, int times) {
    code.lload(at);
    plus(distance, times);
    code.lstore(at);
  }
}
