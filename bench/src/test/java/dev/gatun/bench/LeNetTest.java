package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import org.junit.jupiter.api.Test;

class LeNetTest {
  /** Steps in f32 end where steps in f64 do, and one parameter whose movement is 1 % too long is told from rounding. */
  @Test
  void movementIsMeasuredFromExactSteps() {
    var data = LeNet.data(16);
    try (var net = new LeNet(Machines.best(), 1, 16, data)) {
      var initial = net.parameters();
      try (var exact = LeNet.exact(Machines.best(), 1, 16, data, initial)) {
        net.epoch();
        exact.epoch();
        double error = LeNet.movementError(initial, net.parameters(), net.losses(), exact);
        assertTrue(error < 2e-4, () -> "error " + error);
        var wrong = net.parameters();
        for (int i = 0; i < wrong.get(0).length; i++) {
          wrong.get(0)[i] += 0.01 * (wrong.get(0)[i] - initial.get(0)[i]);
        }
        assertEquals(0.01, LeNet.movementError(initial, wrong, net.losses(), exact), 1e-3);
      }
    }
  }
}
