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
import java.util.ArrayList;
import java.util.Arrays;
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
   * Rows of a tile that has registers for a pointer to each. With an index that they share, such a pointer costs no
   * instruction; with the distance of a row it costs one. In turns of several steps each costs two, and rows at a fixed
   * distance share one.
   */
  private static final int FEW_ROWS = 6;
  /**
   * Rows that share one pointer in higher tiles: the pointer, plus their distance, plus twice the distance, plus both.
   * 14 rows then need 4 registers and 2 distances instead of 14.
   */
  private static final int ROWS_PER_POINTER = 4;

  /** Vector registers that every machine has. */
  private static final int REGISTERS = 16;

  /** All bits that the offset of a turn has in bytes. */
  private static final long OFFSETS = Integer.MAX_VALUE;

  private final TileShape shape;
  private final CodeBuilder code;
  private final VectorCode vectors;
  private final int ballast;
  private final List<Integer> rowPointers = new ArrayList<>();
  private final List<Integer> columnPointers = new ArrayList<>();
  private int[] accumulators;
  private int twoRows;
  /** Slot of the number of the next entry of the table: the loop's own counter would make C2 split the loop in two. */
  private int entry;
  /** Slot of how many elements beyond the pointers a turn's left elements lie. */
  private int left;
  /** Slot of how many elements beyond the pointers a turn's right elements lie. */
  private int right;
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
    rowPointers();
    columnPointers();
    if (walks()) {
      startWalking(A_STEP, rowPointers);
      startWalking(B_STEP, columnPointers);
    } else {
      startCounting();
    }
    end = code.newLabel();
    loop();
    if (shape.family() == TileShape.Family.DOT && shape.tail()) {
      if (shape.table()) {
        code.lconst_0().lstore(left).lconst_0().lstore(right);
      } else {
        nextTurn();
      }
      contract(lastMask);
    }
    results();
    code.return_();
  }

  /**
   * Whether the pointers themselves move from turn to turn. That takes two instructions for each; an offset that is
   * added to each takes as many, since the steps of a turn share the sum, and is moved as well.
   */
  private boolean walks() {
    return shape.turn().steps() > 1 && !shape.table();
  }

  /** Makes bytes of a slot that counts elements from turn to turn, and moves pointers back by as many. */
  private void startWalking(int distance, List<Integer> pointers) {
    bytes(distance, 0);
    code.lstore(distance);
    pointers.forEach(pointer -> code.lload(pointer).lload(distance).lsub().lstore(pointer));
  }

  private void startCounting() {
    code.lload(TABLE).loadConstant(Raw.SPACE & -StepTable.PAIR).land().lstore(TABLE);
    entry = code.allocateLocal(TypeKind.LONG);
    code.lconst_0().lstore(entry);
    left = code.allocateLocal(TypeKind.LONG);
    right = code.allocateLocal(TypeKind.LONG);
    code.lload(A_STEP).lneg();
    offset(left);
    code.lload(B_STEP).lneg();
    offset(right);
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

  /** A pointer to the first of every {@link #rowsPerPointer} rows; the first pointer is the parameter itself. */
  private void rowPointers() {
    if (shape.rowBytes() == 0) {
      twoRows = code.allocateLocal(TypeKind.LONG);
      bytes(A_ROW, 1);
      code.lstore(twoRows);
      bytes(A_ROW, 0);
      code.lstore(A_ROW);
    }
    for (int i = 0; i < shape.rows(); i += rowsPerPointer()) {
      int pointer = i == 0 ? A : code.allocateLocal(TypeKind.LONG);
      if (i > 0) {
        code.lload(rowPointers.getLast());
        plusRows(rowsPerPointer());
        code.lstore(pointer);
      }
      elements(code.lload(pointer)).lstore(pointer);
      rowPointers.add(pointer);
    }
  }

  /** What lies on the stack as an address of elements: C2 knows it for one, and for a multiple of their size. */
  private CodeBuilder elements(CodeBuilder address) {
    return address.loadConstant(Raw.SPACE & -shape.dtype().bytes()).land();
  }

  private int rowsPerPointer() {
    boolean shared = shape.rowBytes() > 0 && shape.turn().steps() > 1;
    return shape.rows() <= FEW_ROWS && !shared ? 1 : shape.rowBytes() > 0 ? shape.rows() : ROWS_PER_POINTER;
  }

  /** Adds the distance of so many rows. */
  private void plusRows(int rows) {
    if (shape.rowBytes() > 0) {
      vectors.plus((long) rows * shape.rowBytes());
      return;
    }
    for (int i = 0; i < rows / 2; i++) {
      code.lload(twoRows).ladd();
    }
    if (rows % 2 != 0) {
      code.lload(A_ROW).ladd();
    }
  }

  /**
   * A pointer to each vector of a step's right elements, or to each column in the dot family; the first is the
   * parameter itself. Each is masked, or C2 would derive them from one pointer again, at every step. In turns of
   * several steps that costs little, and one serves for all vectors.
   */
  private void columnPointers() {
    boolean dot = shape.family() == TileShape.Family.DOT;
    if (dot) {
      bytes(B_COLUMN, 0);
      code.lstore(B_COLUMN);
    }
    for (int j = 0; j < (onePointer() ? 1 : shape.columns()); j++) {
      int pointer = j == 0 ? B : code.allocateLocal(TypeKind.LONG);
      if (j > 0) {
        code.lload(columnPointers.getLast());
        if (dot) {
          code.lload(B_COLUMN).ladd();
        } else {
          vectors.plus(shape.vectorBytes());
        }
        code.lstore(pointer);
      }
      vectors.bound(pointer);
      columnPointers.add(pointer);
    }
  }

  /** Whether all vectors of a step's right elements are addressed from the first. */
  private boolean onePointer() {
    return shape.turn().steps() > 1 && shape.family() != TileShape.Family.DOT;
  }

  /** Pushes as many bytes as a slot counts elements, times a power of two. */
  private void bytes(int slot, int power) {
    code.lload(slot).loadConstant(Raw.STRIDES >> shift()).land().loadConstant(shift() + power).lshl();
  }

  /** Binary logarithm of the bytes of an element. */
  private int shift() {
    return Integer.numberOfTrailingZeros(shape.dtype().bytes());
  }

  private void loop() {
    int turn = code.allocateLocal(TypeKind.INT);
    var top = code.newLabel();
    code.iconst_0().istore(turn).labelBinding(top).iload(turn).iload(K).if_icmpge(end);
    nextTurn();
    for (step = 0; step < shape.turn().steps(); step++) {
      contract(-1);
    }
    code.iinc(turn, 1).goto_(top).labelBinding(end);
  }

  /**
   * Moves the offsets on, or the right operand's pointers; those of rows move when the first step comes to them. That
   * stands before all use: where the old ones are still needed it costs copies.
   */
  private void nextTurn() {
    if (walks()) {
      columnPointers.forEach(pointer -> walk(pointer, B_STEP));
    } else if (shape.table()) {
      tableEntry(0);
      offset(left);
      tableEntry(StepTable.PAIR / 2);
      offset(right);
      code.lload(entry).lconst_1().ladd();
      offset(entry);
    } else {
      code.lload(left).lload(A_STEP).ladd();
      offset(left);
      code.lload(right).lload(B_STEP).ladd();
      offset(right);
    }
  }

  /** Moves a pointer; masked, or C2 would make it a sum of its start and a multiple of the loop's counter. */
  private void walk(int pointer, int distance) {
    elements(code.lload(pointer).lload(distance).ladd()).lstore(pointer);
  }

  /** Pushes one of the turn's pair of offsets. */
  private void tableEntry(int at) {
    vectors.loadInt(() -> {
      code.lload(TABLE).lload(entry).loadConstant(Integer.numberOfTrailingZeros(StepTable.PAIR)).lshl().ladd();
      vectors.plus(at);
    });
    code.i2l();
  }

  /**
   * Stores how far a turn lies from the pointers, masked: C2 makes one address of a pointer and an index only if the
   * index, in bytes, has the range of an int.
   */
  private void offset(int slot) {
    code.loadConstant(OFFSETS >> shift()).land().lstore(slot);
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
        if (walks() && step == 0 && row % rowsPerPointer() == 0) {
          walk(rowPointers.get(row / rowsPerPointer()), A_STEP);
        }
        vectors.broadcast(() -> leftAddress(i));
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
        vectors.loadBits(() -> rightAddress(column), lastBits);
      } else {
        load(j, () -> rightAddress(column), 0);
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
        load(j, () -> leftAddress(row), j * shape.vectorBytes());
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
        leftAddress(row);
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
        rightAddress(column);
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
    if (walks()) {
      code.lload(columnPointers.getFirst()).loadConstant((long) ++holds);
    } else {
      code.lload(right).loadConstant((OFFSETS >> shift()) - holds++);
    }
    code.lcmp().ifeq(end);
  }

  /**
   * Keeps C2 from making one of two loads of the same vector, so that each is part of the multiply-add that uses it. On
   * x86 the fence is no instruction; tiles of machines with more registers have none.
   */
  private void part() {
    code.invokestatic(CD_VarHandle, "acquireFence", MTD_void);
  }

  /** Pushes where the right operand is read for a column, or for a vector of columns. */
  private void rightAddress(int column) {
    code.lload(columnPointers.get(onePointer() ? 0 : column));
    plusOffset(right);
    vectors.plus((long) step * shape.turn().rightBytes() + (onePointer() ? (long) column * shape.vectorBytes() : 0));
  }

  /** Adds the offset of a turn, if pointers do not move by themselves. */
  private void plusOffset(int slot) {
    if (!walks()) {
      code.lload(slot).loadConstant(shift()).lshl().ladd();
    }
  }

  /** Pushes where the left operand is read for a row: C2 knows it for a multiple of the size. */
  private void leftAddress(int row) {
    code.lload(rowPointers.get(row / rowsPerPointer()));
    plusOffset(left);
    if (shape.rowBytes() > 0) {
      vectors.plus((long) (row % rowsPerPointer()) * shape.rowBytes() + (long) step * shape.turn().leftBytes());
    } else {
      plusRows(row % rowsPerPointer());
      vectors.plus((long) step * shape.turn().leftBytes());
    }
  }
}
