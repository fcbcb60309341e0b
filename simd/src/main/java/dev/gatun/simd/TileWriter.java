package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_VarHandle;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/**
 * Prints one {@link TileShape} as a class: load the accumulators, one counted int loop, store them. The loop is single
 * and its body straight-line because C2 keeps the accumulators in registers only then: the same tile in a nest of three
 * loops, or in a {@code while (a != end)} loop, ran at a third of the speed.
 */
final class TileWriter {
  private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, CD_int, CD_long,
      CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long);
  // Slots of the parameters of Tile.run but for those of TilePointers; longs take two.
  private static final int C = 5;
  private static final int K = 7;
  private static final int C_ROW = 16;
  private static final int FROM = 20;
  private static final int FROM_ROW = 22;
  private static final int LAST = 24;
  /** Vector registers that every machine has. */
  private static final int REGISTERS = 16;

  private final TileShape shape;
  private final CodeBuilder code;
  private final VectorCode vectors;
  private final int ballast;
  private final TilePointers pointers;
  private int[] accumulators;
  private int lastMask;
  private int lastBits = -1;
  private int holds;
  /** The step of a turn that is being written. */
  private int step;
  /** Behind the loop. */
  private Label end;

  private TileWriter(TileShape shape, CodeBuilder code, int ballast) {
    this.shape = shape;
    this.ballast = ballast;
    this.code = code;
    this.vectors = new VectorCode(code, shape.dtype(), shape.bits());
    this.pointers = new TilePointers(shape, code, vectors);
  }

  /** The bytes of a class of the given name that implements {@link Tile}. */
  static byte[] write(TileShape shape, ClassDesc name) {
    var type = write(shape, name, Ballast.STORES);
    return Kernel.canBeCompiled(type) ? type : write(shape, name, Ballast.FEW_STORES);
  }

  private static byte[] write(TileShape shape, ClassDesc name, int ballast) {
    return ClassFile.of().build(name, type -> type
        .withFlags(ClassFile.ACC_FINAL)
        .withInterfaceSymbols(Tile.class.describeConstable().orElseThrow())
        .withMethodBody("<init>", MTD_void, 0,
            c -> c.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
        .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, c -> new TileWriter(shape, c, ballast).body()));
  }

  private void body() {
    LaneCode.turn(code, K);
    Ballast.write(code, vectors, ballast, K, C);
    if (shape.tail()) {
      mask();
    }
    accumulators();
    pointers.start();
    end = code.newLabel();
    loop();
    if (shape.family() == TileShape.Family.DOT && shape.tail()) {
      pointers.lastStep();
      contract(lastMask);
    }
    results();
    code.return_();
  }

  /** The mask of the last vector, or of the last step. */
  private void mask() {
    lastMask = code.allocateLocal(TypeKind.REFERENCE);
    vectors.mask(LAST);
    code.astore(lastMask);
    if (isNarrow()) {
      lastBits = code.allocateLocal(TypeKind.REFERENCE);
      vectors.maskOfBits(LAST);
      code.astore(lastBits);
    }
  }

  /** Whether each element of the left operand serves a single multiply-add. */
  private boolean isNarrow() {
    return shape.family() == TileShape.Family.OUTER && shape.columns() == 1;
  }

  private void accumulators() {
    accumulators = new int[shape.accumulators()];
    int width = vectorsPerRow();
    vectors.bound(FROM);
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < width; j++) {
        load(j, () -> code.lload(FROM), j * shape.vectorBytes());
        accumulators[i * width + j] = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(accumulators[i * width + j]);
      }
      advance(FROM, FROM_ROW);
    }
  }

  private void results() {
    int width = vectorsPerRow();
    vectors.bound(C);
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < width; j++) {
        int offset = j * shape.vectorBytes();
        code.aload(accumulators[i * width + j]);
        vectors.exact();
        if (isLast(j)) {
          vectors.store(() -> address(C, offset), lastMask);
        } else {
          vectors.store(() -> address(C, offset));
        }
      }
      advance(C, C_ROW);
    }
  }

  /** Whether vector j of a row is the masked one. */
  private boolean isLast(int j) {
    return shape.tail() && shape.family() != TileShape.Family.DOT && j == shape.columns() - 1;
  }

  private int vectorsPerRow() {
    return shape.columns() * shape.vectorsPerResult();
  }

  private void loop() {
    int turn = code.allocateLocal(TypeKind.INT);
    var top = code.newLabel();
    code.iconst_0().istore(turn).labelBinding(top).iload(turn).iload(K).if_icmpge(end);
    pointers.nextTurn();
    for (step = 0; step < shape.turn().steps(); step++) {
      contract(-1);
    }
    code.iinc(turn, 1).goto_(top).labelBinding(end);
  }

  private void advance(int pointer, int distance) {
    code.lload(pointer).lload(distance).ladd().lstore(pointer);
    vectors.bound(pointer);
  }

  /**
   * Adds the products of one step.
   *
   * @param mask slot of the mask of the loads of a last, partial dot step, or -1
   */
  private void contract(int mask) {
    switch (shape.family()) {
      case OUTER -> outer();
      case EACH -> each();
      case DOT -> {
        for (int v = 0; v < shape.vectorsPerResult(); v++) {
          dot(v, mask);
        }
      }
    }
  }

  /**
   * Lanes along the columns, over which an element of the left operand is spread. Rows come in groups, each behind a
   * branch. The last vector of the right operand is loaded for each row anew where that
   * makes groups larger.
   */
  private void outer() {
    int group = group();
    int kept = lastFromMemory() ? shape.columns() - 1 : shape.columns();
    int[] b = locals(shape.columns());
    int[] q = locals(group);
    for (int first = 0; first < shape.rows(); first += group) {
      hold();
      if (first == 0) {
        loadRight(b, 0, kept);
      }
      int end = Math.min(shape.rows(), first + group);
      for (int row = first; row < end; row++) {
        int i = row;
        if (step == 0) {
          pointers.nextTurn(row);
        }
        vectors.broadcast(() -> pointers.left(i, step));
        code.astore(q[row - first]);
        addProducts(row, q[row - first], b, 0, kept);
      }
      for (int row = first; row < end && kept < b.length; row++) {
        if (row > first) {
          part();
        }
        loadRight(b, kept, b.length);
        addProducts(row, q[row - first], b, kept, b.length);
      }
    }
  }

  private int[] locals(int count) {
    var slots = new int[count];
    Arrays.setAll(slots, i -> code.allocateLocal(TypeKind.REFERENCE));
    return slots;
  }

  private void loadRight(int[] b, int from, int to) {
    for (int j = from; j < to; j++) {
      int column = j;
      if (isNarrow()) {
        vectors.loadBits(() -> pointers.right(column, step), lastBits);
      } else {
        load(j, () -> pointers.right(column, step), 0);
      }
      code.astore(b[j]);
    }
  }

  private void addProducts(int row, int q, int[] b, int from, int to) {
    for (int j = from; j < to; j++) {
      vectors.fma(q, b[j], accumulators[row * shape.columns() + j]);
    }
  }

  /** Registers that the sums and a step's right elements leave for its left ones. */
  private int spare() {
    return REGISTERS - shape.accumulators() - shape.columns();
  }

  /** Rows whose left elements are in registers at once. */
  private int group() {
    return Math.clamp(lastFromMemory() ? spare() + 1 : spare(), 1, shape.rows());
  }

  /**
   * Whether multiply-adds take the last vector of the right operand from memory, a load for each row that is no
   * instruction of its own: where the register that this leaves makes a group of rows out of single ones, and there are
   * still fewer loads than multiply-adds, for the processor does two of either at a time. A load by a mask is always an
   * instruction.
   */
  private boolean lastFromMemory() {
    int loads = shape.columns() - 1 + 2 * shape.rows();
    return spare() == 1 && shape.rows() > 1 && !shape.tail() && loads < shape.accumulators();
  }

  /** Lanes along the columns, each of which has an element of the left operand of its own. */
  private void each() {
    int columns = shape.columns();
    int[] b = locals(columns);
    hold();
    loadRight(b, 0, columns);
    for (int slot : b) {
      code.aload(slot);
      vectors.exact();
      code.astore(slot);
    }
    int q = code.allocateLocal(TypeKind.REFERENCE);
    for (int i = 0; i < shape.rows(); i++) {
      int row = i;
      if (i > 0) {
        hold();
      }
      for (int j = 0; j < columns; j++) {
        load(j, () -> pointers.left(row, step), j * shape.vectorBytes());
        code.astore(q);
        vectors.fma(b[j], q, accumulators[i * columns + j]);
      }
    }
  }

  /** Loads vector j of a row, the masked one for what it is. */
  private void load(int j, Runnable address, int offset) {
    Runnable at = () -> {
      address.run();
      vectors.plus(offset);
    };
    if (isLast(j)) {
      vectors.load(at, lastMask);
    } else {
      vectors.load(at);
    }
  }

  /** Vector v of the virtual lanes of every result. */
  private void dot(int v, int mask) {
    int offset = v * shape.vectorBytes();
    int per = shape.vectorsPerResult();
    boolean inLoop = mask < 0;
    int[] a = new int[shape.rows()];
    if (inLoop) {
      hold();
    }
    for (int i = 0; i < shape.rows(); i++) {
      int row = i;
      a[i] = code.allocateLocal(TypeKind.REFERENCE);
      dotLoad(() -> {
        pointers.left(row, step);
        vectors.plus(offset);
      }, mask, v);
      vectors.exact();
      code.astore(a[i]);
    }
    int b = code.allocateLocal(TypeKind.REFERENCE);
    for (int j = 0; j < shape.columns(); j++) {
      int column = j;
      if (j > 0 && inLoop) {
        hold();
      }
      dotLoad(() -> {
        pointers.right(column, step);
        vectors.plus(offset);
      }, mask, v);
      code.astore(b);
      for (int i = 0; i < shape.rows(); i++) {
        vectors.fma(a[i], b, accumulators[(i * shape.columns() + j) * per + v]);
      }
    }
  }

  /** Loads a whole vector, or of a partial step the lanes that fall to vector v. */
  private void dotLoad(Runnable address, int mask, int v) {
    if (mask < 0) {
      vectors.load(address);
      return;
    }
    int bits = code.allocateLocal(TypeKind.LONG);
    int part = code.allocateLocal(TypeKind.REFERENCE);
    code.lload(LAST).loadConstant(v * (shape.vectorBytes() / shape.dtype().bytes())).lushr().lstore(bits);
    vectors.mask(bits);
    code.astore(part);
    vectors.load(address, part);
  }

  private void address(int slot, int offset) {
    code.lload(slot);
    vectors.plus(offset);
  }

  /**
   * A branch out of the loop that is never taken, for no step lies beyond {@link TileShape#REACH} and no pointer is a
   * small number: all accumulators are alive at its target, so C2 must add to them before it, and cannot load what
   * comes after it any sooner. Without such branches it loads all of a step's elements ahead of the multiply-adds,
   * which takes more registers than there are and halves the speed. Each takes one of the processor's six slots a
   * cycle, and has a constant of its own, or C2 would join them. The first of a step keeps C2 from computing addresses
   * for the next one.
   */
  private void hold() {
    pointers.impossible(holds++);
    code.lcmp().ifeq(end);
  }

  /**
   * Keeps C2 from making one of two loads of the same vector, so that each is part of the multiply-add that uses it. On
   * x86 the fence is no instruction; tiles of machines with more registers have none.
   */
  private void part() {
    code.invokestatic(CD_VarHandle, "acquireFence", MTD_void);
  }

}
