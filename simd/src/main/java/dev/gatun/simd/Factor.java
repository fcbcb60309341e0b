package dev.gatun.simd;

/**
 * Factorisations of one matrix, in f64 whatever its dtype: numbers lie in arrays, row by row or, where columns are
 * turned and mirrored, column by column.
 */
final class Factor {
  /** Sweeps of rotations after which all has long been said. */
  private static final int MOST_SWEEPS = 60;
  /** Entries, by the lengths of their lines, that count as 0. */
  private static final double NOTHING = 0x1p-53;

  private Factor() {
  }

  /** The lower triangle of a becomes L, the upper one 0. */
  static void cholesky(double[] a, int n) {
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < j; i++) {
        a[i * n + j] = 0;
      }
      for (int k = 0; k <= j; k++) {
        double sum = a[j * n + k] - dot(a, j * n, a, k * n, k);
        a[j * n + k] = k < j ? sum / a[k * n + k] : Math.sqrt(sum);
      }
    }
  }

  /** The right side x [n, m] becomes the solution. */
  static void solve(double[] t, double[] x, int n, int m, boolean lower) {
    for (int step = 0; step < n; step++) {
      int i = lower ? step : n - 1 - step;
      int last = lower ? i : n;
      for (int k = lower ? 0 : i + 1; k < last; k++) {
        add(x, i * m, -t[i * n + k], x, k * m, m);
      }
      for (int column = 0; column < m; column++) {
        x[i * m + column] /= t[i * n + i];
      }
    }
  }

  /** a [m, n] becomes both factors, order [m] the rows that they stand for. */
  static void lu(double[] a, double[] order, int m, int n) {
    for (int i = 0; i < m; i++) {
      order[i] = i;
    }
    for (int j = 0; j < n; j++) {
      int pivot = j;
      for (int i = j + 1; i < m; i++) {
        pivot = Math.abs(a[i * n + j]) > Math.abs(a[pivot * n + j]) ? i : pivot;
      }
      swap(a, j * n, pivot * n, n);
      swap(order, j, pivot, 1);
      for (int i = j + 1; i < m; i++) {
        double factor = a[j * n + j] == 0 ? 0 : a[i * n + j] / a[j * n + j];
        a[i * n + j] = factor;
        add(a, i * n + j + 1, -factor, a, j * n + j + 1, n - j - 1);
      }
    }
  }

  /**
   * The columns of a [m, n], one after the other, become those of Q.
   *
   * @param r receives R [n, n], row by row
   * @param mirrors for n · m numbers
   */
  static void qr(double[] a, double[] r, double[] mirrors, int m, int n) {
    for (int j = 0; j < n; j++) {
      int v = j * m;
      double length = Math.sqrt(dot(a, v + j, a, v + j, m - j));
      for (int i = 0; i < m; i++) {
        mirrors[v + i] = i < j ? 0 : a[v + i];
      }
      mirrors[v + j] += Math.copySign(length, a[v + j]);
      for (int k = j; k < n; k++) {
        mirror(mirrors, v, a, k * m, j, m);
      }
      for (int k = 0; k < n; k++) {
        r[j * n + k] = k < j ? 0 : a[k * m + j];
      }
    }
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        a[j * m + i] = i == j ? 1 : 0;
      }
      for (int k = j; k >= 0; k--) {
        mirror(mirrors, k * m, a, j * m, k, m);
      }
      if (r[j * n + j] < 0) {
        scale(a, j * m, -1, m);
        scale(r, j * n, -1, n);
      }
    }
  }

  /** x − 2 v (v·x) / (v·v), where v is 0 before {@code first}. */
  private static void mirror(double[] v, int at, double[] x, int to, int first, int m) {
    double square = dot(v, at + first, v, at + first, m - first);
    if (square > 0) {
      add(x, to + first, -2 * dot(v, at + first, x, to + first, m - first) / square, v, at + first, m - first);
    }
  }

  /**
   * a [n, n], of which the lower triangle is read, is rotated until it is diagonal.
   *
   * @param v receives the vectors, one in each row, in the order of values
   * @param values receives n values, ascending
   */
  static void eigh(double[] a, double[] v, double[] values, int n) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i * n + j] = j > i ? a[j * n + i] : a[i * n + j];
        v[i * n + j] = i == j ? 1 : 0;
      }
    }
    boolean turned = true;
    for (int sweep = 0; sweep < MOST_SWEEPS && turned; sweep++) {
      turned = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          double x = a[p * n + p];
          double y = a[q * n + q];
          double beside = a[p * n + q];
          double least = Math.max(Double.MIN_NORMAL, NOTHING * Math.sqrt(Math.abs(x) * Math.abs(y)));
          if (Math.abs(beside) > least) {
            turned |= Math.abs(beside) > NOTHING * Math.max(Math.abs(x), Math.abs(y));
            double tan = tangent((y - x) / (2 * beside));
            double cos = 1 / Math.sqrt(tan * tan + 1);
            rotate(a, p * n, q * n, tan, cos, n);
            for (int k = 0; k < n; k++) {
              double left = a[k * n + p];
              a[k * n + p] = cos * (left - tan * a[k * n + q]);
              a[k * n + q] = cos * (a[k * n + q] + tan * left);
            }
            a[p * n + q] = 0;
            a[q * n + p] = 0;
            rotate(v, p * n, q * n, tan, cos, n);
          }
        }
      }
    }
    for (int i = 0; i < n; i++) {
      values[i] = a[i * n + i];
    }
    for (int i = 0; i < n; i++) {
      int least = i;
      for (int j = i + 1; j < n; j++) {
        least = values[j] < values[least] ? j : least;
      }
      swap(values, i, least, 1);
      swap(v, i * n, least * n, n);
      scale(v, i * n, sign(v, i * n, n), n);
    }
  }

  /**
   * The columns of a [m, n], one after the other, are rotated until they are orthogonal, and become those of U.
   *
   * @param v receives the columns of V
   * @param values receives n lengths, descending
   */
  static void svd(double[] a, double[] v, double[] values, int m, int n) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        v[i * n + j] = i == j ? 1 : 0;
      }
    }
    boolean turned = true;
    for (int sweep = 0; sweep < MOST_SWEEPS && turned; sweep++) {
      turned = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          double xx = dot(a, p * m, a, p * m, m);
          double yy = dot(a, q * m, a, q * m, m);
          double xy = dot(a, p * m, a, q * m, m);
          if (Math.abs(xy) > NOTHING * Math.sqrt(xx) * Math.sqrt(yy)) {
            turned = true;
            double tan = tangent((yy - xx) / (2 * xy));
            double cos = 1 / Math.sqrt(tan * tan + 1);
            rotate(a, p * m, q * m, tan, cos, m);
            rotate(v, p * n, q * n, tan, cos, n);
          }
        }
      }
    }
    for (int i = 0; i < n; i++) {
      values[i] = Math.sqrt(dot(a, i * m, a, i * m, m));
    }
    for (int i = 0; i < n; i++) {
      int most = i;
      for (int j = i + 1; j < n; j++) {
        most = values[j] > values[most] ? j : most;
      }
      swap(values, i, most, 1);
      swap(a, i * m, most * m, m);
      swap(v, i * n, most * n, n);
      double sign = sign(v, i * n, n);
      scale(v, i * n, sign, n);
      // What is nothing but rounding has no direction of its own.
      if (values[i] > 1e-15 * m * values[0]) {
        scale(a, i * m, sign / values[i], m);
      } else {
        setBeside(a, i, m);
      }
    }
  }

  /** Makes line number {@code count} one of length 1 that is orthogonal to those before it. */
  private static void setBeside(double[] lines, int count, int m) {
    int to = count * m;
    for (int axis = 0; axis < m; axis++) {
      for (int i = 0; i < m; i++) {
        lines[to + i] = i == axis ? 1 : 0;
      }
      for (int again = 0; again < 2; again++) {
        for (int j = 0; j < count; j++) {
          add(lines, to, -dot(lines, to, lines, j * m, m), lines, j * m, m);
        }
      }
      double length = Math.sqrt(dot(lines, to, lines, to, m));
      // Of m axes, which together have a length of √(m − count) beside the lines, one at least has that much.
      if (length * length * m >= 0.5 * (m - count)) {
        scale(lines, to, 1 / length, m);
        return;
      }
    }
  }

  private static double tangent(double cot) {
    return Math.copySign(1, cot) / (Math.abs(cot) + Math.sqrt(cot * cot + 1));
  }

  private static void rotate(double[] a, int p, int q, double tan, double cos, int size) {
    for (int k = 0; k < size; k++) {
      double x = a[p + k];
      double y = a[q + k];
      a[p + k] = cos * (x - tan * y);
      a[q + k] = cos * (y + tan * x);
    }
  }

  private static double dot(double[] x, int from, double[] y, int with, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += x[from + i] * y[with + i];
    }
    return sum;
  }

  private static void add(double[] x, int to, double factor, double[] y, int from, int size) {
    for (int i = 0; i < size; i++) {
      x[to + i] += factor * y[from + i];
    }
  }

  private static void scale(double[] x, int from, double factor, int size) {
    for (int i = 0; i < size; i++) {
      x[from + i] *= factor;
    }
  }

  private static void swap(double[] x, int one, int other, int size) {
    for (int i = 0; i < size && one != other; i++) {
      double kept = x[one + i];
      x[one + i] = x[other + i];
      x[other + i] = kept;
    }
  }

  /** The sign that makes the largest entry of a line positive, the first of equals. */
  private static double sign(double[] x, int from, int size) {
    int at = 0;
    for (int i = 1; i < size; i++) {
      at = Math.abs(x[from + i]) > Math.abs(x[from + at]) ? i : at;
    }
    return size > 0 && x[from + at] < 0 ? -1 : 1;
  }
}
