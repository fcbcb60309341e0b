package dev.gatun.bench.peers;

import dev.gatun.bench.GraphRun;
import dev.gatun.bench.Works;
import dev.gatun.graph.Machines;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A product of square f32 matrices on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GemmBenchmark {
  /** Rows and columns. */
  @Param({"64", "128", "256", "512", "1024", "2048"})
  public int size;

  private GraphRun gatun;
  private BlasProduct mkl;
  private BlasProduct openBlas;

  /** Gives all the same numbers. */
  @Setup(Level.Trial)
  public void open() {
    var a = Works.numbers(size * size, 1);
    var b = Works.numbers(size * size, 2);
    gatun = new GraphRun(Machines.best(), 1, Works.product(size));
    gatun.set("a", a);
    gatun.set("b", b);
    mkl = new BlasProduct(Blas.mkl(1), size, a, b);
    openBlas = new BlasProduct(Blas.openBlas(1), size, a, b);
  }

  @TearDown(Level.Trial)
  public void close() {
    gatun.close();
    mkl.close();
    openBlas.close();
  }

  @Benchmark
  public void gatun() {
    gatun.run();
  }

  @Benchmark
  public void mkl() {
    mkl.run();
  }

  @Benchmark
  public void openBlas() {
    openBlas.run();
  }
}
