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

/** relu(x · y + z) + x on one thread, in cache and in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MapBenchmark {
  /** Numbers in each array. */
  @Param({"4096", "16777216"})
  public int elements;

  private GraphRun gatun;
  private Torch.FusedMap torch;

  /** Gives both the same numbers. */
  @Setup(Level.Trial)
  public void open() {
    var x = Works.numbers(elements, 1);
    var y = Works.numbers(elements, 2);
    var z = Works.numbers(elements, 3);
    gatun = new GraphRun(Machines.best(), 1, Works.fusedMap(elements));
    gatun.set("x", x);
    gatun.set("y", y);
    gatun.set("z", z);
    torch = new Torch.FusedMap(x, y, z);
  }

  @TearDown(Level.Trial)
  public void close() {
    gatun.close();
    torch.close();
  }

  @Benchmark
  public void gatun() {
    gatun.run();
  }

  @Benchmark
  public void libtorch() {
    torch.run();
  }
}
