package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints one {@link TileShape} as a class: load the accumulators, one counted int loop, store them. The loop is single
 * and its body straight-line because C2 keeps the accumulators in registers only then: the same tile in a nest of three
 * loops, or in a {@code while (a != end)} loop, ran at a third of the speed.
 */
final class TileWriter {
  private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, CD_int, CD_long,
      CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long, CD_long);
  // Slots of the parameters of Tile.run; longs take two.
  private static final int A = 1;
  private static final int B = 3;
  private static final int C = 5;
  private static final int K = 7;
  private static final int A_ROW = 8;
  private static final int A_STEP = 10;
  private static final int B_COLUMN = 12;
  private static final int B_STEP = 14;
  private static final int C_ROW = 16;
  private static final int TABLE = 18;
  private static final int FROM = 20;
  private static final int FROM_ROW = 22;
  private static final int LAST = 24;
  /**
   * Rows that share one address register where their distance is variable: the register, plus the distance, plus twice
   * the distance. 14 rows then need 5 registers and 2 distances instead of 14.
   */
  private static final int ROWS_PER_POINTER = 3;
  /** Bytes of a pair of offsets. */
  private static final int PAIR = 16;

  private final TileShape shape;
  private final CodeBuilder code;
  private final VectorCode vectors;
  private final List<Integer> pointers = new ArrayList<>();
  private int[] accumulators;
  private int twoRows;
  /** Slot of how far a step's left elements lie from the pointers. */
  private int distance;
  private int lastMask;

  private TileWriter(TileShape shape, CodeBuilder code) {
    this.shape = shape;
    this.code = code;
    this.vectors = new VectorCode(code, shape.dtype(), shape.bits());
  }

  /** The bytes of a class of the given name that implements {@link Tile}. */
  static byte[] write(TileShape shape, ClassDesc name) {
    var run = ClassFile.of().parse(write(shape, name, 0)).methods().getLast();
    int bytecodes = ((CodeAttribute) run.code().orElseThrow()).codeLength();
    return write(shape, name, Ballast.stores(bytecodes));
  }

  private static byte[] write(TileShape shape, ClassDesc name, int stores) {
    return ClassFile.of().build(name, type -> type
        .withFlags(ClassFile.ACC_FINAL)
        .withInterfaceSymbols(Tile.class.describeConstable().orElseThrow())
        .withMethodBody("<init>", MTD_void, 0,
            c -> c.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
        .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, c -> new TileWriter(shape, c).body(stores)));
  }

  private void body(int stores) {
    LaneCode.turn(code, K);
    Ballast.write(code, vectors, K, C, stores);
    if (shape.tail()) {
      mask();
    }
    accumulators();
    rowPointers();
    boundRight(B);
    boundTable();
    distance = code.allocateLocal(TypeKind.LONG);
    code.lconst_0().lstore(distance);
    loop();
    if (shape.family() == TileShape.Family.DOT && shape.tail()) {
      if (shape.table()) {
        code.lconst_0().lstore(distance);
      }
      contract(B, lastMask);
    }
    results();
    code.return_();
  }

  /** The mask of the last vector, or of the last step. */
  private void mask() {
    lastMask = code.allocateLocal(TypeKind.REFERENCE);
    vectors.mask(LAST);
    code.astore(lastMask);
  }

  private void accumulators() {
    accumulators = new int[shape.accumulators()];
    int width = vectorsPerRow();
    vectors.bound(FROM);
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < width; j++) {
        int offset = j * shape.vectorBytes();
        if (isLast(j)) {
          vectors.load(() -> address(FROM, offset), lastMask);
        } else {
          vectors.load(() -> address(FROM, offset));
        }
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
        if (isLast(j)) {
          vectors.store(accumulators[i * width + j], () -> address(C, offset), lastMask);
        } else {
          vectors.store(accumulators[i * width + j], () -> address(C, offset));
        }
      }
      advance(C, C_ROW);
    }
  }

  /** Whether vector j of a row is the masked one. */
  private boolean isLast(int j) {
    return shape.tail() && shape.family() == TileShape.Family.OUTER && j == shape.columns() - 1;
  }

  private int vectorsPerRow() {
    return shape.columns() * shape.vectorsPerResult();
  }

  /**
   * One pointer for every {@link #ROWS_PER_POINTER} rows, or for all; the first is the parameter itself. Those of the
   * outer family count elements, not bytes: of such an address C2 knows the alignment.
   */
  private void rowPointers() {
    pointers.add(A);
    inUnits(A);
    inUnits(A_STEP);
    if (shape.rowBytes() > 0) {
      return;
    }
    code.lload(A_ROW).loadConstant(Raw.STRIDES).land().lstore(A_ROW);
    inUnits(A_ROW);
    twoRows = code.allocateLocal(TypeKind.LONG);
    code.lload(A_ROW).lload(A_ROW).ladd().lstore(twoRows);
    for (int i = ROWS_PER_POINTER; i < shape.rows(); i += ROWS_PER_POINTER) {
      int pointer = code.allocateLocal(TypeKind.LONG);
      code.lload(pointers.getLast()).lload(A_ROW).ladd().lload(twoRows).ladd().lstore(pointer);
      pointers.add(pointer);
    }
  }

  private void loop() {
    int step = code.allocateLocal(TypeKind.INT);
    var top = code.newLabel();
    var end = code.newLabel();
    code.iconst_0().istore(step).labelBinding(top).iload(step).iload(K).if_icmpge(end);
    step();
    code.iinc(step, 1).goto_(top).labelBinding(end);
  }

  /** One step of the sum, at the pointers or at their distances from the table. */
  private void step() {
    if (shape.table()) {
      vectors.loadLong(TABLE, 0);
      code.lstore(distance);
      inUnits(distance);
      vectors.loadLong(TABLE, PAIR / 2);
      int right = code.allocateLocal(TypeKind.LONG);
      code.lload(B).ladd().lstore(right);
      boundRight(right);
      contract(right, -1);
      code.lload(TABLE);
      vectors.plus(PAIR);
      code.lstore(TABLE);
      boundTable();
    } else {
      contract(B, -1);
      code.lload(distance).lload(A_STEP).ladd().lstore(distance);
      code.lload(B).lload(B_STEP).ladd().lstore(B);
      boundRight(B);
    }
  }

  /**
   * Tells C2 where the right operand lies, in the outer family, where its loads come first in a step. In the dot family
   * each of them keeps its check, for the reason that {@link #outerAddress} gives.
   */
  private void boundRight(int slot) {
    if (shape.family() == TileShape.Family.OUTER) {
      vectors.bound(slot);
    }
  }

  /** Tells C2 where the table lies, and that its longs lie at multiples of 8. */
  private void boundTable() {
    code.lload(TABLE).loadConstant(Raw.SPACE & -Long.BYTES).land().lstore(TABLE);
  }

  /** Turns bytes in a slot into elements, in the outer family. */
  private void inUnits(int slot) {
    if (shape.family() == TileShape.Family.OUTER) {
      code.lload(slot).loadConstant(shift()).lshr().lstore(slot);
    }
  }

  /** Binary logarithm of the bytes of an element. */
  private int shift() {
    return Integer.numberOfTrailingZeros(shape.dtype().bytes());
  }

  private void advance(int pointer, int distance) {
    code.lload(pointer).lload(distance).ladd().lstore(pointer);
    vectors.bound(pointer);
  }

  /**
   * Adds the products of one step.
   *
   * @param right slot of the pointer to the right operand
   * @param mask slot of the mask of the loads of a last, partial dot step, or -1
   */
  private void contract(int right, int mask) {
    if (shape.family() == TileShape.Family.OUTER) {
      outer(right);
    } else {
      for (int v = 0; v < shape.vectorsPerResult(); v++) {
        dot(right, v, mask);
      }
    }
  }

  private void outer(int right) {
    int columns = shape.columns();
    int[] b = new int[columns];
    for (int j = 0; j < columns; j++) {
      int offset = j * shape.vectorBytes();
      b[j] = code.allocateLocal(TypeKind.REFERENCE);
      if (isLast(j)) {
        vectors.load(() -> address(right, offset), lastMask);
      } else {
        vectors.load(() -> address(right, offset));
      }
      code.astore(b[j]);
    }
    int q = code.allocateLocal(TypeKind.REFERENCE);
    for (int i = 0; i < shape.rows(); i++) {
      int row = i;
      vectors.broadcast(() -> outerAddress(row));
      code.astore(q);
      for (int j = 0; j < columns; j++) {
        vectors.fma(q, b[j], accumulators[i * columns + j]);
      }
    }
  }

  /** Vector v of the virtual lanes of every result. */
  private void dot(int right, int v, int mask) {
    int offset = v * shape.vectorBytes();
    int per = shape.vectorsPerResult();
    int[] a = new int[shape.rows()];
    for (int i = 0; i < shape.rows(); i++) {
      int row = i;
      a[i] = code.allocateLocal(TypeKind.REFERENCE);
      dotLoad(() -> dotAddress(row, offset), mask, v);
      code.astore(a[i]);
    }
    int column = code.allocateLocal(TypeKind.LONG);
    int b = code.allocateLocal(TypeKind.REFERENCE);
    code.lload(right).lstore(column);
    for (int j = 0; j < shape.columns(); j++) {
      dotLoad(() -> address(column, offset), mask, v);
      code.astore(b);
      code.lload(column).lload(B_COLUMN).ladd().lstore(column);
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
   * Pushes the address of an element of the left operand. Its place in memory is left unknown, so that C2 checks it:
   * that holds C2 from loading all of a step's elements ahead of the multiply-adds, which takes more registers than
   * there are and halves the speed.
   */
  private void outerAddress(int row) {
    rowPointer(row);
    code.loadConstant(shift()).lshl();
    vectors.plus((long) row * shape.rowBytes());
  }

  /**
   * The first row keeps its check: what it loads is not loaded before the vectors of the step that come first are used.
   */
  private void dotAddress(int row, int offset) {
    rowPointer(row);
    if (row > 0) {
      LaneCode.bound(code);
    }
    vectors.plus((long) row * shape.rowBytes() + offset);
  }

  /** Pushes where the left operand is read for a row; rows at a fixed distance have one pointer. */
  private void rowPointer(int row) {
    if (shape.rowBytes() > 0) {
      code.lload(A).lload(distance).ladd();
      return;
    }
    code.lload(pointers.get(row / ROWS_PER_POINTER)).lload(distance).ladd();
    switch (row % ROWS_PER_POINTER) {
      case 1 -> code.lload(A_ROW).ladd();
      case 2 -> code.lload(twoRows).ladd();
      default -> { }
    }
  }
}
