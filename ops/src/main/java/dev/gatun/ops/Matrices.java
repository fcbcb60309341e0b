package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.Arrays;
import java.util.List;

/** What ops on matrices share: those stand in the last two axes of an operand, one for each position of the others. */
final class Matrices {
  private Matrices() {}

  static void require(Op op, List<TensorType> in, int operand) {
    Types.require(in.get(operand).shape().rank() >= 2, op, in, "wants at least two axes");
  }

  static void requireSquare(Op op, List<TensorType> in, int operand) {
    require(op, in, operand);
    var shape = in.get(operand).shape();
    Types.require(shape.size(-1) == shape.size(-2), op, in, "wants square matrices");
  }

  static void requireTall(Op op, List<TensorType> in) {
    require(op, in, 0);
    var shape = in.getFirst().shape();
    Types.require(shape.size(-2) >= shape.size(-1), op, in, "wants at least as many rows as columns");
  }

  /** The matrices' type with other sizes. */
  static TensorType sized(TensorType type, long rows, long columns) {
    var shape = type.shape();
    return type.withShape(Types.with(Types.with(shape, shape.rank() - 2, rows), shape.rank() - 1, columns));
  }

  /** The type of one line of numbers for each matrix. */
  static TensorType lines(TensorType type, long size) {
    var shape = type.shape();
    return type.withShape(Types.with(Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 1)), shape.rank() - 2, size));
  }

  // For definitions.

  static int count(Reference of) {
    var shape = of.type().shape();
    return (int) Arrays.stream(shape.sizes(), 0, shape.rank() - 2).reduce(1, (a, b) -> a * b);
  }

  static double[][] get(Reference from, int number) {
    int rows = (int) from.type().shape().size(-2);
    int columns = (int) from.type().shape().size(-1);
    var matrix = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(from.data(), (number * rows + i) * columns, matrix[i], 0, columns);
    }
    return matrix;
  }

  static void put(Reference into, int number, double[][] matrix) {
    for (int i = 0; i < matrix.length; i++) {
      System.arraycopy(matrix[i], 0, into.data(), (number * matrix.length + i) * matrix[i].length, matrix[i].length);
    }
  }

  static double[][] identity(int size) {
    var matrix = new double[size][size];
    for (int i = 0; i < size; i++) {
      matrix[i][i] = 1;
    }
    return matrix;
  }

  static double[][] transposed(double[][] a, int rows) {
    var result = new double[a.length == 0 ? rows : a[0].length][a.length];
    for (int i = 0; i < result.length; i++) {
      for (int j = 0; j < a.length; j++) {
        result[i][j] = a[j][i];
      }
    }
    return result;
  }

  /** The sign that makes the largest entry of a line positive, the first of equals. */
  static double sign(double[] line) {
    int at = 0;
    for (int i = 1; i < line.length; i++) {
      at = Math.abs(line[i]) > Math.abs(line[at]) ? i : at;
    }
    return line.length > 0 && line[at] < 0 ? -1 : 1;
  }

  // For gradients.

  /** x where row and column compare so, else 0. */
  static Value part(Builder b, Value x, BinaryFn rowToColumn) {
    var wanted = b.binary(rowToColumn, b.index(x.shape(), -2), b.index(x.shape(), -1));
    return b.select(wanted, x, b.like(x, 0));
  }

  /** Each column j of x times the j-th number of a line. */
  static Value scaled(Builder b, Value x, Value line) {
    var sizes = x.shape().sizes();
    sizes[sizes.length - 2] = 1;
    return b.mul(x, b.reshape(line, Shape.of(sizes)));
  }

  static Value product(Builder b, Value... factors) {
    return Arrays.stream(factors).reduce(b::matmul).orElseThrow();
  }

  /** T⁻¹ x for a triangular T. */
  static Value solve(Builder b, boolean lower, Value triangle, Value x) {
    return b.apply(new TriangularSolve(lower), triangle, x);
  }

  /** x T⁻¹ for a triangular T. */
  static Value solveRight(Builder b, boolean lower, Value triangle, Value x) {
    return b.transposeLast(solve(b, !lower, b.transposeLast(triangle), b.transposeLast(x)));
  }

  /** 1 / (line_j − line_i), 0 on the diagonal. */
  static Value gaps(Builder b, Value line) {
    var sizes = Arrays.copyOf(line.shape().sizes(), line.rank() + 1);
    sizes[line.rank()] = line.shape().size(-1);
    var square = Shape.of(sizes);
    sizes[line.rank()] = 1;
    var rows = b.broadcast(b.reshape(line, Shape.of(sizes)), square);
    var columns = b.transposeLast(rows);
    var diagonal = b.equal(b.index(square, -2), b.index(square, -1));
    var gap = b.select(diagonal, b.like(rows, 1), b.sub(columns, rows));
    return b.select(diagonal, b.like(rows, 0), b.div(b.like(gap, 1), gap));
  }

  /** What reaches an operand of which only the lower triangle is read, given a gradient of the whole. */
  static Value toLower(Builder b, Value gradient) {
    return b.add(part(b, b.add(gradient, b.transposeLast(gradient)), BinaryFn.GREATER),
        part(b, gradient, BinaryFn.EQUAL));
  }

  static Value orZero(Builder b, Value gradient, Value like) {
    return gradient == null ? b.like(like, 0) : gradient;
  }
}
