package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.Cholesky;
import dev.gatun.ops.Eigh;
import dev.gatun.ops.Lu;
import dev.gatun.ops.Op;
import dev.gatun.ops.Qr;
import dev.gatun.ops.Svd;
import dev.gatun.ops.TriangularSolve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A factorisation of each matrix of a batch: a matrix is read into arrays of f64, worked on, and written back. */
final class FactorStep extends Step implements Team.Task {
  private final Crew crew;
  private final Op.Primitive op;
  private final int rows;
  private final int columns;
  private final Part[] parts;
  private final Axes batch;
  /** For each worker an array for each part, and one more. */
  private final double[][][] numbers;

  /**
   * An operand or result as an array: its matrix row by row, or column by column.
   *
   * @param outer elements between which {@code outerStep} bytes lie, in the array behind each other's inner ones
   */
  private record Part(DType dtype, int outer, int inner, long outerStep, long innerStep) {
    static Part of(Located x, boolean byColumns, int batchAxes) {
      int rank = x.strides().length;
      boolean line = rank == batchAxes + 1;
      int rows = line ? 1 : Math.toIntExact(x.size(rank - 2));
      int columns = Math.toIntExact(x.size(rank - 1));
      long row = line ? 0 : x.stride(rank - 2);
      long column = x.stride(rank - 1);
      return byColumns ? new Part(x.type().dtype(), columns, rows, column, row)
          : new Part(x.type().dtype(), rows, columns, row, column);
    }

    void read(long from, double[] into) {
      for (int i = 0, to = 0; i < outer; i++) {
        for (int j = 0; j < inner; j++) {
          long at = from + i * outerStep + j * innerStep;
          into[to++] = dtype == DType.F32 ? Raw.ALL.get(Raw.F32, at) : Raw.ALL.get(Raw.F64, at);
        }
      }
    }

    void write(double[] from, long to) {
      for (int i = 0, next = 0; i < outer; i++) {
        for (int j = 0; j < inner; j++) {
          long at = to + i * outerStep + j * innerStep;
          double number = from[next++];
          switch (dtype) {
            case F32 -> Raw.ALL.set(Raw.F32, at, (float) number);
            case F64 -> Raw.ALL.set(Raw.F64, at, number);
            default -> Raw.ALL.set(Raw.I32, at, (int) number);
          }
        }
      }
    }
  }

  FactorStep(Op.Primitive op, List<Located> in, List<Located> out, Crew crew) {
    super(in, out);
    this.crew = crew;
    this.op = op;
    var x = in.getLast();
    int axes = x.strides().length - 2;
    rows = Math.toIntExact(x.size(axes));
    columns = Math.toIntExact(x.size(axes + 1));
    var all = new ArrayList<>(in);
    all.addAll(out);
    parts = new Part[all.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Part.of(all.get(i), byColumns(op, i), axes);
    }
    batch = Axes.of(Arrays.copyOf(x.type().shape().sizes(), axes), new boolean[axes],
        all.stream().map(o -> Arrays.copyOf(o.strides(), axes)).toArray(long[][]::new));
    numbers = new double[crew.size()][parts.length + 1][];
    for (var each : numbers) {
      for (int i = 0; i < parts.length; i++) {
        each[i] = new double[Math.multiplyExact(parts[i].outer, parts[i].inner)];
      }
      each[parts.length] = new double[op instanceof Qr ? Math.multiplyExact(rows, columns) : 0];
    }
  }

  /** Columns that are turned or mirrored lie one after the other; so do vectors, the columns of a result. */
  private static boolean byColumns(Op.Primitive op, int part) {
    return switch (op) {
      case Qr _ -> part < 2;
      case Eigh _ -> part == 2;
      case Svd _ -> part != 2;
      default -> false;
    };
  }

  @Override
  void run() {
    int matrices = Math.toIntExact(batch.elements(false));
    crew.run((long) matrices * rows * columns * columns, matrices, this);
  }

  @Override
  public void run(int task, int worker) {
    var n = numbers[worker];
    int operands = op instanceof TriangularSolve ? 2 : 1;
    for (int i = 0; i < operands; i++) {
      parts[i].read(addresses[i] + batch.offset(i, task), n[i]);
    }
    switch (op) {
      case Cholesky _ -> Factor.cholesky(n[0], rows);
      case TriangularSolve solve -> Factor.solve(n[0], n[1], rows, columns, solve.lower());
      case Lu _ -> Factor.lu(n[0], n[2], rows, columns);
      case Qr _ -> Factor.qr(n[0], n[2], n[3], rows, columns);
      case Eigh _ -> Factor.eigh(n[0], n[2], n[1], rows);
      case Svd _ -> Factor.svd(n[0], n[3], n[2], rows, columns);
      default -> throw new IllegalStateException("no factorisation: " + op);
    }
    for (int i = operands; i < parts.length; i++) {
      // The first result is worked out in place of the last operand, but for values beside their vectors.
      boolean inPlace = i == operands && !(op instanceof Eigh);
      parts[i].write(n[inPlace ? operands - 1 : i], addresses[i] + batch.offset(i, task));
    }
  }
}
