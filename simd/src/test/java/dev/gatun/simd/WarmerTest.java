package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stays slow is made anew, or reported once with its name and a remedy; nothing stays slow in silence. */
class WarmerTest {
  private static final Logger LOGGER = Logger.getLogger("dev.gatun.simd");

  private final Warmer warmer = new Warmer(1_000_000);
  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord entry) {
      reports.add(entry.getMessage());
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
    }
  };

  /** A kernel whose classes are fast as told by their number, from 1. */
  private static final class Fake implements Warmable {
    private final String name;
    private final boolean small;
    private volatile IntPredicate fast;
    private volatile double cost;
    private volatile int classes;
    private volatile int rehearsals;
    private volatile boolean generatedServes;
    private volatile byte[] garbage;

    Fake(String name, boolean small, IntPredicate fast) {
      this.name = name;
      this.small = small;
      this.fast = fast;
    }

    @Override
    public boolean renew() {
      classes = classes + 1;
      return small;
    }

    @Override
    public Rehearsal rehearse(Arena arena) {
      rehearsals = rehearsals + 1;
      return new Rehearsal() {
        @Override
        public void count() {
        }

        @Override
        public void measured() {
          if (!fast.test(classes)) {
            garbage = new byte[100];
          }
        }

        @Override
        public long vectors() {
          return 1;
        }
      };
    }

    @Override
    public double cost() {
      return cost;
    }

    @Override
    public void serve(boolean generated) {
      generatedServes = generated;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
    warmer.start();
  }

  @AfterEach
  void leave() {
    warmer.interrupt();
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }

  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(5);
    }
    assertTrue(condition.getAsBoolean(), what);
  }

  private Fake add(Fake fake) {
    warmer.add(fake);
    return fake;
  }

  @Test
  void whatHasCostMostIsWarmedFirst() throws InterruptedException {
    var order = new CopyOnWriteArrayList<String>();
    var late = new Warmer(1_000_000);
    for (int cost : new int[] {1, 9, 5, 9, 0}) {
      var name = "cost " + cost;
      var fake = new Fake(name, true, number -> {
        order.addIfAbsent(name);
        return true;
      });
      fake.cost = cost;
      late.add(fake);
    }
    late.start();
    try {
      await(() -> order.size() == 4, "all are warmed");
    } finally {
      late.interrupt();
    }
    assertEquals(List.of("cost 9", "cost 5", "cost 1", "cost 0"), order);
  }

  /** What was used long ago waits for what is used now. */
  @Test
  void whatHasCostMostOfLateIsWarmedFirst() throws InterruptedException {
    var order = new CopyOnWriteArrayList<String>();
    var late = new Warmer(1_000_000);
    var old = new Fake("old", true, number -> order.add("old"));
    var used = new Fake("used", true, number -> order.add("used"));
    var others = new Fake[4];
    for (int i = 0; i < others.length; i++) {
      var name = "other " + i;
      others[i] = new Fake(name, true, number -> {
        used.cost += 30;
        return order.add(name);
      });
      others[i].cost = 1000 - i;
      late.add(others[i]);
    }
    old.cost = 100;
    late.add(old);
    late.add(used);
    late.start();
    try {
      await(() -> order.contains("old") && order.contains("used"), "all are warmed");
    } finally {
      late.interrupt();
    }
    assertTrue(order.indexOf("used") < order.indexOf("old"), order::toString);
  }

  @Test
  void aMethodThatIsStuckIsMadeAnew() throws InterruptedException {
    var stuck = add(new Fake("stuck", true, number -> number == 3));
    await(() -> stuck.generatedServes, "the third class serves");
    assertEquals(3, stuck.classes);
    assertEquals(List.of(), reports);
  }

  @Test
  void aKernelThatStaysSlowIsReportedOnce() throws InterruptedException {
    add(new Fake("quick", true, number -> true));
    var slow = add(new Fake("a kernel for step map at model.gat:3:4", true, number -> false));
    await(() -> slow.classes > Warmer.ATTEMPTS + 2, "it is tried again and again");
    assertEquals(1, reports.size(), reports::toString);
    assertTrue(reports.getFirst().startsWith("a kernel for step map at model.gat:3:4 has not been compiled"),
        reports::toString);
    assertTrue(reports.getFirst().contains("-XX:Tier3DelayOn=100000"), reports::toString);
  }

  @Test
  void aMachineOnWhichNothingIsCompiledIsReportedOnce() throws InterruptedException {
    var fakes = List.of(add(new Fake("one", true, number -> false)), add(new Fake("two", true, number -> false)));
    await(() -> fakes.stream().allMatch(f -> f.classes > Warmer.ATTEMPTS + 1), "all are tried again and again");
    assertEquals(1, reports.size(), reports::toString);
    assertTrue(reports.getFirst().startsWith("the machine cpu has had no kernel compiled"), reports::toString);
  }

  @Test
  void aKernelThatBecomesSlowIsServedByItsTwinAndReported() throws InterruptedException {
    var fake = add(new Fake("fickle", true, number -> true));
    await(() -> fake.generatedServes, "it serves");
    fake.fast = number -> false;
    await(() -> !fake.generatedServes, "its twin serves");
    await(() -> !reports.isEmpty(), "it is reported");
    assertTrue(reports.getFirst().startsWith("fickle has not been compiled"), reports::toString);
    fake.fast = number -> true;
    await(() -> fake.generatedServes, "it serves again");
    assertEquals(1, reports.size(), reports::toString);
  }

  @Test
  void aKernelThatIsFastIsLookedAtAgainInTheSameClass() throws InterruptedException {
    var fake = add(new Fake("fast", true, number -> true));
    await(() -> fake.rehearsals == 2, "it is looked at again");
    assertEquals(1, fake.classes);
    assertTrue(fake.generatedServes);
    assertEquals(List.of(), reports);
  }

  @Test
  void aKernelTooLargeToBeCompiledIsReported() throws InterruptedException {
    add(new Fake("giant", false, number -> true));
    await(() -> !reports.isEmpty(), "it is reported");
    assertTrue(reports.getFirst().startsWith("giant is too large to be compiled"), reports::toString);
  }
}
