package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  private static final class Each implements Run {
    private final Runnable work;
    private final double result;

    Each(double result, Runnable work) {
      this.work = work;
      this.result = result;
    }

    @Override
    public void run() {
      work.run();
    }

    @Override
    public List<double[]> results() {
      return List.of(new double[] {result});
    }

    @Override
    public void close() {}
  }

  /** Each waits for the other, four times. */
  @Test
  void runsAreAtOnce() {
    var both = new CyclicBarrier(2);
    var done = new AtomicInteger();
    try (var runs = new SideBySide(2, 4, () -> new Each(1, () -> {
      try {
        both.await(20, TimeUnit.SECONDS);
        done.incrementAndGet();
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException(e);
      }
    }))) {
      runs.run();
      assertEquals(8, done.get());
      assertEquals(8, runs.operations());
      assertEquals(1, runs.results().getFirst()[0]);
    }
  }

  @Test
  void aFailureAndADifferenceAreSeen() {
    var made = new AtomicInteger();
    try (var runs = new SideBySide(2, 1, () -> new Each(made.incrementAndGet(), () -> {
      throw new IllegalStateException("out of paper");
    }))) {
      assertTrue(assertThrows(BenchException.class, runs::run).getMessage().contains("out of paper"));
      assertThrows(BenchException.class, runs::results);
    }
  }

  @Test
  void sessionsGiveTheLogitsOfOne() {
    var serving = new Serving(new Inference(Network.LENET, 2));
    try (var run = serving.open(Machines.best(), 2); var exact = serving.exact(Machines.best(), 1)) {
      run.run();
      exact.run();
      Agreement.require(serving.name(), serving.error(serving.name(), run.results(), exact.results()),
          serving.bound());
    }
  }
}
