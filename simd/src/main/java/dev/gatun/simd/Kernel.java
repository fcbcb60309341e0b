package dev.gatun.simd;

import java.util.concurrent.ConcurrentHashMap;

/** A structure ready to run: its tape at once, and its vector class as soon as that is warm. */
final class Kernel {
  private static final ConcurrentHashMap<Structure, Kernel> KNOWN = new ConcurrentHashMap<>();

  private final Structure structure;
  private final Tape tape;

  private Kernel(Structure structure) {
    this.structure = structure;
    this.tape = new Tape(structure);
  }

  static Kernel of(Structure structure) {
    return KNOWN.computeIfAbsent(structure, Kernel::new);
  }

  Structure structure() {
    return structure;
  }

  void reserve(Scratch scratch) {
    tape.reserve(scratch.registers());
  }

  /**
   * Computes every element of {@code rows} times {@code columns}.
   *
   * @param frame three longs per strand (start, row step and lane step in bytes, or of a position in numbers), then the
   *     parameters, then the address of scratch memory
   */
  void run(Scratch scratch, long[] frame, int rows, int columns) {
    tape.run(scratch.registers(), frame, rows, columns);
  }
}
