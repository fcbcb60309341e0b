package dev.gatun.simd;

import java.util.Arrays;

/**
 * The steps of one turn of a tile's loop: the i-th lies {@code i * leftBytes} and {@code i * rightBytes} from the
 * first. Distances that are part of the code cost no instruction, and pointers move once a turn.
 *
 * @param steps steps of a turn, at least 1
 * @param leftBytes between two of them in the left operand
 * @param rightBytes between two of them in the right operand
 */
record Turn(int steps, int leftBytes, int rightBytes) {
  /** A single step. */
  static final Turn SINGLE = new Turn(1, 0, 0);
  /**
   * Steps of a turn of several. A tile of 4 x 3 vectors takes 24 of the processor's slots a step in such turns, some 3
   * more by itself, which shows where another thread of the core takes half of them; a loop of 8 steps is too long for
   * C2.
   */
  static final int STEPS = 4;
  /** Accumulators of a tile at most whose loop of so many steps is short enough for C2. */
  private static final int ACCUMULATORS = 16;

  /** The same where sums have so many steps in a row, fastest first; two are half as long again as single ones. */
  private static final int[] PARTS = {STEPS, 5, 3, 2};

  /** Steps of a turn of a tile of the shape, where their distances are known: 1 where more would not be compiled. */
  static int stepsOf(TileShape shape) {
    boolean turns = TileShape.turns(shape.family(), shape.table(), shape.tail());
    return turns && shape.accumulators() <= ACCUMULATORS ? STEPS : 1;
  }

  /** The same, so that whole turns take each of these numbers of steps. */
  static int stepsOf(TileShape shape, int... runs) {
    return stepsOf(shape) == 1 ? 1 : Arrays.stream(PARTS)
        .filter(part -> Arrays.stream(runs).allMatch(run -> run % part == 0)).findFirst().orElse(1);
  }

  /** How far its last step lies from the first, in either operand. */
  long reach() {
    return (steps - 1L) * Math.max(leftBytes, rightBytes);
  }
}
