package dev.gatun.simd;

import dev.gatun.simd.Instruction.Op;
import dev.gatun.simd.Structure.Level;
import dev.gatun.simd.Structure.Use;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Runs a structure instruction by instruction over blocks of {@link Registers#BLOCK} elements, with loops that all
 * structures share. A generated vector class runs in the interpreter at a hundredth of its later speed until C2 has
 * compiled it; the few loops here are hot after the first kernels of a process. So a tape serves until the vector class
 * is warm, and for good where there is next to nothing to do. Both give the same bits.
 */
final class Tape {
  private final Structure structure;
  private final Instruction[] code;
  private final Level[] levels;
  private final int[] registers;
  private final int[] counts = new int[Lane.values().length];

  Tape(Structure structure) {
    this.structure = structure;
    this.code = structure.code().toArray(new Instruction[0]);
    this.levels = structure.levels();
    this.registers = assign();
  }

  void reserve(Registers r) {
    r.reserve(counts[Lane.F32.ordinal()], counts[Lane.F64.ordinal()], counts[Lane.I32.ordinal()],
        counts[Lane.I64.ordinal()]);
  }

  private static Lane kind(Lane lane) {
    return lane == Lane.MASK ? Lane.I32 : lane;
  }

  /**
   * A register for every result: one of those whose last reader has run; what lives longer than a column keeps its own.
   */
  private int[] assign() {
    var last = new int[code.length];
    for (int i = 0; i < code.length; i++) {
      for (int operand : new int[] {code[i].a(), code[i].b(), code[i].c()}) {
        if (operand >= 0) {
          last[operand] = i;
        }
      }
    }
    structure.results().forEach(result -> last[result] = code.length);
    var assigned = new int[code.length];
    var free = new java.util.ArrayList<java.util.ArrayDeque<Integer>>();
    for (int k = 0; k < counts.length; k++) {
      free.add(new java.util.ArrayDeque<>());
    }
    for (int i = 0; i < code.length; i++) {
      int kind = kind(code[i].lane()).ordinal();
      var pool = free.get(kind);
      boolean pinned = levels[i] != Level.COLUMN;
      assigned[i] = pinned || pool.isEmpty() ? counts[kind]++ : pool.removeLast();
      for (int j = 0; j < i; j++) {
        if (last[j] == i && levels[j] == Level.COLUMN && reads(code[i], j)) {
          free.get(kind(code[j].lane()).ordinal()).add(assigned[j]);
        }
      }
    }
    return assigned;
  }

  private static boolean reads(Instruction instruction, int value) {
    return instruction.a() == value || instruction.b() == value || instruction.c() == value;
  }

  /** As {@link Kernel#run}. */
  void run(Registers r, long[] frame, int rows, int columns) {
    int widest = Math.min(Math.max(columns, 1), Registers.BLOCK);
    evaluate(Level.CALL, r, frame, 0, 0, widest);
    for (int row = 0; row < rows; row++) {
      evaluate(Level.ROW, r, frame, row, 0, widest);
      for (int column = 0; column < columns; column += Registers.BLOCK) {
        int n = Math.min(Registers.BLOCK, columns - column);
        evaluate(Level.COLUMN, r, frame, row, column, n);
        store(r, frame, row, column, n);
        if (structure.fold() != null) {
          int folded = structure.results().getLast();
          TapeFold.fold(structure.fold(), r, code[folded].lane(), registers[folded],
              address(frame, structure.strands().size() - 1, row, 0, 0), n);
        }
      }
    }
  }

  private void evaluate(Level level, Registers r, long[] frame, int row, int column, int n) {
    for (int i = 0; i < code.length; i++) {
      if (levels[i] == level) {
        evaluate(code[i], registers[i], r, frame, row, column, n);
      }
    }
  }

  private static long address(long[] frame, int strand, int row, int column, int bytes) {
    int at = Structure.start(strand);
    return frame[at] + row * frame[at + 1] + (long) column * bytes;
  }

  private void evaluate(Instruction op, int z, Registers r, long[] frame, int row, int column, int n) {
    switch (op.op()) {
      case LOAD -> load(op, z, r, frame, row, column, n);
      case PARAMETER -> fill(op.lane(), z, r, frame[structure.parameter(op.bits())], n);
      case CONSTANT -> fill(op.lane(), z, r, op.bits(), n);
      case POSITION -> position(r.ints[z], frame, (int) op.bits(), row, column, n);
      default -> {
        switch (op.lane()) {
          case F32 -> floats(op, r.floats[z], r, n);
          case F64 -> doubles(op, r.doubles[z], r, n);
          case I32 -> ints(op, r.ints[z], r, n);
          case I64 -> longs(op, r.longs[z], r, n);
          case MASK -> masks(op, r.ints[z], r, n);
        }
      }
    }
  }

  private static void fill(Lane lane, int z, Registers r, long bits, int n) {
    switch (lane) {
      case F32 -> Arrays.fill(r.floats[z], 0, n, Float.intBitsToFloat((int) bits));
      case F64 -> Arrays.fill(r.doubles[z], 0, n, Double.longBitsToDouble(bits));
      case I32, MASK -> Arrays.fill(r.ints[z], 0, n, (int) bits);
      case I64 -> Arrays.fill(r.longs[z], 0, n, bits);
    }
  }

  private void position(int[] z, long[] frame, int strand, int row, int column, int n) {
    int at = Structure.start(strand);
    int start = (int) (frame[at] + row * frame[at + 1]);
    int step = structure.strands().get(strand).along() ? (int) frame[at + 2] : 0;
    for (int i = 0; i < n; i++) {
      z[i] = start + (column + i) * step;
    }
  }

  private void load(Instruction op, int z, Registers r, long[] frame, int row, int column, int n) {
    var strand = structure.strands().get((int) op.bits());
    long from = address(frame, (int) op.bits(), row, column, strand.along() ? strand.storage().bytes() : 0);
    int count = strand.along() ? n : 1;
    switch (strand.storage()) {
      case F32 -> MemorySegment.copy(Raw.ALL, Raw.F32, from, r.floats[z], 0, count);
      case F64 -> MemorySegment.copy(Raw.ALL, Raw.F64, from, r.doubles[z], 0, count);
      case I32 -> MemorySegment.copy(Raw.ALL, Raw.I32, from, r.ints[z], 0, count);
      case I64 -> MemorySegment.copy(Raw.ALL, Raw.I64, from, r.longs[z], 0, count);
      case I8, U8, BOOL -> {
        MemorySegment.copy(Raw.ALL, ValueLayout.JAVA_BYTE, from, r.bytes, 0, count);
        widen(r.ints[z], r.bytes, count);
      }
      case F16, BF16 -> {
        MemorySegment.copy(Raw.ALL, ValueLayout.JAVA_SHORT_UNALIGNED, from, r.shorts, 0, count);
        widen(r.ints[z], r.shorts, count);
      }
    }
    if (!strand.along()) {
      switch (op.lane()) {
        case F32 -> Arrays.fill(r.floats[z], 1, n, r.floats[z][0]);
        case F64 -> Arrays.fill(r.doubles[z], 1, n, r.doubles[z][0]);
        case I32, MASK -> Arrays.fill(r.ints[z], 1, n, r.ints[z][0]);
        case I64 -> Arrays.fill(r.longs[z], 1, n, r.longs[z][0]);
      }
    }
  }

  private void store(Registers r, long[] frame, int row, int column, int n) {
    int result = 0;
    for (int s = 0; s < structure.strands().size(); s++) {
      var strand = structure.strands().get(s);
      if (strand.use() != Use.OUTPUT || structure.isFolded(s)) {
        continue;
      }
      int z = registers[structure.results().get(result++)];
      long to = address(frame, s, row, column, strand.storage().bytes());
      switch (strand.storage()) {
        case F32 -> MemorySegment.copy(r.floats[z], 0, Raw.ALL, Raw.F32, to, n);
        case F64 -> MemorySegment.copy(r.doubles[z], 0, Raw.ALL, Raw.F64, to, n);
        case I32 -> MemorySegment.copy(r.ints[z], 0, Raw.ALL, Raw.I32, to, n);
        case I64 -> MemorySegment.copy(r.longs[z], 0, Raw.ALL, Raw.I64, to, n);
        case I8, U8, BOOL -> {
          narrow(r.bytes, r.ints[z], n);
          MemorySegment.copy(r.bytes, 0, Raw.ALL, ValueLayout.JAVA_BYTE, to, n);
        }
        case F16, BF16 -> {
          narrow(r.shorts, r.ints[z], n);
          MemorySegment.copy(r.shorts, 0, Raw.ALL, ValueLayout.JAVA_SHORT_UNALIGNED, to, n);
        }
      }
    }
  }

  private static void widen(int[] to, byte[] from, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = from[i];
    }
  }

  private static void widen(int[] to, short[] from, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = from[i];
    }
  }

  private static void narrow(byte[] to, int[] from, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = (byte) from[i];
    }
  }

  private static void narrow(short[] to, int[] from, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = (short) from[i];
    }
  }

  private float[] f32(int value, Registers r) {
    return r.floats[registers[value]];
  }

  private double[] f64(int value, Registers r) {
    return r.doubles[registers[value]];
  }

  private int[] i32(int value, Registers r) {
    return r.ints[registers[value]];
  }

  private long[] i64(int value, Registers r) {
    return r.longs[registers[value]];
  }

  private void floats(Instruction op, float[] z, Registers r, int n) {
    switch (op.op()) {
      case ADD -> FloatLoops.add(z, f32(op.a(), r), f32(op.b(), r), n);
      case SUB -> FloatLoops.sub(z, f32(op.a(), r), f32(op.b(), r), n);
      case MUL -> FloatLoops.mul(z, f32(op.a(), r), f32(op.b(), r), n);
      case DIV -> FloatLoops.div(z, f32(op.a(), r), f32(op.b(), r), n);
      case FMA -> FloatLoops.fma(z, f32(op.a(), r), f32(op.b(), r), f32(op.c(), r), n);
      case SQRT -> FloatLoops.sqrt(z, f32(op.a(), r), n);
      case NEG -> FloatLoops.neg(z, f32(op.a(), r), n);
      case ABS -> FloatLoops.abs(z, f32(op.a(), r), n);
      case MIN -> FloatLoops.min(z, f32(op.a(), r), f32(op.b(), r), n);
      case MAX -> FloatLoops.max(z, f32(op.a(), r), f32(op.b(), r), n);
      case SELECT -> FloatLoops.select(z, i32(op.a(), r), f32(op.b(), r), f32(op.c(), r), n);
      case BITS -> FloatLoops.bits(z, i32(op.a(), r), n);
      case CONVERT -> {
        switch (code[op.a()].lane()) {
          case F64 -> FloatLoops.convert(z, f64(op.a(), r), n);
          case I64 -> FloatLoops.convert(z, i64(op.a(), r), n);
          default -> FloatLoops.convert(z, i32(op.a(), r), n);
        }
      }
      default -> throw unknown(op);
    }
  }

  private void doubles(Instruction op, double[] z, Registers r, int n) {
    switch (op.op()) {
      case ADD -> DoubleLoops.add(z, f64(op.a(), r), f64(op.b(), r), n);
      case SUB -> DoubleLoops.sub(z, f64(op.a(), r), f64(op.b(), r), n);
      case MUL -> DoubleLoops.mul(z, f64(op.a(), r), f64(op.b(), r), n);
      case DIV -> DoubleLoops.div(z, f64(op.a(), r), f64(op.b(), r), n);
      case FMA -> DoubleLoops.fma(z, f64(op.a(), r), f64(op.b(), r), f64(op.c(), r), n);
      case SQRT -> DoubleLoops.sqrt(z, f64(op.a(), r), n);
      case NEG -> DoubleLoops.neg(z, f64(op.a(), r), n);
      case ABS -> DoubleLoops.abs(z, f64(op.a(), r), n);
      case MIN -> DoubleLoops.min(z, f64(op.a(), r), f64(op.b(), r), n);
      case MAX -> DoubleLoops.max(z, f64(op.a(), r), f64(op.b(), r), n);
      case SELECT -> DoubleLoops.select(z, i32(op.a(), r), f64(op.b(), r), f64(op.c(), r), n);
      case BITS -> DoubleLoops.bits(z, i64(op.a(), r), n);
      case CALL -> DoubleLoops.call(ScalarFunction.of(op.bits()), z, f64(op.a(), r),
          f64(op.b() < 0 ? op.a() : op.b(), r), n);
      case CONVERT -> {
        switch (code[op.a()].lane()) {
          case F32 -> DoubleLoops.convert(z, f32(op.a(), r), n);
          case I64 -> DoubleLoops.convert(z, i64(op.a(), r), n);
          default -> DoubleLoops.convert(z, i32(op.a(), r), n);
        }
      }
      default -> throw unknown(op);
    }
  }

  private void ints(Instruction op, int[] z, Registers r, int n) {
    switch (op.op()) {
      case ADD -> IntLoops.add(z, i32(op.a(), r), i32(op.b(), r), n);
      case SUB -> IntLoops.sub(z, i32(op.a(), r), i32(op.b(), r), n);
      case MUL -> IntLoops.mul(z, i32(op.a(), r), i32(op.b(), r), n);
      case NEG -> IntLoops.neg(z, i32(op.a(), r), n);
      case ABS -> IntLoops.abs(z, i32(op.a(), r), n);
      case MIN -> IntLoops.min(z, i32(op.a(), r), i32(op.b(), r), n);
      case MAX -> IntLoops.max(z, i32(op.a(), r), i32(op.b(), r), n);
      case AND -> IntLoops.and(z, i32(op.a(), r), i32(op.b(), r), n);
      case OR -> IntLoops.or(z, i32(op.a(), r), i32(op.b(), r), n);
      case XOR -> IntLoops.xor(z, i32(op.a(), r), i32(op.b(), r), n);
      case SHIFT_LEFT -> IntLoops.shiftLeft(z, i32(op.a(), r), (int) op.bits(), n);
      case SHIFT_RIGHT -> IntLoops.shiftRight(z, i32(op.a(), r), (int) op.bits(), n);
      case SHIFT_RIGHT_UNSIGNED -> IntLoops.shiftRightUnsigned(z, i32(op.a(), r), (int) op.bits(), n);
      case SELECT -> IntLoops.select(z, i32(op.a(), r), i32(op.b(), r), i32(op.c(), r), n);
      case BITS -> IntLoops.bits(z, f32(op.a(), r), n);
      case CALL -> IntLoops.call(ScalarFunction.of(op.bits()), z, i32(op.a(), r), i32(op.b(), r), n);
      case CONVERT -> {
        switch (code[op.a()].lane()) {
          case F32 -> IntLoops.convert(z, f32(op.a(), r), n);
          case F64 -> IntLoops.convert(z, f64(op.a(), r), n);
          default -> IntLoops.convert(z, i64(op.a(), r), n);
        }
      }
      default -> throw unknown(op);
    }
  }

  private void longs(Instruction op, long[] z, Registers r, int n) {
    switch (op.op()) {
      case ADD -> LongLoops.add(z, i64(op.a(), r), i64(op.b(), r), n);
      case SUB -> LongLoops.sub(z, i64(op.a(), r), i64(op.b(), r), n);
      case MUL -> LongLoops.mul(z, i64(op.a(), r), i64(op.b(), r), n);
      case NEG -> LongLoops.neg(z, i64(op.a(), r), n);
      case ABS -> LongLoops.abs(z, i64(op.a(), r), n);
      case MIN -> LongLoops.min(z, i64(op.a(), r), i64(op.b(), r), n);
      case MAX -> LongLoops.max(z, i64(op.a(), r), i64(op.b(), r), n);
      case AND -> LongLoops.and(z, i64(op.a(), r), i64(op.b(), r), n);
      case OR -> LongLoops.or(z, i64(op.a(), r), i64(op.b(), r), n);
      case XOR -> LongLoops.xor(z, i64(op.a(), r), i64(op.b(), r), n);
      case SHIFT_LEFT -> LongLoops.shiftLeft(z, i64(op.a(), r), (int) op.bits(), n);
      case SHIFT_RIGHT -> LongLoops.shiftRight(z, i64(op.a(), r), (int) op.bits(), n);
      case SHIFT_RIGHT_UNSIGNED -> LongLoops.shiftRightUnsigned(z, i64(op.a(), r), (int) op.bits(), n);
      case SELECT -> LongLoops.select(z, i32(op.a(), r), i64(op.b(), r), i64(op.c(), r), n);
      case BITS -> LongLoops.bits(z, f64(op.a(), r), n);
      case CALL -> LongLoops.call(ScalarFunction.of(op.bits()), z, i64(op.a(), r), i64(op.b(), r), n);
      case CONVERT -> {
        switch (code[op.a()].lane()) {
          case F32 -> LongLoops.convert(z, f32(op.a(), r), n);
          case F64 -> LongLoops.convert(z, f64(op.a(), r), n);
          default -> LongLoops.convert(z, i32(op.a(), r), n);
        }
      }
      default -> throw unknown(op);
    }
  }

  private void masks(Instruction op, int[] z, Registers r, int n) {
    switch (op.op()) {
      case AND -> IntLoops.and(z, i32(op.a(), r), i32(op.b(), r), n);
      case OR -> IntLoops.or(z, i32(op.a(), r), i32(op.b(), r), n);
      case XOR -> IntLoops.xor(z, i32(op.a(), r), i32(op.b(), r), n);
      case SELECT -> IntLoops.select(z, i32(op.a(), r), i32(op.b(), r), i32(op.c(), r), n);
      default -> {
        switch (code[op.a()].lane()) {
          case F32 -> compare(op.op(), z, f32(op.a(), r), f32(op.b(), r), n);
          case F64 -> compare(op.op(), z, f64(op.a(), r), f64(op.b(), r), n);
          case I64 -> compare(op.op(), z, i64(op.a(), r), i64(op.b(), r), n);
          default -> compare(op.op(), z, i32(op.a(), r), i32(op.b(), r), n);
        }
      }
    }
  }

  private static void compare(Op op, int[] z, float[] x, float[] y, int n) {
    switch (op) {
      case LESS -> FloatLoops.less(z, x, y, n);
      case LESS_EQUAL -> FloatLoops.lessEqual(z, x, y, n);
      case EQUAL -> FloatLoops.equal(z, x, y, n);
      default -> FloatLoops.notEqual(z, x, y, n);
    }
  }

  private static void compare(Op op, int[] z, double[] x, double[] y, int n) {
    switch (op) {
      case LESS -> DoubleLoops.less(z, x, y, n);
      case LESS_EQUAL -> DoubleLoops.lessEqual(z, x, y, n);
      case EQUAL -> DoubleLoops.equal(z, x, y, n);
      default -> DoubleLoops.notEqual(z, x, y, n);
    }
  }

  private static void compare(Op op, int[] z, int[] x, int[] y, int n) {
    switch (op) {
      case LESS -> IntLoops.less(z, x, y, n);
      case LESS_EQUAL -> IntLoops.lessEqual(z, x, y, n);
      case EQUAL -> IntLoops.equal(z, x, y, n);
      default -> IntLoops.notEqual(z, x, y, n);
    }
  }

  private static void compare(Op op, int[] z, long[] x, long[] y, int n) {
    switch (op) {
      case LESS -> LongLoops.less(z, x, y, n);
      case LESS_EQUAL -> LongLoops.lessEqual(z, x, y, n);
      case EQUAL -> LongLoops.equal(z, x, y, n);
      default -> LongLoops.notEqual(z, x, y, n);
    }
  }

  private static IllegalStateException unknown(Instruction instruction) {
    return new IllegalStateException("no such instruction: " + instruction);
  }
}
