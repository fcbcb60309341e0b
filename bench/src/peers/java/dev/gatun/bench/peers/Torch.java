package dev.gatun.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** libtorch through DJL. Threads are set by system properties before its first use. */
final class Torch {
  /** Threads of an operator. */
  static final String THREADS = "ai.djl.pytorch.num_threads";
  /** Operators at once. */
  static final String OPERATORS = "ai.djl.pytorch.num_interop_threads";

  private Torch() {}

  static String name() {
    return "libtorch " + Engine.getEngine("PyTorch").getVersion();
  }

  static NDManager manager() {
    return Engine.getEngine("PyTorch").newBaseManager();
  }

  /** relu(x · y + z) + x as a user writes it: an operator, and a new tensor, for each sign. */
  static final class FusedMap implements AutoCloseable {
    private final NDManager manager = manager();
    private final NDArray x;
    private final NDArray y;
    private final NDArray z;

    FusedMap(float[] x, float[] y, float[] z) {
      this.x = manager.create(x);
      this.y = manager.create(y);
      this.z = manager.create(z);
    }

    void run() {
      compute().close();
    }

    private NDArray compute() {
      try (var product = x.mul(y); var sum = product.add(z); var positive = sum.getNDArrayInternal().relu()) {
        return positive.add(x);
      }
    }

    float[] result() {
      try (var result = compute()) {
        return result.toFloatArray();
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  /** A product of two square matrices, its result a new tensor each time. */
  static final class Product implements AutoCloseable {
    private final NDManager manager = manager();
    private final NDArray a;
    private final NDArray b;

    Product(int size, float[] a, float[] b) {
      this.a = manager.create(a, new Shape(size, size));
      this.b = manager.create(b, new Shape(size, size));
    }

    void run() {
      a.matMul(b).close();
    }

    float[] result() {
      try (var result = a.matMul(b)) {
        return result.toFloatArray();
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
