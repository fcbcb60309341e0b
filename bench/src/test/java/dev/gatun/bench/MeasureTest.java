package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.bench.Measure.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class MeasureTest {
  private static final Effort SHORT = new Effort(0.02, 0.1, 0.005, 3, 0);

  @Test
  void medianIsTheMiddleOne() {
    assertEquals(2, Measure.median(new double[] {3, 1, 2}));
    assertEquals(2.5, Measure.median(new double[] {4, 1, 3, 2}));
    assertThrows(IllegalArgumentException.class, () -> Measure.median(new double[0]));
  }

  @Property(tries = 200)
  void halfOfTheNumbersAreNotAboveTheMedian(@ForAll @NotEmpty List<@DoubleRange(min = -1e6, max = 1e6) Double> values) {
    double median = Measure.median(values.stream().mapToDouble(v -> v).toArray());
    assertTrue(2 * values.stream().filter(v -> v <= median).count() >= values.size());
    assertTrue(2 * values.stream().filter(v -> v >= median).count() >= values.size());
  }

  @Test
  void windowsAgreeWithinFivePercent() {
    assertTrue(Measure.agree(new double[] {1, 1.05, 1.02}));
    assertFalse(Measure.agree(new double[] {1, 1.06, 1.02}));
  }

  /** A subject that waits takes at least as long as it waits, and one of several operations is divided by them. */
  @Test
  void timesAreOfOneOperation() {
    var timings = Measure.alternate(SHORT, List.of(
        Subject.of("one", () -> LockSupport.parkNanos(2_000_000)),
        new Subject("ten", 10, () -> LockSupport.parkNanos(2_000_000))));
    assertTrue(timings.get(0).best() >= 1e-3, timings::toString);
    assertTrue(timings.get(1).best() < timings.get(0).best() / 5, timings::toString);
    for (var timing : timings) {
      assertTrue(timing.best() <= timing.median() && timing.median() <= timing.worst(), timings::toString);
    }
  }

  /** What is slow but steady is not measured before it is compiled. */
  @Test
  void coldCodeIsNotMeasured() {
    var turns = new int[1];
    var cold = new double[1];
    var subject = new Subject("slow at first", 1, false, () -> cold[0], () -> {
      boolean slow = turns[0]++ < 100;
      LockSupport.parkNanos(slow ? 4_000_000 : 1_000_000);
      cold[0] += slow ? 4e6 : 0;
    });
    var timing = Measure.alternate(SHORT, List.of(subject)).getFirst();
    assertTrue(turns[0] > 100, turns[0] + " turns");
    assertTrue(timing.worst() < 3.5e-3, timing::toString);
  }

  /** Once all are warm they take turns: as many turns as windows, whatever the number of calls in each. */
  @Test
  void subjectsTakeTurns() {
    var order = new ArrayList<String>();
    Measure.alternate(SHORT, List.of(turn("a", order), turn("b", order)));
    assertEquals(List.of("a", "b", "a", "b", "a", "b", "a", "b"), order);
  }

  private static Subject turn(String name, List<String> order) {
    return Subject.of(name, () -> {
      if (order.isEmpty() || !order.getLast().equals(name)) {
        order.add(name);
      }
      LockSupport.parkNanos(100_000);
    });
  }
}
