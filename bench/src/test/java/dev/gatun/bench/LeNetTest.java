package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import org.junit.jupiter.api.Test;

class LeNetTest {
  /** Steps in f32 end where steps in f64 do, and one parameter whose movement is 1 % too long is told from rounding. */
  @Test
  void movementIsMeasuredFromExactSteps() {
    var step = new LeNetStep(16);
    try (var net = step.open(Machines.best(), 1); var exact = step.exact(Machines.best(), 1)) {
      net.run();
      exact.run();
      double error = Agreement.relativeError("LeNet", net.results(), exact.results());
      assertTrue(error < 2e-4, () -> "error " + error);
      var wrong = net.results();
      for (int i = 0; i < wrong.get(0).length; i++) {
        wrong.get(0)[i] *= 1.01;
      }
      assertEquals(0.01, Agreement.relativeError("LeNet", wrong, exact.results()), 1e-3);
    }
  }
}
