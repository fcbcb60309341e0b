package dev.gatun.simd;

import dev.gatun.ops.KernelSpec;
import dev.gatun.simd.Instruction.Op;

/** The scalar ends of reductions: identities, the tree over virtual lanes, and joining the results of segments. */
final class FoldLoops {
  private FoldLoops() {
  }

  static Op operation(KernelSpec.Fold fold) {
    return switch (fold) {
      case SUM -> Op.ADD;
      case PRODUCT -> Op.MUL;
      case MAX -> Op.MAX;
      case MIN -> Op.MIN;
    };
  }

  /** Sets {@code n} numbers to the bits of one. */
  static void fill(Lane lane, long address, long bits, int n) {
    if (lane.bytes() == 8) {
      fill(address, bits, n);
      return;
    }
    fill(address, bits & 0xffff_ffffL | bits << 32, n / 2);
    if (n % 2 != 0) {
      Raw.ALL.set(Raw.I32, address + 4L * (n - 1), (int) bits);
    }
  }

  private static void fill(long address, long bits, int n) {
    for (int i = 0; i < n; i++) {
      Raw.ALL.set(Raw.I64, address + 8L * i, bits);
    }
  }

  /**
   * Folds the virtual lanes of each row: lane l with lane l + half, for half = 8, 4, 2, 1 (of 8 lanes: 4, 2, 1). The
   * lanes may be overwritten.
   *
   * @param lanes address of the first row's lanes, 64 bytes a row, dense
   * @param to address of the results, dense
   */
  static void tree(Op op, Lane lane, long lanes, long to, int rows) {
    if (lane == Lane.F32) {
      for (int row = 0; row < rows; row++) {
        Raw.ALL.set(Raw.F32, to + 4L * row, tree(op, lanes + row * 64L));
      }
      return;
    }
    for (int row = 0; row < rows; row++) {
      long from = lanes + row * 64L;
      for (int half = Structure.virtualLanes(lane) / 2; half > 0; half /= 2) {
        combine(op, lane, from, from + (long) half * lane.bytes(), half);
      }
      if (lane.bytes() == 4) {
        Raw.ALL.set(Raw.I32, to + 4L * row, Raw.ALL.get(Raw.I32, from));
      } else {
        Raw.ALL.set(Raw.I64, to + 8L * row, Raw.ALL.get(Raw.I64, from));
      }
    }
  }

  /** The tree over the lanes of a row of f32, in registers: in memory it took five times as long. */
  private static float tree(Op op, long at) {
    float even = TapeFold.apply(op, TapeFold.apply(op, pair(op, at, 0), pair(op, at, 4)),
        TapeFold.apply(op, pair(op, at, 2), pair(op, at, 6)));
    float odd = TapeFold.apply(op, TapeFold.apply(op, pair(op, at, 1), pair(op, at, 5)),
        TapeFold.apply(op, pair(op, at, 3), pair(op, at, 7)));
    return TapeFold.apply(op, even, odd);
  }

  private static float pair(Op op, long at, int lane) {
    return TapeFold.apply(op, Raw.ALL.get(Raw.F32, at + lane * 4L), Raw.ALL.get(Raw.F32, at + lane * 4L + 32));
  }

  /** {@code into[i] = op(into[i], from[i])} for {@code n} numbers. */
  static void combine(Op op, Lane lane, long into, long from, int n) {
    switch (lane) {
      case F32 -> {
        for (long at = 0; at < 4L * n; at += 4) {
          Raw.ALL.set(Raw.F32, into + at,
              TapeFold.apply(op, Raw.ALL.get(Raw.F32, into + at), Raw.ALL.get(Raw.F32, from + at)));
        }
      }
      case F64 -> {
        for (long at = 0; at < 8L * n; at += 8) {
          Raw.ALL.set(Raw.F64, into + at,
              TapeFold.apply(op, Raw.ALL.get(Raw.F64, into + at), Raw.ALL.get(Raw.F64, from + at)));
        }
      }
      case I64 -> {
        for (long at = 0; at < 8L * n; at += 8) {
          Raw.ALL.set(Raw.I64, into + at,
              TapeFold.apply(op, Raw.ALL.get(Raw.I64, into + at), Raw.ALL.get(Raw.I64, from + at)));
        }
      }
      case I32, MASK -> {
        for (long at = 0; at < 4L * n; at += 4) {
          Raw.ALL.set(Raw.I32, into + at,
              TapeFold.apply(op, Raw.ALL.get(Raw.I32, into + at), Raw.ALL.get(Raw.I32, from + at)));
        }
      }
    }
  }
}
