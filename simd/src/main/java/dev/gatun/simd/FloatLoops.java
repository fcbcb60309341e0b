package dev.gatun.simd;

/**
 * The tape's operations that give floats, or compare them. Each loop is a method of its own, so that each is compiled
 * by itself as soon as it is hot.
 */
final class FloatLoops {
  private FloatLoops() {
  }

  static void add(float[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] + y[i];
    }
  }

  static void sub(float[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] - y[i];
    }
  }

  static void mul(float[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] * y[i];
    }
  }

  static void div(float[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] / y[i];
    }
  }

  static void fma(float[] z, float[] x, float[] y, float[] w, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.fma(x[i], y[i], w[i]);
    }
  }

  static void sqrt(float[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (float) Math.sqrt(x[i]);
    }
  }

  static void neg(float[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = -x[i];
    }
  }

  static void abs(float[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.abs(x[i]);
    }
  }

  static void min(float[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.min(x[i], y[i]);
    }
  }

  static void max(float[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.max(x[i], y[i]);
    }
  }

  static void less(int[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] < y[i] ? 1 : 0;
    }
  }

  static void lessEqual(int[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] <= y[i] ? 1 : 0;
    }
  }

  static void equal(int[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] == y[i] ? 1 : 0;
    }
  }

  static void notEqual(int[] z, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] != y[i] ? 1 : 0;
    }
  }

  static void select(float[] z, int[] condition, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = condition[i] != 0 ? x[i] : y[i];
    }
  }

  static void convert(float[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (float) x[i];
    }
  }

  static void convert(float[] z, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (float) x[i];
    }
  }

  static void convert(float[] z, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (float) x[i];
    }
  }

  static void bits(float[] z, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Float.intBitsToFloat(x[i]);
    }
  }
}
