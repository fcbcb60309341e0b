package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * A batch of matrix products {@code C[m, n] (+)= A[m, k] B[k, n]}. Every matrix is given by the strides of its rows,
 * columns and batch entries, in elements; a batch stride of 0 shares one matrix among all entries. A stride of 1 along
 * the rows is a transposed matrix.
 *
 * @param dtype of C: f32 or f64, or i32 for whole numbers of 8 bits
 * @param left of A: {@code dtype}, or i8 or u8 for an i32
 * @param right of B: {@code dtype}, f16 or bf16 for an f32, or i8 or u8 for an i32
 */
record GemmShape(DType dtype, DType left, DType right, int batch, int m, int n, int k, Strides a, Strides b,
    Strides c) {
  /** Where element (row, column) of a batch entry lies, in elements. */
  record Strides(long row, long column, long batch) {
    /** @throws IllegalArgumentException if one is negative, which tiles do not understand */
    Strides {
      if (row < 0 || column < 0 || batch < 0) {
        throw new IllegalArgumentException("strides " + row + ", " + column + ", " + batch + " of a matrix");
      }
    }

    /** The strides of the transposed matrix. */
    Strides transposed() {
      return new Strides(column, row, batch);
    }

    /** The same strides in bytes. */
    Strides times(int bytes) {
      return new Strides(row * bytes, column * bytes, batch * bytes);
    }
  }

  /** @throws IllegalArgumentException if a size is negative */
  GemmShape {
    if (batch < 0 || m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException("matmul of " + batch + " x [" + m + ", " + k + "] x [" + k + ", " + n
          + "]: sizes must not be negative");
    }
  }

  /** Matrices of one dtype. */
  GemmShape(DType dtype, int batch, int m, int n, int k, Strides a, Strides b, Strides c) {
    this(dtype, dtype, dtype, batch, m, n, k, a, b, c);
  }

  /** Dense row-major matrices. */
  static GemmShape dense(DType dtype, int m, int n, int k) {
    return new GemmShape(dtype, 1, m, n, k, new Strides(k, 1, 0), new Strides(n, 1, 0), new Strides(n, 1, 0));
  }

  /** The same with so many rows of A and C. */
  GemmShape withRows(int rows) {
    return new GemmShape(dtype, left, right, batch, rows, n, k, a, b, c);
  }

  /** The problem {@code C' = B' A'}, which has the same numbers in the same order of arithmetic. */
  GemmShape transposed() {
    return new GemmShape(dtype, right, left, batch, n, m, k, b.transposed(), a.transposed(), c.transposed());
  }
}
