package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingStepTest {
  @Test
  void leNet() {
    movementIsMeasuredFromExactSteps(Network.LENET);
    logitsAreThoseOfF64(Network.LENET);
  }

  @Tag("nightly")
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LENET")
  void otherNetworks(Network network) {
    movementIsMeasuredFromExactSteps(network);
    logitsAreThoseOfF64(network);
  }

  /** Steps in f32 end where steps in f64 do, and one parameter whose movement is 1 % too long is told from rounding. */
  private static void movementIsMeasuredFromExactSteps(Network network) {
    var step = new TrainingStep(network, network == Network.LENET ? 16 : 2);
    try (var net = step.open(Machines.best(), 2); var exact = step.exact(Machines.best(), 2)) {
      net.run();
      exact.run();
      double error = step.error(step.name(), net.results(), exact.results());
      assertTrue(error < step.bound(), () -> "error " + error);
      var wrong = net.results();
      for (int i = 0; i < wrong.get(0).length; i++) {
        wrong.get(0)[i] *= 1.01;
      }
      assertEquals(0.01, step.error(step.name(), wrong, exact.results()), step.bound());
    }
  }

  private static void logitsAreThoseOfF64(Network network) {
    var inference = new Inference(network, 2);
    try (var run = inference.open(Machines.best(), 2); var exact = inference.exact(Machines.best(), 2)) {
      run.run();
      exact.run();
      Agreement.require(inference.name(), Agreement.relativeError(inference.name(), run.results(), exact.results()),
          inference.bound());
    }
  }

  /** A process of its own that reads the weights from a file gives the same logits. */
  @Test
  void aProcessGivesItsResult() {
    var start = new ColdStart(Network.LENET, 2);
    try (var run = start.open(Machines.best(), 1); var same = start.inference().open(Machines.best(), 1)) {
      run.run();
      same.run();
      assertArrayEquals(same.results().getFirst(), run.results().getFirst());
    }
  }

  /** Multiply-adds by hand, of one sample; taps on padding are left out. */
  @Test
  void flopsAreCounted() {
    long first = 6L * (28 * 5 - 6) * (28 * 5 - 6);
    long others = 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10;
    assertEquals(2.0 * (2 * first + 3 * others), new TrainingStep(Network.LENET, 1).flops());
    long turns = 100L * 1024 * 256;
    assertEquals(2.0 * (2 * turns + 3 * (3 * turns) + 3 * 2560), new TrainingStep(Network.LSTM, 1).flops());
    long projections = 128L * (4 * 384 * 384 + 2 * 384 * 1536);
    long attention = 2L * 128 * 128 * 384;
    assertEquals(2.0 * (3 * 6 * (projections + attention) - 3 * 128 * 384 * 384 + 3 * 3840),
        new TrainingStep(Network.TRANSFORMER, 1).flops());
    assertEquals(2.0 * (first + others), new Inference(Network.LENET, 1).flops());
  }
}
