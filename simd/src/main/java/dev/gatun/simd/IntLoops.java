package dev.gatun.simd;

/**
 * The tape's operations that give ints, truth values (0 or 1) among them, or compare them. Each loop is a method of its
 * own, so that each is compiled by itself as soon as it is hot.
 */
final class IntLoops {
  private IntLoops() {
  }

  static void add(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] + y[i];
    }
  }

  static void sub(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] - y[i];
    }
  }

  static void mul(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] * y[i];
    }
  }

  static void neg(int[] z, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = -x[i];
    }
  }

  static void abs(int[] z, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.abs(x[i]);
    }
  }

  static void min(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.min(x[i], y[i]);
    }
  }

  static void max(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.max(x[i], y[i]);
    }
  }

  static void and(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] & y[i];
    }
  }

  static void or(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] | y[i];
    }
  }

  static void xor(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] ^ y[i];
    }
  }

  static void shiftLeft(int[] z, int[] x, int distance, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] << distance;
    }
  }

  static void shiftRight(int[] z, int[] x, int distance, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] >> distance;
    }
  }

  static void shiftRightUnsigned(int[] z, int[] x, int distance, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] >>> distance;
    }
  }

  static void less(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] < y[i] ? 1 : 0;
    }
  }

  static void lessEqual(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] <= y[i] ? 1 : 0;
    }
  }

  static void equal(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] == y[i] ? 1 : 0;
    }
  }

  static void notEqual(int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] != y[i] ? 1 : 0;
    }
  }

  static void select(int[] z, int[] condition, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = condition[i] != 0 ? x[i] : y[i];
    }
  }

  static void convert(int[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (int) x[i];
    }
  }

  static void convert(int[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (int) x[i];
    }
  }

  static void convert(int[] z, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (int) x[i];
    }
  }

  static void bits(int[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Float.floatToRawIntBits(x[i]);
    }
  }

  static void call(ScalarFunction f, int[] z, int[] x, int[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (int) f.apply((long) x[i], y[i]);
    }
  }
}
