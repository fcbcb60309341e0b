package dev.gatun.bench.peers;

import dev.gatun.bench.Peer;
import dev.gatun.bench.Run;
import dev.gatun.bench.Suite;
import dev.gatun.bench.Workshop;
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

/**
 * Any case of {@code gatun bench} on one side, under JMH, for its profilers: {@code -p suite=conv -p work="conv3"
 * -p side=gatun,libtorch -prof gc}. A call of a training step is as many steps as the data set has batches, and a
 * training epoch allocates the order of the samples.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorkBenchmark {
  /** The suite. */
  @Param("gemm")
  public String suite;

  /** Part of the case's name; the first that contains it is run. */
  @Param("512³")
  public String work;

  /** {@code gatun}, or a peer's name. */
  @Param({"gatun", "MKL"})
  public String side;

  /** How many threads the side may use. */
  @Param("1")
  public int threads;

  private Run run;

  /** Finds the case and opens it on its side. */
  @Setup(Level.Trial)
  public void open() {
    var found = Suite.named(suite).works().stream().filter(w -> w.name().contains(work)).findFirst().orElseThrow();
    run = side.equals("gatun") ? found.open(Machines.best(), threads) : peer().open(found, threads);
  }

  private Peer peer() {
    return Workshop.peers().stream().filter(peer -> peer.name().equals(side)).findFirst().orElseThrow();
  }

  @TearDown(Level.Trial)
  public void close() {
    run.close();
  }

  @Benchmark
  public void run() {
    run.run();
  }
}
