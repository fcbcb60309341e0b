package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.simd.Instruction.Op;
import java.util.List;

/**
 * What a scope kernel computes over rows and columns, apart from every size, stride, address and literal: kernels are
 * made once per structure and shared by all plans of the process. Lanes lie along the columns.
 *
 * @param code a straight-line program; no two instructions are equal
 * @param strands what moves through memory or counts; the kernel's frame holds three longs for each
 * @param results the instruction whose value each output strand takes, in the order of the outputs
 * @param fold null for a kernel that stores an element per place; else how the last result is folded along the columns
 *     into the virtual lanes of the last strand, while it stores the others
 * @param parameters how many numbers the frame holds after the strands
 */
record Structure(List<Instruction> code, List<Strand> strands, List<Integer> results, Op fold, int parameters) {
  /** How a strand is used. */
  enum Use { INPUT, OUTPUT, POSITION }

  /**
   * One operand.
   *
   * @param storage how an element lies in memory
   * @param along whether it moves along the columns, by one element (a position: by any step); else it repeats
   */
  record Strand(Use use, DType storage, boolean along) {}

  /** Virtual lanes of a fold: as many as the widest vector holds, whatever the width of the vectors that compute. */
  static int virtualLanes(Lane lane) {
    return 64 / lane.bytes();
  }

  /** When an instruction's value can change: never within a call, with the row, or with the column. */
  enum Level { CALL, ROW, COLUMN }

  Structure {
    code = List.copyOf(code);
    strands = List.copyOf(strands);
    results = List.copyOf(results);
  }

  /** Whether a strand is the virtual lanes of the fold. */
  boolean isFolded(int strand) {
    return fold != null && strand == strands.size() - 1;
  }

  /** Whether each element of the only operand becomes one of the only result, bit by bit. */
  boolean copies() {
    if (fold != null || code.size() != 1 || code.getFirst().op() != Op.LOAD || strands.size() != 2) {
      return false;
    }
    var first = strands.getFirst();
    return first.use() == Use.INPUT && Lane.of(first.storage()).bytes() == first.storage().bytes()
        && strands.stream().allMatch(s -> s.along() && s.storage() == first.storage());
  }

  /** The level of every instruction. */
  Level[] levels() {
    var levels = new Level[code.size()];
    for (int i = 0; i < levels.length; i++) {
      var instruction = code.get(i);
      levels[i] = switch (instruction.op()) {
        case CONSTANT, PARAMETER -> Level.CALL;
        case LOAD, POSITION -> strands.get((int) instruction.bits()).along() ? Level.COLUMN : Level.ROW;
        default -> latest(levels, instruction);
      };
    }
    return levels;
  }

  private static Level latest(Level[] levels, Instruction instruction) {
    var latest = Level.CALL;
    for (int operand : new int[] {instruction.a(), instruction.b(), instruction.c()}) {
      if (operand >= 0 && levels[operand].compareTo(latest) > 0) {
        latest = levels[operand];
      }
    }
    return latest;
  }

  /** Index in a frame of a strand's start (an address, or a position's number); row step and lane step follow. */
  static int start(int strand) {
    return 3 * strand;
  }

  /** Index in a frame of a parameter's bits. */
  int parameter(long number) {
    return 3 * strands.size() + (int) number;
  }

  /** Index in a frame of the address of the scratch memory of one vector's worth for each of two operands. */
  int scratch() {
    return 3 * strands.size() + parameters;
  }

  /** Longs in a frame. */
  int frameLength() {
    return scratch() + 1;
  }
}
