package dev.gatun.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a tile's loop reads its operands: pointers to rows of the left one and to columns of the right one, which move
 * from turn to turn or have an offset added that does. How many there are, and what each is masked with, decides how
 * many instructions C2 makes of an address.
 */
final class TilePointers {
  // Slots of the parameters of Tile.run that say where operands lie.
  private static final int A = 1;
  private static final int B = 3;
  private static final int A_ROW = 8;
  private static final int A_STEP = 10;
  private static final int B_COLUMN = 12;
  private static final int B_STEP = 14;
  private static final int TABLE = 18;
  /**
   * Rows of a tile that has registers for a pointer to each. With an index that they share, such a pointer costs no
   * instruction; with the distance of a row it costs one. In turns of several steps each costs two, and rows at a fixed
   * distance share one.
   */
  private static final int FEW_ROWS = 6;
  /**
   * Rows that share one pointer in higher tiles: the pointer, plus their distance, plus twice the distance, plus both.
   * 8 rows then need 2 registers and 2 distances instead of 8.
   */
  private static final int ROWS_PER_POINTER = 4;

  /** All bits that the offset of a turn has in bytes. */
  private static final long OFFSETS = Integer.MAX_VALUE;

  private final TileShape shape;
  private final CodeBuilder code;
  private final VectorCode vectors;
  private final List<Integer> rowPointers = new ArrayList<>();
  private final List<Integer> columnPointers = new ArrayList<>();
  private int twoRows;
  /** Slot of the number of the next entry of the table: the loop's own counter would make C2 split the loop in two. */
  private int entry;
  /** Slot of how many elements beyond the pointers a turn's left elements lie. */
  private int left;
  /** Slot of how many elements beyond the pointers a turn's right elements lie. */
  private int right;

  TilePointers(TileShape shape, CodeBuilder code, VectorCode vectors) {
    this.shape = shape;
    this.code = code;
    this.vectors = vectors;
  }

  /** Writes what stands before the loop. */
  void start() {
    rowPointers();
    columnPointers();
    if (walks()) {
      startWalking(A_STEP, rowPointers);
      startWalking(B_STEP, columnPointers);
    } else {
      startCounting();
    }
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

  /**
   * Moves the offsets on, or the right operand's pointers; those of rows move when the first step comes to them. That
   * stands before all use: where the old ones are still needed it costs copies.
   */
  void nextTurn() {
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

  /** Moves the pointer that a row has, if it moves and the row is its first. */
  void nextTurn(int row) {
    if (walks() && row % rowsPerPointer() == 0) {
      walk(rowPointers.get(row / rowsPerPointer()), A_STEP);
    }
  }

  /** Moves on to the last, partial step of the dot family, which a table has no entry for. */
  void lastStep() {
    if (shape.table()) {
      code.lconst_0().lstore(left).lconst_0().lstore(right);
    } else {
      nextTurn();
    }
  }

  /** Pushes a pointer or an offset, and the {@code number}th value that it never has. */
  void impossible(int number) {
    if (walks()) {
      code.lload(columnPointers.getFirst()).loadConstant(number + 1L);
    } else {
      code.lload(right).loadConstant((OFFSETS >> shift()) - number);
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

  /** Pushes where the right operand is read for a column, or for a vector of columns, in a step of the turn. */
  void right(int column, int step) {
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

  /** Pushes where the left operand is read for a row, in a step of the turn: C2 knows it for a multiple of the size. */
  void left(int row, int step) {
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
