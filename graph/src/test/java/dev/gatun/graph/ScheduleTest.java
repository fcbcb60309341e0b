package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.Schedule.Time;
import org.junit.jupiter.api.Test;

/** Rates beside the formulas that their names stand for. */
class ScheduleTest {
  private static final long TOTAL = 1000;
  private static final long EPOCH = 10;

  private static void equal(double expected, double found) {
    assertEquals(expected, found, 4 * Math.ulp(expected) + 1e-16);
  }

  @Test
  void cosineRisesAndThenFallsByHalfACosine() {
    var schedule = new Schedule.Cosine(0.3, Time.epochs(2));
    for (long step = 0; step <= TOTAL; step++) {
      double expected = step < 20 ? 0.3 * (step + 1) / 20
          : 0.3 * (1 + StrictMath.cos(Math.PI * (step - 20) / (TOTAL - 20))) / 2;
      equal(expected, schedule.rate(step, TOTAL, EPOCH));
    }
    equal(0, schedule.rate(2 * TOTAL, TOTAL, EPOCH));
  }

  @Test
  void linearDecayIsALine() {
    var schedule = new Schedule.LinearDecay(0.2);
    for (long step = 0; step <= TOTAL; step++) {
      equal(0.2 * (TOTAL - step) / TOTAL, schedule.rate(step, TOTAL, EPOCH));
    }
    equal(0, schedule.rate(2 * TOTAL, TOTAL, EPOCH));
  }

  @Test
  void stepDecayIsAPower() {
    for (double factor : new double[] {0.1, 0.97, 0, 1}) {
      var schedule = new Schedule.StepDecay(0.1, Time.steps(30), factor);
      for (long step = 0; step <= TOTAL; step++) {
        double expected = 0.1 * Math.pow(factor, step / 30);
        assertEquals(expected, schedule.rate(step, TOTAL, EPOCH), 1e-14 * expected);
      }
    }
  }

  @Test
  void plateauFallsWhenNothingGetsBetter() {
    var schedule = new Schedule.Plateau(0.1, 0.5, 2);
    equal(0.1, schedule.rate(7, TOTAL, EPOCH));
    equal(1, schedule.scale(new double[] {3, 2, 1}));
    equal(1, schedule.scale(new double[] {1, 2, 2}));
    equal(0.5, schedule.scale(new double[] {1, 2, 0.99995, 3}));
    equal(0.5, schedule.scale(new double[] {1, 2, 2, 2, 0.5, 2, 2}));
    equal(0.25, schedule.scale(new double[] {1, 2, 2, 2, 2, 2, 2}));
  }

  @Test
  void constantStays() {
    equal(0.1, new Schedule.Constant(0.1).rate(7, TOTAL, EPOCH));
  }
}
