package dev.gatun.bench.peers;

import dev.gatun.bench.Peer;
import dev.gatun.bench.Product;
import dev.gatun.bench.Run;
import dev.gatun.bench.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Products of matrices by the C interface of a BLAS, on memory that is allocated once. */
abstract class Blas implements Peer {
  static final int ROW_MAJOR = 101;
  static final int AS_IT_IS = 111;
  static final int TRANSPOSED = 112;

  private MethodHandle sgemm;

  /** Loads the library for so many threads, the same in every call. */
  abstract Natives load(int threads);

  @Override
  public final boolean allocates() {
    return false;
  }

  @Override
  public final Run open(Work work, int threads) {
    if (!(work instanceof Product product) || product.constant() && !packs()) {
      return null;
    }
    if (sgemm == null) {
      bind(load(threads));
    }
    return new Multiplication(product);
  }

  /** Whether a matrix that stays can be packed once; where not, such products are left out. */
  boolean packs() {
    return false;
  }

  /** The right matrix as {@link #multiply} wants it. */
  MemorySegment prepare(Product p, MemorySegment b, Arena arena) throws Throwable {
    return b;
  }

  /** Looks functions up. */
  void bind(Natives library) {
    var floats = ValueLayout.JAVA_FLOAT;
    var ints = ValueLayout.JAVA_INT;
    var address = ValueLayout.ADDRESS;
    sgemm = library.function("cblas_sgemm", FunctionDescriptor.ofVoid(ints, ints, ints, ints, ints, ints, floats,
        address, ints, address, ints, floats, address, ints));
  }

  /** One product of a batch after the other, unless the library has a better way. */
  void multiply(Product p, MemorySegment a, MemorySegment b, MemorySegment c) throws Throwable {
    for (int i = 0; i < p.batch(); i++) {
      sgemm.invokeExact(ROW_MAJOR, order(p.transposedA()), order(p.transposedB()), p.m(), p.n(), p.k(), 1f,
          entry(a, i, (long) p.m() * p.k()), leftPitch(p), entry(b, i, (long) p.n() * p.k()), rightPitch(p), 0f,
          entry(c, i, (long) p.m() * p.n()), p.n());
    }
  }

  private static MemorySegment entry(MemorySegment all, int i, long size) {
    return i == 0 ? all : all.asSlice(i * size * Float.BYTES);
  }

  static int order(boolean transposed) {
    return transposed ? TRANSPOSED : AS_IT_IS;
  }

  static int leftPitch(Product p) {
    return p.transposedA() ? p.m() : p.k();
  }

  static int rightPitch(Product p) {
    return p.transposedB() ? p.k() : p.n();
  }

  private final class Multiplication implements Run {
    private final Arena arena = Arena.ofShared();
    private final Product product;
    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;

    Multiplication(Product product) {
      this.product = product;
      var operands = product.operands();
      a = Natives.copy(arena, operands.get("a"));
      try {
        b = prepare(product, Natives.copy(arena, operands.get("b")), arena);
      } catch (Throwable e) {
        throw new IllegalStateException(name() + ": " + product.name(), e);
      }
      c = Natives.floats(arena, (long) product.batch() * product.m() * product.n());
    }

    @Override
    public void run() {
      try {
        multiply(product, a, b, c);
      } catch (Throwable e) {
        throw new IllegalStateException(name() + ": " + product.name(), e);
      }
    }

    @Override
    public List<double[]> results() {
      return List.of(Natives.doubles(c));
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
