package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import dev.gatun.ops.Backend;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepMachineTest {
  private static double[] product(Backend machine) {
    var operands = Map.of("a", new float[] {1, 2, 3, 4}, "b", new float[] {5, 6, 7, 8});
    try (var run = new GraphRun(machine, 1, Product.of("", 2, 2, 2).graph(), operands)) {
      run.run();
      return run.results().getFirst();
    }
  }

  /** A plan whose steps are timed one by one computes what the whole plan does. */
  @Test
  void sameNumbersAndEveryStepTimed() {
    var clocked = new StepMachine(Machines.best());
    assertArrayEquals(new double[] {19, 22, 43, 50}, product(Machines.best()));
    assertArrayEquals(new double[] {19, 22, 43, 50}, product(clocked));
    assertTrue(clocked.clocks().stream().allMatch(clock -> clock.seconds() > 0));
    assertEquals(clocked.clocks().size() + 2, StepTimes.table(clocked.clocks(), 1e11).lines().count());
  }
}
