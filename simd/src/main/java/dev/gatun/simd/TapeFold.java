package dev.gatun.simd;

import dev.gatun.simd.Instruction.Op;

/** Folds a block of values into virtual lanes: value i into lane i mod the number of lanes, in ascending order. */
final class TapeFold {
  private TapeFold() {
  }

  /** @param lanes address of the lanes; values before this block filled whole turns of them */
  static void fold(Op op, Registers r, Lane lane, int register, long lanes, int n) {
    int turn = Structure.virtualLanes(lane) - 1;
    switch (lane) {
      case F32 -> fold(op, r.floats[register], lanes, turn, n);
      case F64 -> fold(op, r.doubles[register], lanes, turn, n);
      case I32, MASK -> fold(op, r.ints[register], lanes, turn, n);
      case I64 -> fold(op, r.longs[register], lanes, turn, n);
    }
  }

  static float apply(Op op, float x, float y) {
    return switch (op) {
      case ADD -> x + y;
      case MUL -> x * y;
      case MAX -> Math.max(x, y);
      default -> Math.min(x, y);
    };
  }

  static double apply(Op op, double x, double y) {
    return switch (op) {
      case ADD -> x + y;
      case MUL -> x * y;
      case MAX -> Math.max(x, y);
      default -> Math.min(x, y);
    };
  }

  static int apply(Op op, int x, int y) {
    return switch (op) {
      case ADD -> x + y;
      case MUL -> x * y;
      case MAX -> Math.max(x, y);
      default -> Math.min(x, y);
    };
  }

  static long apply(Op op, long x, long y) {
    return switch (op) {
      case ADD -> x + y;
      case MUL -> x * y;
      case MAX -> Math.max(x, y);
      default -> Math.min(x, y);
    };
  }

  private static void fold(Op op, float[] x, long lanes, int turn, int n) {
    for (int i = 0; i < n; i++) {
      long at = lanes + (i & turn) * 4L;
      Raw.ALL.set(Raw.F32, at, apply(op, Raw.ALL.get(Raw.F32, at), x[i]));
    }
  }

  private static void fold(Op op, double[] x, long lanes, int turn, int n) {
    for (int i = 0; i < n; i++) {
      long at = lanes + (i & turn) * 8L;
      Raw.ALL.set(Raw.F64, at, apply(op, Raw.ALL.get(Raw.F64, at), x[i]));
    }
  }

  private static void fold(Op op, int[] x, long lanes, int turn, int n) {
    for (int i = 0; i < n; i++) {
      long at = lanes + (i & turn) * 4L;
      Raw.ALL.set(Raw.I32, at, apply(op, Raw.ALL.get(Raw.I32, at), x[i]));
    }
  }

  private static void fold(Op op, long[] x, long lanes, int turn, int n) {
    for (int i = 0; i < n; i++) {
      long at = lanes + (i & turn) * 8L;
      Raw.ALL.set(Raw.I64, at, apply(op, Raw.ALL.get(Raw.I64, at), x[i]));
    }
  }
}
