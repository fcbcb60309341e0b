package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.gatun.simd.Instruction.Op;
import dev.gatun.simd.Structure.Level;
import dev.gatun.simd.Structure.Strand;
import dev.gatun.simd.Structure.Use;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.EnumMap;
import java.util.Map;

/**
 * Prints a {@link Structure} as a class: rows around columns, with one vector of each value per step. A fold steps by
 * all its virtual lanes, in several groups where vectors are narrower; the greatest and the least of few instructions
 * by more groups, none of which waits for another, since their bits hang on no order. Whole steps run without masks;
 * what is left of a row runs once more with them. Values that do not change within a call or a row are computed before
 * the loops.
 */
final class VectorPrinter {
  private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, CD_long.arrayType(), CD_int, CD_int);
  private static final int FRAME = 1;
  private static final int ROWS = 2;
  private static final int COLUMNS = 3;
  /** Groups of a fold that may take any order: a maximum waits some ten cycles for the one before. */
  private static final int FREE_GROUPS = 4;
  /** Instructions of such a fold at most. */
  private static final int FREE_INSTRUCTIONS = 16;

  private final Structure structure;
  private final CodeBuilder code;
  private final LaneCode vectors;
  private final Level[] levels;
  private final int bits;
  private final int lanes;
  private final int groups;
  /** Groups that lie in memory. */
  private final int virtualGroups;
  private final int[] values;
  private final Lane[] maskTypes;
  private final int[] starts;
  private final int[] steps;
  private final int[] ramps;
  private final int column;
  private final int row;
  private final int whole;
  private final int scratch;
  private final int[] sums;
  /** Per group, the lanes that are left in a row's last step, and their masks by type. */
  private final int[] left;
  private final Map<Lane, int[]> masks = new EnumMap<>(Lane.class);

  private VectorPrinter(Structure structure, int bits, CodeBuilder code) {
    this.structure = structure;
    this.code = code;
    this.bits = bits;
    lanes = lanes(structure, bits);
    groups = groups(structure, bits);
    virtualGroups = structure.fold() == null ? 1 : virtualGroups(structure, bits);
    vectors = new LaneCode(code, lanes);
    levels = structure.levels();
    values = new int[levels.length];
    maskTypes = new Lane[levels.length];
    int strands = structure.strands().size();
    starts = new int[strands];
    steps = new int[strands];
    ramps = new int[strands];
    column = code.allocateLocal(TypeKind.INT);
    row = code.allocateLocal(TypeKind.INT);
    whole = code.allocateLocal(TypeKind.INT);
    scratch = code.allocateLocal(TypeKind.LONG);
    sums = new int[groups];
    left = new int[groups];
  }

  /** Lanes of every vector of the kernel: as many as its widest type allows. */
  static int lanes(Structure structure, int bits) {
    boolean wide = structure.code().stream().anyMatch(i -> i.lane().bytes() == 8);
    return bits / (wide ? 64 : 32);
  }

  /** How many vectors a step takes. */
  static int groups(Structure structure, int bits) {
    if (structure.fold() == null) {
      return 1;
    }
    boolean free = (structure.fold() == Op.MAX || structure.fold() == Op.MIN)
        && structure.code().size() <= FREE_INSTRUCTIONS;
    return Math.max(virtualGroups(structure, bits), free ? FREE_GROUPS : 1);
  }

  private static int virtualGroups(Structure structure, int bits) {
    return Structure.virtualLanes(folded(structure).lane()) / lanes(structure, bits);
  }

  private static Instruction folded(Structure structure) {
    return structure.code().get(structure.results().getLast());
  }

  /** The bytes of a class of the given name that implements {@link VectorKernel}. */
  static byte[] print(Structure structure, int bits, ClassDesc name) {
    return ClassFile.of().build(name, type -> type
        .withFlags(ClassFile.ACC_FINAL)
        .withInterfaceSymbols(LaneCode.desc(VectorKernel.class))
        .withMethodBody("<init>", MTD_void, 0,
            c -> c.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
        .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, c -> new VectorPrinter(structure, bits, c).method()));
  }

  private void method() {
    LaneCode.turn(code, ROWS);
    prologue();
    evaluate(Level.CALL, 0, false);
    var nextRow = code.newLabel();
    var end = code.newLabel();
    code.iconst_0().istore(row);
    code.labelBinding(nextRow).iload(row).iload(ROWS).if_icmpge(end);
    evaluate(Level.ROW, 0, false);
    if (structure.fold() != null) {
      loadSums();
    }
    columns();
    if (structure.fold() != null) {
      storeSums();
    }
    advance();
    code.iinc(row, 1).goto_(nextRow);
    code.labelBinding(end).return_();
    Apart.write(code);
  }

  private void columns() {
    var next = code.newLabel();
    var rest = code.newLabel();
    var done = code.newLabel();
    code.iconst_0().istore(column);
    code.labelBinding(next).iload(column).iload(whole).if_icmpge(rest);
    for (int g = 0; g < groups; g++) {
      step(g, false);
    }
    code.iload(column).loadConstant(lanes * groups).iadd().istore(column).goto_(next);
    code.labelBinding(rest).iload(column).iload(COLUMNS).if_icmpge(done);
    step(0, true);
    for (int g = 1; g < groups; g++) {
      code.iload(left[g]).ifle(done);
      step(g, true);
    }
    code.labelBinding(done);
  }

  private void frame(int index) {
    code.aload(FRAME).loadConstant(index).laload();
  }

  private void prologue() {
    for (int s = 0; s < starts.length; s++) {
      boolean position = strand(s).use() == Use.POSITION;
      starts[s] = code.allocateLocal(position ? TypeKind.INT : TypeKind.LONG);
      steps[s] = code.allocateLocal(position ? TypeKind.INT : TypeKind.LONG);
      if (position) {
        read(Structure.start(s), starts[s], true);
      } else {
        readAddress(Structure.start(s), starts[s]);
      }
      read(Structure.start(s) + 1, steps[s], position);
      if (position && strand(s).along()) {
        int at = Structure.start(s) + 2;
        ramps[s] = code.allocateLocal(TypeKind.REFERENCE);
        vectors.ramp(() -> {
          frame(at);
          code.l2i();
        });
        code.astore(ramps[s]);
      }
    }
    readAddress(structure.scratch(), scratch);
    int step = lanes * groups;
    // Steps are powers of two.
    code.iload(COLUMNS).loadConstant(-step).iand().istore(whole);
    for (int g = 0; g < groups; g++) {
      left[g] = code.allocateLocal(TypeKind.INT);
      code.iload(COLUMNS).iload(whole).isub().loadConstant(g * lanes).isub();
      code.iconst_0().invokestatic(LaneCode.desc(Math.class), "max", MethodTypeDesc.of(CD_int, CD_int, CD_int));
      code.loadConstant(lanes);
      code.invokestatic(LaneCode.desc(Math.class), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int)).istore(left[g]);
      masks(g);
    }
  }

  private void read(int index, int slot, boolean asInt) {
    frame(index);
    if (asInt) {
      code.l2i().istore(slot);
    } else {
      code.lstore(slot);
    }
  }

  private void readAddress(int index, int slot) {
    frame(index);
    vectors.bound();
    code.lstore(slot);
  }

  private void masks(int group) {
    int set = code.allocateLocal(TypeKind.LONG);
    code.lconst_1().iload(left[group]).lshl().lconst_1().lsub().lstore(set);
    for (var lane : Lane.values()) {
      if (lane != Lane.MASK && structure.code().stream().anyMatch(i -> i.lane() == lane)) {
        int slot = code.allocateLocal(TypeKind.REFERENCE);
        vectors.maskOf(lane, set);
        code.astore(slot);
        masks.computeIfAbsent(lane, l -> new int[groups])[group] = slot;
      }
    }
  }

  private Strand strand(int number) {
    return structure.strands().get(number);
  }

  private void advance() {
    for (int s = 0; s < starts.length; s++) {
      if (strand(s).use() == Use.POSITION) {
        code.iload(starts[s]).iload(steps[s]).iadd().istore(starts[s]);
      } else {
        code.lload(starts[s]).lload(steps[s]).ladd();
        vectors.bound();
        code.lstore(starts[s]);
      }
    }
  }

  /** Groups beyond those in memory begin as these do: what counts twice is still the greatest, or the least. */
  private void loadSums() {
    var lane = folded(structure).lane();
    for (int g = 0; g < groups; g++) {
      int from = g % virtualGroups;
      sums[g] = code.allocateLocal(TypeKind.REFERENCE);
      vectors.load(lane, () -> sumAddress(from), -1);
      code.astore(sums[g]);
    }
  }

  private void storeSums() {
    var lane = folded(structure).lane();
    for (int g = 0; g < virtualGroups; g++) {
      // A blend over all lanes, for the same reason as in a step.
      vectors.broadcast(lane, () -> constant(lane, 0));
      code.aload(sums[g]);
      vectors.allTrue(lane, true);
      vectors.blend(lane);
      for (int more = g + virtualGroups; more < groups; more += virtualGroups) {
        code.aload(sums[more]);
        vectors.binary(lane, method(structure.fold()));
      }
      int to = g;
      vectors.store(lane, () -> sumAddress(to), -1);
    }
  }

  private void sumAddress(int group) {
    code.lload(starts[starts.length - 1]).loadConstant((long) group * lanes * folded(structure).lane().bytes()).ladd();
  }

  private void step(int group, boolean tail) {
    evaluate(Level.COLUMN, group, tail);
    stores(group, tail);
    if (structure.fold() == null) {
      return;
    }
    var lane = folded(structure).lane();
    int value = values[structure.results().getLast()];
    // The value comes first: HotSpot knows its exact class, but of the sum, which the loop carries, only its declared
    // one; a call on that may stay virtual and box every vector.
    code.aload(value).aload(sums[group]);
    vectors.binary(lane, method(structure.fold()));
    if (tail) {
      code.aload(sums[group]).aload(masks.get(lane)[group]);
      vectors.mask("not");
      vectors.blend(lane);
    }
    code.astore(sums[group]);
  }

  private static String method(Op op) {
    return switch (op) {
      case ADD -> "add";
      case SUB -> "sub";
      case MUL -> "mul";
      case DIV -> "div";
      case MIN -> "min";
      case MAX -> "max";
      case AND -> "and";
      case OR -> "or";
      case NEG -> "neg";
      case ABS -> "abs";
      case SQRT -> "sqrt";
      default -> throw new IllegalStateException(op + " has no method of its own");
    };
  }

  private void evaluate(Level level, int group, boolean tail) {
    for (int i = 0; i < levels.length; i++) {
      if (levels[i] == level) {
        evaluate(i, structure.code().get(i), group, tail);
        values[i] = values[i] == 0 ? code.allocateLocal(TypeKind.REFERENCE) : values[i];
        code.astore(values[i]);
      }
    }
  }

  private void evaluate(int number, Instruction op, int group, boolean tail) {
    var lane = op.lane();
    if (lane == Lane.MASK) {
      maskTypes[number] = truth(op);
      return;
    }
    switch (op.op()) {
      case LOAD -> load(op, group, tail);
      case POSITION -> position((int) op.bits(), group);
      case PARAMETER -> vectors.broadcast(lane, () -> parameter(lane, op.bits()));
      case CONSTANT -> vectors.broadcast(lane, () -> constant(lane, op.bits()));
      case FMA -> {
        code.aload(values[op.a()]).aload(values[op.b()]).aload(values[op.c()]);
        vectors.fma(lane);
      }
      case NEG, ABS, SQRT -> {
        code.aload(values[op.a()]);
        vectors.unary(lane, method(op.op()));
      }
      case XOR -> {
        code.aload(values[op.a()]);
        vectors.exclusiveOr(lane, () -> code.aload(values[op.b()]));
      }
      case SHIFT_LEFT -> shift(op, "LSHL");
      case SHIFT_RIGHT -> shift(op, "ASHR");
      case SHIFT_RIGHT_UNSIGNED -> shift(op, "LSHR");
      case SELECT -> {
        code.aload(values[op.c()]).aload(values[op.b()]);
        mask(op.a(), lane);
        vectors.blend(lane);
      }
      case CONVERT -> convert(op);
      case BITS -> {
        code.aload(values[op.a()]);
        vectors.reinterpret(structure.code().get(op.a()).lane(), lane);
      }
      case CALL -> call(op);
      default -> {
        code.aload(values[op.a()]).aload(values[op.b()]);
        vectors.binary(lane, method(op.op()));
      }
    }
  }

  private void shift(Instruction op, String name) {
    code.aload(values[op.a()]);
    vectors.shift(op.lane(), name, (int) op.bits());
  }

  /** A truth value, as a mask of the type whose comparison made it; the type is returned. */
  private Lane truth(Instruction op) {
    return switch (op.op()) {
      case CONSTANT -> {
        vectors.allTrue(Lane.I32, op.bits() != 0);
        yield Lane.I32;
      }
      case AND, OR, XOR -> {
        var type = maskTypes[op.a()];
        code.aload(values[op.a()]);
        mask(op.b(), type);
        vectors.mask(op.op() == Op.XOR ? "xor" : method(op.op()));
        yield type;
      }
      case SELECT -> {
        // c ? x : y as ((x xor y) and c) xor y.
        var type = maskTypes[op.b()];
        code.aload(values[op.b()]);
        mask(op.c(), type);
        vectors.mask("xor");
        mask(op.a(), type);
        vectors.mask("and");
        mask(op.c(), type);
        vectors.mask("xor");
        yield type;
      }
      case LESS -> compare(op, "LT");
      case LESS_EQUAL -> compare(op, "LE");
      case EQUAL -> compare(op, "EQ");
      case NOT_EQUAL -> compare(op, "NE");
      default -> throw new IllegalStateException(op + " gives no truth value");
    };
  }

  private Lane compare(Instruction op, String name) {
    var lane = structure.code().get(op.a()).lane();
    code.aload(values[op.a()]);
    vectors.compare(lane, name, () -> code.aload(values[op.b()]));
    return lane;
  }

  /** Pushes a truth value as a mask of a type. */
  private void mask(int value, Lane type) {
    code.aload(values[value]);
    vectors.castMask(maskTypes[value], type);
  }

  private void parameter(Lane lane, long number) {
    frame(structure.parameter(number));
    switch (lane) {
      case F32 -> code.l2i().invokestatic(LaneCode.desc(Float.class), "intBitsToFloat",
          MethodTypeDesc.of(CD_float, CD_int));
      case F64 -> code.invokestatic(LaneCode.desc(Double.class), "longBitsToDouble",
          MethodTypeDesc.of(CD_double, CD_long));
      case I32 -> code.l2i();
      default -> { }
    }
  }

  private void constant(Lane lane, long bits) {
    switch (lane) {
      case F32 -> code.loadConstant(Float.intBitsToFloat((int) bits));
      case F64 -> code.loadConstant(Double.longBitsToDouble(bits));
      case I32 -> code.loadConstant((int) bits);
      default -> code.loadConstant(bits);
    }
  }

  private void position(int strand, int group) {
    if (!strand(strand).along()) {
      vectors.broadcast(Lane.I32, () -> code.iload(starts[strand]));
      return;
    }
    int at = Structure.start(strand) + 2;
    vectors.broadcast(Lane.I32, () -> {
      code.iload(column).loadConstant(group * lanes).iadd();
      frame(at);
      code.l2i().imul().iload(starts[strand]).iadd();
    });
    code.aload(ramps[strand]);
    vectors.binary(Lane.I32, "add");
  }

  /** Pushes the address of a strand's element at the present column of a group. */
  private void address(int strand, int group) {
    int width = strand(strand).storage().bytes();
    code.iload(column).i2l().loadConstant((long) width).lmul().lload(starts[strand]).ladd();
    if (group > 0) {
      code.loadConstant((long) group * lanes * width).ladd();
    }
  }

  private void load(Instruction op, int group, boolean tail) {
    int s = (int) op.bits();
    var storage = strand(s).storage();
    if (!strand(s).along()) {
      vectors.broadcast(op.lane(), () -> vectors.scalar(storage, () -> code.lload(starts[s])));
    } else if (storage.bytes() >= 4) {
      vectors.load(op.lane(), () -> address(s, group), tail ? masks.get(op.lane())[group] : -1);
    } else if (tail || vectors.overhangs(storage.bytes())) {
      vectors.copy(() -> address(s, group), () -> code.lload(scratch), () -> bytes(storage.bytes(), group, tail));
      vectors.loadNarrow(storage.bytes(), () -> code.lload(scratch));
    } else {
      vectors.loadNarrow(storage.bytes(), () -> address(s, group));
    }
  }

  private void bytes(int width, int group, boolean tail) {
    if (tail) {
      code.iload(left[group]).loadConstant(width).imul();
    } else {
      code.loadConstant(lanes * width);
    }
  }

  private void stores(int group, boolean tail) {
    int result = 0;
    for (int s = 0; s < starts.length; s++) {
      if (strand(s).use() == Use.OUTPUT && !structure.isFolded(s)) {
        store(s, structure.results().get(result++), group, tail);
      }
    }
  }

  private void store(int s, int value, int group, boolean tail) {
    int width = strand(s).storage().bytes();
    var lane = structure.code().get(value).lane();
    code.aload(values[value]);
    if (width >= 4) {
      vectors.store(lane, () -> address(s, group), tail ? masks.get(lane)[group] : -1);
    } else if (tail || vectors.overhangs(width)) {
      vectors.storeNarrow(width, () -> code.lload(scratch));
      vectors.copy(() -> code.lload(scratch), () -> address(s, group), () -> bytes(width, group, tail));
    } else {
      vectors.storeNarrow(width, () -> address(s, group));
    }
  }

  private void convert(Instruction op) {
    var from = structure.code().get(op.a()).lane();
    var to = op.lane();
    code.aload(values[op.a()]);
    boolean scalar = bits < 512 && (from == Lane.I64 && to.isFloat() || from.isFloat() && to == Lane.I64);
    if (scalar) {
      vectors.store(from, () -> code.lload(scratch), -1);
      vectors.convertScalars(from == Lane.I64, from == Lane.F32 || to == Lane.F32, () -> code.lload(scratch));
      vectors.load(to, () -> code.lload(scratch), -1);
    } else {
      vectors.convert(from, to);
    }
  }

  private void call(Instruction op) {
    code.aload(values[op.a()]);
    vectors.store(op.lane(), () -> code.lload(scratch), -1);
    if (op.b() >= 0) {
      code.aload(values[op.b()]);
      vectors.store(op.lane(), () -> code.lload(scratch).loadConstant((long) ScalarLanes.SECOND).ladd(), -1);
    }
    vectors.call(op.lane(), (int) op.bits(), () -> code.lload(scratch));
    vectors.load(op.lane(), () -> code.lload(scratch), -1);
  }
}
