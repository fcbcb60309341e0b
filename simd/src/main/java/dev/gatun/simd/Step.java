package dev.gatun.simd;

import java.util.ArrayList;
import java.util.List;

/** One kernel call of a loaded plan, prepared so that running it allocates nothing. */
abstract class Step {
  private final Located[] operands;
  /** Addresses of the operands, the results last, at the present turn of the loops around the step. */
  protected final long[] addresses;
  private final boolean moves;

  Step(List<Located> in, List<Located> out) {
    var all = new ArrayList<>(in);
    all.addAll(out);
    operands = all.toArray(new Located[0]);
    addresses = all.stream().mapToLong(Located::address).toArray();
    moves = all.stream().anyMatch(o -> o.advance().length > 0);
  }

  /** Moves the operands to a turn of each loop around the step. */
  final void moveTo(long[] turns) {
    if (!moves) {
      return;
    }
    for (int i = 0; i < operands.length; i++) {
      var advance = operands[i].advance();
      long at = operands[i].address();
      for (int loop = 0; loop < advance.length; loop++) {
        at += turns[loop] * advance[loop];
      }
      addresses[i] = at;
    }
  }

  /** Says where in a larger space the first element of the step's own lies, for what depends on positions. */
  void place(long[] origin) {}

  abstract void run();
}
