package dev.gatun.bench.peers;

import dev.gatun.bench.LeNet;
import dev.gatun.graph.Machines;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A step of LeNet-5 on one thread. Ours allocates the order of the samples, 4 bytes for each, once in 8 steps. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 10, time = 2)
@Measurement(iterations = 5, time = 2)
@OperationsPerInvocation(LeNet.BATCHES)
public class LeNetBenchmark {
  /** Pictures in a step. */
  @Param({"64", "512"})
  public int batch;

  private LeNet gatun;
  private TorchLeNet torch;

  /** Begins both with the same parameters. */
  @Setup(Level.Trial)
  public void open() {
    var data = LeNet.data(batch);
    gatun = new LeNet(Machines.best(), 1, batch, data);
    torch = new TorchLeNet(gatun.parameters(), batch, data);
  }

  @TearDown(Level.Trial)
  public void close() {
    gatun.close();
    torch.close();
  }

  @Benchmark
  public void gatun() {
    gatun.epoch();
  }

  @Benchmark
  public void libtorch() {
    torch.epoch();
  }
}
