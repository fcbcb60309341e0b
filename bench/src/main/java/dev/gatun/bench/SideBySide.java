package dev.gatun.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Several runs at once, each on a thread of its own. */
final class SideBySide implements Run {
  private final List<Run> runs = new ArrayList<>();
  private final List<Callable<Object>> calls;
  private final int times;
  private final ExecutorService threads;

  /** @param times how often each run is done in a call */
  SideBySide(int count, int times, Supplier<Run> run) {
    this.times = times;
    for (int i = 0; i < count; i++) {
      runs.add(run.get());
    }
    calls = runs.stream().map(each -> Executors.callable(() -> repeat(each))).toList();
    threads = Executors.newFixedThreadPool(count);
  }

  private void repeat(Run run) {
    for (int i = 0; i < times; i++) {
      run.run();
    }
  }

  @Override
  public void run() {
    try {
      for (var done : threads.invokeAll(calls)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new BenchException("one of " + runs.size() + " runs at once failed: " + e.getCause().getMessage(), e);
    }
  }

  @Override
  public int operations() {
    return runs.size() * times;
  }

  /** Those of the first, once all have agreed to the last bit. */
  @Override
  public List<double[]> results() {
    var results = runs.getFirst().results();
    for (var run : runs) {
      var others = run.results();
      for (int i = 0; i < results.size(); i++) {
        if (!Arrays.equals(results.get(i), others.get(i))) {
          throw new BenchException("runs at once differ");
        }
      }
    }
    return results;
  }

  @Override
  public void close() {
    threads.close();
    runs.forEach(Run::close);
  }
}
