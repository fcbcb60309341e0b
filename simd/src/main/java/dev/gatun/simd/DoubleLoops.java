package dev.gatun.simd;

/**
 * The tape's operations that give doubles, or compare them. Each loop is a method of its own, so that each is compiled
 * by itself as soon as it is hot.
 */
final class DoubleLoops {
  private DoubleLoops() {
  }

  static void add(double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] + y[i];
    }
  }

  static void sub(double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] - y[i];
    }
  }

  static void mul(double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] * y[i];
    }
  }

  static void div(double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] / y[i];
    }
  }

  static void fma(double[] z, double[] x, double[] y, double[] w, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.fma(x[i], y[i], w[i]);
    }
  }

  static void sqrt(double[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.sqrt(x[i]);
    }
  }

  static void neg(double[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = -x[i];
    }
  }

  static void abs(double[] z, double[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.abs(x[i]);
    }
  }

  static void min(double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.min(x[i], y[i]);
    }
  }

  static void max(double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Math.max(x[i], y[i]);
    }
  }

  static void less(int[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] < y[i] ? 1 : 0;
    }
  }

  static void lessEqual(int[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] <= y[i] ? 1 : 0;
    }
  }

  static void equal(int[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] == y[i] ? 1 : 0;
    }
  }

  static void notEqual(int[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i] != y[i] ? 1 : 0;
    }
  }

  static void select(double[] z, int[] condition, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = condition[i] != 0 ? x[i] : y[i];
    }
  }

  static void convert(double[] z, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i];
    }
  }

  static void convert(double[] z, int[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = x[i];
    }
  }

  static void convert(double[] z, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = (double) x[i];
    }
  }

  static void bits(double[] z, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = Double.longBitsToDouble(x[i]);
    }
  }

  static void call(ScalarFunction f, double[] z, double[] x, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      z[i] = f.apply(x[i], y[i]);
    }
  }
}
