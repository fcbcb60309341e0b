package dev.gatun.tools.command;

import dev.gatun.graph.Checkpoint;
import dev.gatun.graph.Dataset;
import dev.gatun.graph.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** The loop of epochs: trains, measures, saves and tells; a signal to stop is answered by saving first. */
final class TrainingRun implements Trainer.Listener {
  private static final String LOSS = "loss";

  private final Trainer trainer;
  private final Dataset test;
  private final Path file;
  private final Output output;
  private final Progress progress;
  private final long totalEpochs;
  private long started;
  private long epochStarted;
  private double loss = Double.NaN;
  private Map<String, Double> metrics = Map.of();

  TrainingRun(Trainer trainer, Dataset test, Path file, Output output) {
    this.trainer = trainer;
    this.test = test;
    this.file = file;
    this.output = output;
    this.progress = output.progress();
    this.totalEpochs = (trainer.totalSteps() + trainer.stepsPerEpoch() - 1) / trainer.stepsPerEpoch();
  }

  /**
   * Trains to the end, or to the end of an epoch.
   *
   * @return whether a signal stopped it; the weights are saved in any case
   */
  boolean train(int lastEpoch) throws IOException {
    var saved = new CountDownLatch(1);
    var stop = new Thread(() -> stop(saved), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      started = System.nanoTime();
      while (!trainer.isDone() && epochs() < lastEpoch) {
        epochStarted = System.nanoTime();
        boolean finished = trainer.epoch(this);
        Checkpoint.save(trainer, file);
        if (!finished) {
          progress.clear();
          output.remark("stopped after step " + trainer.step() + "; saved " + file + ": go on with --resume");
          return true;
        }
      }
      if (metrics.isEmpty()) {
        measure();
      }
    } finally {
      saved.countDown();
      removeHook(stop);
    }
    return false;
  }

  /** Runs when the process is told to end: it must not be gone before the training thread has saved. */
  private void stop(CountDownLatch saved) {
    trainer.requestStop();
    try {
      saved.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread stop) {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      // The process is ending already; the hook has run.
      return;
    }
  }

  @Override
  public void step(int epoch, long step, long steps, double stepLoss) {
    if (progress.isDue()) {
      double seconds = (System.nanoTime() - epochStarted) / 1e9;
      progress.show(String.format(Locale.ROOT, "epoch %d/%d  %3d %%  loss %s  %.0f samples/s", epoch + 1, totalEpochs,
          100 * (step + 1) / steps, Metrics.number(stepLoss), (step + 1) * trainer.settings().batch() / seconds));
    }
  }

  @Override
  public void epoch(int epoch, double meanLoss) {
    loss = meanLoss;
    measure();
    progress.clear();
    output.milestone(String.format(Locale.ROOT, "epoch %d/%d  loss %s  test %s  %.2f s", epoch + 1, totalEpochs,
        Metrics.number(meanLoss), metrics.entrySet().stream().map(m -> Metrics.text(m.getKey(), m.getValue()))
            .collect(Collectors.joining("  ")), (System.nanoTime() - epochStarted) / 1e9));
  }

  private void measure() {
    var measured = new LinkedHashMap<>(trainer.evaluate(test));
    double testLoss = measured.remove(LOSS);
    if (Double.isNaN(loss)) {
      loss = testLoss;
    }
    if (measured.isEmpty()) {
      measured.put(LOSS, testLoss);
    }
    metrics = measured;
  }

  /** Epochs done since training began, before a resume included. */
  long epochs() {
    return trainer.step() / trainer.stepsPerEpoch();
  }

  double seconds() {
    return Math.round((System.nanoTime() - started) / 1e6) / 1e3;
  }

  /** The mean over the samples of the last epoch; of the test set if no epoch ran. */
  double loss() {
    return loss;
  }

  /** The recipe's metrics over the test set, or its loss if there are none. */
  Map<String, Double> metrics() {
    return metrics;
  }
}
