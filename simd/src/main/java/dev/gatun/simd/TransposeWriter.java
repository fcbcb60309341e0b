package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Prints a {@link Transpose} that keeps squares of as many elements as a vector has on either side in registers: once
 * vectors have swapped their halves with those half a square away, then quarters within each half, and so on down to
 * single elements, columns have become rows.
 */
final class TransposeWriter {
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, CD_long, CD_int, CD_long, CD_int, CD_int);
  // Slots of the parameters of Transpose.run; longs take two.
  private static final int SOURCE = 1;
  private static final int COLUMN = 3;
  private static final int TARGET = 5;
  private static final int TARGET_ROW = 7;
  private static final int RUN_LENGTH = 9;
  private static final int JUMP = 10;
  private static final int ROWS = 12;
  private static final int COLUMNS = 13;

  private final int side;
  private final CodeBuilder code;
  private final LaneCode vectors;
  private final int[] square;
  /** For each distance of swaps which elements of two vectors make the first, and which the second. */
  private final int[][] picks;
  private final int spare;
  private final int from;
  private final int to;
  /** Rows that remain of a run of the target, and of the source. */
  private final int left;
  private final int row;
  private final int column;

  private TransposeWriter(int side, CodeBuilder code) {
    this.side = side;
    this.code = code;
    vectors = new LaneCode(code, side);
    square = references(side);
    picks = new int[Integer.numberOfTrailingZeros(side)][];
    Arrays.setAll(picks, level -> references(2));
    spare = code.allocateLocal(TypeKind.REFERENCE);
    from = code.allocateLocal(TypeKind.LONG);
    to = code.allocateLocal(TypeKind.LONG);
    left = code.allocateLocal(TypeKind.INT);
    row = code.allocateLocal(TypeKind.INT);
    column = code.allocateLocal(TypeKind.INT);
  }

  private int[] references(int count) {
    var slots = new int[count];
    Arrays.setAll(slots, i -> code.allocateLocal(TypeKind.REFERENCE));
    return slots;
  }

  /** The bytes of a class of the given name that implements {@link Transpose} with so many lanes. */
  static byte[] write(int lanes, ClassDesc name) {
    return ClassFile.of().build(name, type -> type
        .withFlags(ClassFile.ACC_FINAL)
        .withInterfaceSymbols(LaneCode.desc(Transpose.class))
        .withMethodBody("<init>", MTD_void, 0,
            c -> c.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
        .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, c -> new TransposeWriter(lanes, c).body()));
  }

  private void body() {
    LaneCode.turn(code, ROWS);
    loadPicks();
    var nextColumn = code.newLabel();
    var end = code.newLabel();
    code.iconst_0().istore(column);
    code.labelBinding(nextColumn).iload(column).iload(COLUMNS).if_icmpge(end);
    code.lload(TARGET).iload(column).i2l().loadConstant((long) Float.BYTES).lmul().ladd().lstore(to);
    code.iload(RUN_LENGTH).istore(left);
    var nextRow = code.newLabel();
    var done = code.newLabel();
    code.iconst_0().istore(row);
    code.labelBinding(nextRow).iload(row).iload(ROWS).if_icmpge(done);
    load();
    swap();
    store();
    code.iinc(row, side).goto_(nextRow);
    code.labelBinding(done);
    code.lload(SOURCE).lload(COLUMN).loadConstant((long) side).lmul().ladd().lstore(SOURCE);
    code.iinc(column, side).goto_(nextColumn);
    code.labelBinding(end).return_();
    Apart.write(code);
  }

  private void loadPicks() {
    long at = Picks.of(side);
    for (var pair : picks) {
      for (int slot : pair) {
        long address = at;
        vectors.load(Lane.I32, () -> code.loadConstant(address), -1);
        code.astore(slot);
        at += (long) side * Integer.BYTES;
      }
    }
  }

  private void load() {
    code.lload(SOURCE).iload(row).i2l().loadConstant((long) Float.BYTES).lmul().ladd().lstore(from);
    for (int vector : square) {
      vectors.load(Lane.I32, () -> {
        code.lload(from);
        vectors.bound();
      }, -1);
      code.astore(vector);
      code.lload(from).lload(COLUMN).ladd().lstore(from);
    }
  }

  private void swap() {
    for (int level = 0, distance = side / 2; distance > 0; level++, distance /= 2) {
      for (int i = 0; i < side; i++) {
        if ((i & distance) == 0) {
          pick(picks[level][0], square[i], square[i + distance]);
          code.astore(spare);
          pick(picks[level][1], square[i], square[i + distance]);
          code.astore(square[i + distance]).aload(spare).astore(square[i]);
        }
      }
    }
  }

  private void pick(int which, int first, int second) {
    code.aload(which).aload(first).aload(second);
    vectors.selectFrom(Lane.I32);
  }

  private void store() {
    var done = code.newLabel();
    for (int i = 0; i < side; i++) {
      if (i > 0) {
        code.iload(ROWS).iload(row).isub().loadConstant(i).if_icmple(done);
      }
      code.aload(square[i]);
      vectors.store(Lane.I32, () -> {
        code.lload(to);
        vectors.bound();
      }, -1);
      code.lload(to).lload(TARGET_ROW).ladd().lstore(to);
      var within = code.newLabel();
      code.iinc(left, -1).iload(left).ifgt(within);
      code.lload(to).lload(JUMP).ladd().lstore(to).iload(RUN_LENGTH).istore(left);
      code.labelBinding(within);
    }
    code.labelBinding(done);
  }

  /** The numbers of the elements that swaps pick from two vectors, those of the second counted on. */
  private static final class Picks {
    private static final ConcurrentHashMap<Integer, Long> KNOWN = new ConcurrentHashMap<>();

    private Picks() {
    }

    /** Where they lie. */
    static long of(int side) {
      return KNOWN.computeIfAbsent(side, Picks::allocate);
    }

    private static long allocate(int side) {
      int levels = Integer.numberOfTrailingZeros(side);
      long address = Arena.global().allocate(2L * levels * side * Integer.BYTES, Machine.LINE).address();
      long at = address;
      for (int distance = side / 2; distance > 0; distance /= 2) {
        for (int second = 0; second < 2; second++) {
          for (int lane = 0; lane < side; lane++, at += Integer.BYTES) {
            boolean upper = (lane & distance) != 0;
            boolean moves = upper == (second == 0);
            Raw.ALL.set(Raw.I32, at, (upper ? side : 0) + (moves ? lane ^ distance : lane));
          }
        }
      }
      return address;
    }
  }
}
