package dev.gatun.bench;

import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import java.util.Map;
import java.util.Random;

/** The pieces of work that are measured, and numbers to do them on. */
public final class Works {
  private Works() {}

  /** result = a · b, all f32[size, size]. */
  public static Graph product(int size) {
    var b = new Builder();
    var type = TensorType.of(DType.F32, size, size);
    var left = b.source("a", Source.Role.INPUT, type);
    var right = b.source("b", Source.Role.INPUT, type);
    return Graph.of(Map.of(GraphRun.RESULT, b.matmul(left, right)), Map.of());
  }

  /** Flops of {@link #product}: a multiplication and an addition for each of size³ terms. */
  public static double productFlops(int size) {
    return 2.0 * size * size * size;
  }

  /** result = relu(x · y + z) + x, all f32[elements]. */
  public static Graph fusedMap(int elements) {
    var b = new Builder();
    var type = TensorType.of(DType.F32, elements);
    var x = b.source("x", Source.Role.INPUT, type);
    var y = b.source("y", Source.Role.INPUT, type);
    var z = b.source("z", Source.Role.INPUT, type);
    return Graph.of(Map.of(GraphRun.RESULT, b.add(b.relu(b.add(b.mul(x, y), z)), x)), Map.of());
  }

  /** Bytes that {@link #fusedMap} must move: three operands and a result. */
  public static double fusedMapBytes(int elements) {
    return 4.0 * Float.BYTES * elements;
  }

  /** Numbers between −1 and 1 that depend on the seed alone. */
  public static float[] numbers(int count, long seed) {
    var random = new Random(seed);
    var numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 2 * random.nextFloat() - 1;
    }
    return numbers;
  }
}
