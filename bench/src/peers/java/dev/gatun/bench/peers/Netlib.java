package dev.gatun.bench.peers;

import dev.gatun.bench.Peer;
import dev.gatun.bench.Product;
import dev.gatun.bench.Run;
import dev.gatun.bench.Work;
import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The BLAS in Java of dev.ludovic.netlib, which uses the Vector API. It has one thread and columns first. */
public final class Netlib implements Peer {
  @Override
  public String name() {
    return "netlib";
  }

  @Override
  public String settings() {
    return "JavaBLAS (with the Vector API, its VectorBLAS) on arrays in the heap; always one thread";
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public Run open(Work work, int threads) {
    // It would tell that it found no native library, which it is not here to use.
    Logger.getLogger("dev.ludovic.netlib").setLevel(Level.OFF);
    return work instanceof Product product && !product.constant()
        ? new Multiplication(JavaBLAS.getInstance(), product) : null;
  }

  /** Columns first, c = a · b is the product of the transposed matrices the other way round. */
  private static final class Multiplication implements Run {
    private final BLAS blas;
    private final Product p;
    private final float[] a;
    private final float[] b;
    private final float[] c;

    Multiplication(BLAS blas, Product p) {
      this.blas = blas;
      this.p = p;
      var operands = p.operands();
      a = operands.get("a");
      b = operands.get("b");
      c = new float[p.batch() * p.m() * p.n()];
    }

    @Override
    public void run() {
      for (int i = 0; i < p.batch(); i++) {
        blas.sgemm(p.transposedB() ? "T" : "N", p.transposedA() ? "T" : "N", p.n(), p.m(), p.k(), 1f, b,
            i * p.n() * p.k(), Blas.rightPitch(p), a, i * p.m() * p.k(), Blas.leftPitch(p), 0f, c, i * p.m() * p.n(),
            p.n());
      }
    }

    @Override
    public List<double[]> results() {
      return List.of(Natives.doubles(c));
    }

    @Override
    public void close() {}
  }
}
