package dev.gatun.simd;

/**
 * The tape's operations that give longs, or compare them. Each loop is a method of its own, so that each is compiled by
 * itself as soon as it is hot.
 */
final class LongLoops {
  private LongLoops() {
  }

  static void add(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] + y[i];
    }
  }

  static void sub(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] - y[i];
    }
  }

  static void mul(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] * y[i];
    }
  }

  static void neg(long[] z, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = -x[i];
    }
  }

  static void abs(long[] z, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.abs(x[i]);
    }
  }

  static void min(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.min(x[i], y[i]);
    }
  }

  static void max(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.max(x[i], y[i]);
    }
  }

  static void and(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] & y[i];
    }
  }

  static void or(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] | y[i];
    }
  }

  static void xor(long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] ^ y[i];
    }
  }

  static void shiftLeft(long[] z, long[] x, int distance, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] << distance;
    }
  }

  static void shiftRight(long[] z, long[] x, int distance, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] >> distance;
    }
  }

  static void shiftRightUnsigned(long[] z, long[] x, int distance, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] >>> distance;
    }
  }

  static void less(int[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] < y[i] ? 1 : 0;
    }
  }

  static void lessEqual(int[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] <= y[i] ? 1 : 0;
    }
  }

  static void equal(int[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] == y[i] ? 1 : 0;
    }
  }

  static void notEqual(int[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] != y[i] ? 1 : 0;
    }
  }

  static void select(long[] z, int[] condition, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = condition[i] != 0 ? x[i] : y[i];
    }
  }

  static void convert(long[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (long) x[i];
    }
  }

  static void convert(long[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (long) x[i];
    }
  }

  static void convert(long[] z, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i];
    }
  }

  static void bits(long[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Double.doubleToRawLongBits(x[i]);
    }
  }

  static void call(ScalarFunction f, long[] z, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = f.apply(x[i], y[i]);
    }
  }
}
