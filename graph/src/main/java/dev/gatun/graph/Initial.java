package dev.gatun.graph;

import dev.gatun.graph.language.Initialiser;
import dev.gatun.graph.language.Variable;
import dev.gatun.ops.Threefry;
import dev.gatun.ops.TensorType;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Draws initial values: a pure function of seed, name and element, whatever else a model holds. */
final class Initial {
  private final int seed;
  private final int name;

  private Initial(long seed, String name) {
    this.seed = Seeds.word(seed);
    this.name = name.hashCode();
  }

  /** The row-major values with which a variable begins. */
  static double[] values(Variable variable, long seed) {
    return new Initial(seed, variable.name()).draw(variable.initialiser(), variable.type());
  }

  private double[] draw(Initialiser initialiser, TensorType type) {
    var shape = type.shape();
    int count = Math.toIntExact(shape.elements());
    double outputs = shape.rank() == 0 ? 1 : shape.size(0);
    double fanIn = shape.rank() == 0 ? 1 : Math.max(1, count / Math.max(1, outputs));
    double fanOut = shape.rank() < 2 ? outputs : outputs * count / Math.max(1, outputs * shape.size(1));
    return switch (initialiser) {
      case Initialiser.Constant c -> fill(count, i -> c.value());
      case Initialiser.Normal n -> fill(count, i -> n.std() * normal(i, 0));
      case Initialiser.TruncatedNormal n -> fill(count, i -> n.std() * truncated(i));
      case Initialiser.Uniform u -> uniform(count, u.bound());
      case Initialiser.HeNormal h -> fill(count, i -> Math.sqrt(2 / fanIn) * normal(i, 0));
      case Initialiser.HeUniform h -> uniform(count, Math.sqrt(6 / fanIn));
      case Initialiser.GlorotNormal g -> fill(count, i -> Math.sqrt(2 / (fanIn + fanOut)) * normal(i, 0));
      case Initialiser.GlorotUniform g -> uniform(count, Math.sqrt(6 / (fanIn + fanOut)));
      case Initialiser.Orthogonal o -> orthogonal((int) outputs, count / Math.max(1, (int) outputs));
      case Initialiser.FanInUniform f -> uniform(count, 1 / Math.sqrt(fanIn));
    };
  }

  private static double[] fill(int count, IntToDoubleFunction value) {
    var values = new double[count];
    Arrays.setAll(values, value);
    return values;
  }

  private double[] uniform(int count, double bound) {
    return fill(count, i -> bound * (2 * unit(i, 0) - 1));
  }

  private double unit(int element, int stream) {
    return Threefry.unit((int) Threefry.draw(seed, name, element, stream));
  }

  /** By Box and Muller (1958), from two draws. */
  private double normal(int element, int stream) {
    long words = Threefry.draw(seed, name, element, stream);
    double radius = Math.sqrt(-2 * StrictMath.log(1 - Threefry.unit((int) words)));
    return radius * StrictMath.cos(2 * Math.PI * Threefry.unit((int) (words >>> 32)));
  }

  private double truncated(int element) {
    for (int stream = 0; ; stream++) {
      double x = normal(element, stream);
      if (Math.abs(x) <= 2) {
        return x;
      }
    }
  }

  /** Rows (or columns, if fewer) made orthonormal by Gram and Schmidt's process, twice for accuracy. */
  private double[] orthogonal(int rows, int columns) {
    boolean wide = rows <= columns;
    int count = Math.min(rows, columns);
    int length = Math.max(rows, columns);
    var basis = new double[count][];
    for (int i = 0; i < count; i++) {
      int at = i;
      basis[i] = fill(length, j -> normal(at * length + j, 0));
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < i; k++) {
          subtract(basis[i], basis[k], dot(basis[i], basis[k]));
        }
      }
      double norm = Math.sqrt(dot(basis[i], basis[i]));
      var row = basis[i];
      Arrays.setAll(row, j -> row[j] / norm);
    }
    return fill(rows * columns, n -> wide ? basis[n / columns][n % columns] : basis[n % columns][n / columns]);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void subtract(double[] a, double[] b, double factor) {
    for (int i = 0; i < a.length; i++) {
      a[i] -= factor * b[i];
    }
  }
}
