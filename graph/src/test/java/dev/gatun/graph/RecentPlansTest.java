package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.KernelSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A predictor keeps the plans that were used last, in memory that has a bound, whatever sizes it is asked for. */
class RecentPlansTest {
  private static final int KEPT = 16;
  private static final int SIZES = 40;
  /** A plan of size n has n rows of this many numbers. */
  private static final int ROW = 1000;
  private static final Model MODEL = Model.of("""
      model twice(x: f32[N, 1000]) { output total = 2 * x }
      """);

  private final TensorArena arena = TensorArena.root("test", 1 << 26);
  private final TensorArena answers = TensorArena.root("answers", 1 << 26);
  private final Counting machine = new Counting(Machines.best());

  /** A machine that counts how often kernels are asked for: each plan of the model asks as often. */
  private static final class Counting extends ForwardingBackend {
    private final AtomicInteger asked = new AtomicInteger();

    private Counting(Backend machine) {
      super(machine);
    }

    @Override
    public List<Choice> choices(KernelSpec spec) {
      asked.incrementAndGet();
      return super.choices(spec);
    }
  }

  @AfterEach
  void close() {
    arena.close();
    answers.close();
  }

  private Predictor predictor() {
    return new Predictor(MODEL, new Variables(machine, arena, Map.of()), arena, 1);
  }

  private void run(Predictor predictor, int size) {
    try (var own = answers.child("answer")) {
      var x = own.allocate(DType.F32, Shape.of(size, ROW));
      x.set(size, size - 1, ROW - 1);
      var total = predictor.run(Map.of("x", x), List.of("total"), own).get("total");
      assertEquals(2 * size, total.get(size - 1, ROW - 1));
    }
  }

  private void run(Predictor predictor, IntStream sizes) {
    sizes.forEach(size -> run(predictor, size));
  }

  /** Whether a run of this size makes a plan. */
  private boolean plans(Predictor predictor, int size) {
    int before = machine.asked.get();
    run(predictor, size);
    return machine.asked.get() > before;
  }

  /** After any number of sizes in turn, the memory is what the last sixteen take alone: the others left nothing. */
  @Test
  void whatIsEvictedLeavesNothing() {
    long expected;
    try (var fresh = predictor()) {
      run(fresh, IntStream.rangeClosed(1, KEPT));
      expected = arena.usedBytes();
    }
    try (var predictor = predictor()) {
      run(predictor, IntStream.rangeClosed(1, SIZES));
      assertTrue(arena.usedBytes() > expected, "larger sizes take more");
      run(predictor, IntStream.rangeClosed(1, SIZES));
      run(predictor, IntStream.rangeClosed(1, KEPT));
      assertEquals(expected, arena.usedBytes());
    }
  }

  @Test
  void whatWasUsedLongestAgoMakesRoom() {
    try (var predictor = predictor()) {
      run(predictor, IntStream.rangeClosed(1, KEPT));
      for (int size = KEPT; size > 0; size--) {
        assertEquals(false, plans(predictor, size), "size " + size + " is kept");
      }
      // Now size 16 is the one that was used longest ago.
      assertTrue(plans(predictor, KEPT + 1));
      for (int size = 1; size < KEPT; size++) {
        assertEquals(false, plans(predictor, size), "size " + size + " is kept");
      }
      assertTrue(plans(predictor, KEPT), "size 16 made room");
    }
  }

  /** Whoever is used again and again stays, however many others come in between. */
  @Test
  void aSizeInUseStays() {
    try (var predictor = predictor()) {
      run(predictor, 1);
      for (int size = 2; size <= SIZES; size++) {
        run(predictor, size);
        assertEquals(false, plans(predictor, 1));
      }
    }
  }

  /** Requests that cannot be planned cost at most one plan its place, however many they are. */
  @Test
  void mistakesDoNotCrowdOutPlans() {
    try (var predictor = predictor(); var own = answers.child("answer")) {
      run(predictor, IntStream.rangeClosed(1, KEPT));
      var x = own.allocate(DType.F32, Shape.of(1, ROW));
      for (int i = 0; i < SIZES; i++) {
        var none = List.of("none" + i);
        assertThrows(IllegalArgumentException.class, () -> predictor.run(Map.of("x", x), none, own));
      }
      for (int size = 2; size <= KEPT; size++) {
        assertEquals(false, plans(predictor, size));
      }
    }
  }

  /** Several threads at once: right results, and no more memory than sixteen of the largest plans in each session. */
  @Test
  void anyOrderOnAnyThreadsHasABound() throws InterruptedException {
    long largest;
    try (var one = predictor()) {
      run(one, SIZES);
      largest = arena.usedBytes();
    }
    int seats = Runtime.getRuntime().availableProcessors();
    try (var predictor = predictor()) {
      var faults = Collections.synchronizedList(new ArrayList<Throwable>());
      var threads = IntStream.range(0, 4).mapToObj(number -> Thread.ofPlatform().start(() -> {
        try {
          var order = new ArrayList<>(IntStream.rangeClosed(1, SIZES).boxed().toList());
          for (int turn = 0; turn < 5; turn++) {
            Collections.shuffle(order, new Random(100L * number + turn));
            order.forEach(size -> run(predictor, size));
          }
        } catch (Throwable e) {
          faults.add(e);
        }
      })).toList();
      for (var thread : threads) {
        thread.join();
      }
      assertEquals(List.of(), faults);
      assertTrue(arena.peakBytes() <= seats * KEPT * largest, () -> arena + ", peak " + arena.peakBytes());
    }
  }

  /** Threads that want the same plan at once get one that was made once. */
  @Test
  void aPlanIsMadeOnce() {
    try (var predictor = predictor()) {
      run(predictor, 1);
      int each = machine.asked.get();
      IntStream.range(0, 64).parallel().forEach(_ -> run(predictor, 2));
      assertEquals(2 * each, machine.asked.get());
    }
  }

  /** A session of a caller's own gives a plan's memory back too, and refuses what is asked of it afterwards. */
  @Test
  void aSessionUnloadsAPlan() {
    try (var predictor = predictor(); var session = predictor.session(Map.of("N", 1L))) {
      long before = arena.usedBytes();
      var first = session.load(predictor.plan(Map.of("N", 3L), List.of("total")));
      long loaded = arena.usedBytes();
      var second = session.load(predictor.plan(Map.of("N", 5L), List.of("total")));
      second.close();
      second.close();
      assertEquals(loaded, arena.usedBytes());
      assertEquals("the plan is closed", assertThrows(IllegalStateException.class, second::run).getMessage());
      first.run();
      first.close();
      assertEquals(before, arena.usedBytes());
      var third = session.load(first.plan());
      third.run();
    }
  }

  /** A plan that does not fit leaves nothing behind. */
  @Test
  void aPlanThatDoesNotFitLeavesNothing() {
    try (var predictor = predictor(); var session = predictor.session(Map.of("N", 1L))) {
      long before = arena.usedBytes();
      var plan = predictor.plan(Map.of("N", 100_000L), List.of("total"));
      assertThrows(BudgetException.class, () -> session.load(plan));
      assertEquals(before, arena.usedBytes());
    }
  }
}
