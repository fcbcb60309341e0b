package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TeamTest {
  private final Team team = new Team(4);

  @Test
  void everyTaskRunsOnceOnAWorkerOfItsOwn() {
    for (int call = 0; call < 20_000; call++) {
      int count = call % 13;
      var runs = new AtomicIntegerArray(13);
      var inside = new AtomicIntegerArray(4);
      team.run(count, 1 + call % 5, (task, worker) -> {
        assertEquals(1, inside.incrementAndGet(worker));
        runs.incrementAndGet(task);
        inside.decrementAndGet(worker);
      });
      for (int task = 0; task < 13; task++) {
        assertEquals(task < count ? 1 : 0, runs.get(task));
      }
    }
  }

  @Test
  void fewerThreadsThanTheTeamHasCanBeAskedFor() {
    var highest = new AtomicInteger();
    for (int call = 0; call < 1000; call++) {
      team.run(50, 2, (task, worker) -> highest.accumulateAndGet(worker, Math::max));
    }
    assertTrue(highest.get() < 2);
  }

  @Test
  void whatATaskThrowsReachesTheCallerAndTheTeamLivesOn() {
    var boom = new IllegalStateException("boom");
    for (int call = 0; call < 200; call++) {
      assertSame(boom, assertThrows(IllegalStateException.class, () -> team.run(8, (task, worker) -> {
        if (task == 5) {
          throw boom;
        }
      })));
      var sum = new AtomicInteger();
      team.run(8, (task, worker) -> sum.addAndGet(task));
      assertEquals(28, sum.get());
    }
  }

  @Test
  void callsFromTasksRunOnTheSameWorker() {
    var sum = new AtomicInteger();
    team.run(8, (task, worker) -> team.run(8, (inner, self) -> {
      assertEquals(worker, self);
      sum.incrementAndGet();
    }));
    assertEquals(64, sum.get());
  }

  @Test
  void manyCallersAtOnceAreServed() throws InterruptedException {
    var sum = new AtomicLong();
    var callers = new Thread[6];
    for (int i = 0; i < callers.length; i++) {
      callers[i] = new Thread(() -> {
        for (int call = 0; call < 2000; call++) {
          team.run(7, (task, worker) -> sum.addAndGet(task));
        }
      });
      callers[i].start();
    }
    for (var caller : callers) {
      caller.join();
    }
    assertEquals(6L * 2000 * 21, sum.get());
  }

  @Test
  void parkedWorkersWakeUp() throws InterruptedException {
    for (int call = 0; call < 20; call++) {
      Thread.sleep(2);
      var sum = new AtomicInteger();
      team.run(16, (task, worker) -> sum.addAndGet(task));
      assertEquals(120, sum.get());
    }
  }

  @Test
  void callsAllocateNothing() {
    var sums = new long[4];
    Team.Task task = (index, worker) -> sums[worker] += index;
    Allocation.assertNone(() -> team.run(4, task));
  }
}
