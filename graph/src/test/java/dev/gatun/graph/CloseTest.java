package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.Plan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is closed while a step runs waits for it or refuses: no kernel ever works on memory that is gone. */
@Timeout(60)
class CloseTest {
  private static final Clouds DATA = Clouds.draw(20, 1);
  private static final Model MODEL = Model.of("""
      model tiny(image: f32[N, 1, 6, 6], label: i32[N]) {
        loss = cross_entropy(image |> flatten |> linear(3), label)
        output logits = image |> flatten |> linear(3)
      }
      train tiny { minimize loss; batch = 10; epochs = 1000; metric accuracy(logits, label) }
      """);

  private final TensorArena root = TensorArena.root("test", 1 << 24);
  private final Slow machine = new Slow();

  /** The interpreter, one of whose kernels begins and ends when the test says so. */
  private static final class Slow extends ForwardingBackend {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger loaded = new AtomicInteger();
    private volatile boolean slow;
    private volatile Throwable harm;

    private Slow() {
      super(new Interpreter());
    }

    @Override
    public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
      var right = super.load(plan, memory, arena, threads);
      loaded.incrementAndGet();
      return new Executable() {
        @Override
        public void run() {
          running.incrementAndGet();
          if (slow) {
            slow = false;
            begun.countDown();
            await(mayEnd);
          }
          try {
            right.run();
          } catch (IllegalStateException gone) {
            harm = gone;
          } finally {
            running.decrementAndGet();
          }
        }

        @Override
        public void close() {
          if (running.get() > 0) {
            harm = new AssertionError("closed while it runs");
          }
          right.close();
          loaded.decrementAndGet();
        }
      };
    }

    private static void await(CountDownLatch latch) {
      try {
        assertTrue(latch.await(50, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static CompletableFuture<Void> onAThread(Runnable work) {
    return CompletableFuture.runAsync(work, task -> new Thread(task).start());
  }

  /** Starts work on another thread, and returns when one of its kernels runs. */
  private CompletableFuture<Void> started(Runnable work) {
    machine.slow = true;
    var done = onAThread(work);
    Slow.await(machine.begun);
    return done;
  }

  /** Requires that closing waits for the kernel, and that the kernel then meets no harm. */
  private void closeWaits(CompletableFuture<?> work, AutoCloseable closing) throws Exception {
    var closed = onAThread(() -> {
      try {
        closing.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
    assertThrows(TimeoutException.class, () -> closed.get(200, TimeUnit.MILLISECONDS));
    assertEquals(null, machine.harm);
    machine.mayEnd.countDown();
    closed.get();
    assertEquals(null, machine.harm);
    work.handle((_, _) -> null).join();
  }

  private Trainer trainer() {
    return new Trainer(MODEL, Trainer.settings(MODEL, DATA), machine, root, 1, DATA);
  }

  @Test
  void aSessionWaits() throws Exception {
    var session = new Session(machine, root, new Variables(machine, root, Map.of()), Map.of(), 1);
    var model = Model.of("model doubled(x: f32[16]) { output y = x + x }");
    try (var predictor = new Predictor(model, new Variables(machine, root, Map.of()), root, 1)) {
      var loaded = session.load(predictor.plan(Map.of(), List.of("y")));
      var run = started(loaded::run);
      closeWaits(run, session);
      run.join();
      assertEquals("the session is closed", assertThrows(IllegalStateException.class, loaded::run).getMessage());
      session.close();
    }
    root.close();
  }

  /** The owner of a session's memory refuses; so does that of the weights. */
  @Test
  void arenasRefuse() {
    var weights = root.child("weights");
    var own = root.child("own");
    var session = new Session(machine, own, new Variables(machine, weights, Map.of()), Map.of(), 1);
    var model = Model.of("model doubled(x: f32[16]) { output y = x + x }");
    try (var predictor = new Predictor(model, new Variables(machine, root, Map.of()), root, 1)) {
      var run = started(session.load(predictor.plan(Map.of(), List.of("y")))::run);
      for (var owner : new TensorArena[] {own, weights, root}) {
        assertThrows(IllegalStateException.class, owner::close);
        assertFalse(owner.isClosed());
      }
      machine.mayEnd.countDown();
      run.join();
      session.close();
      assertEquals(null, machine.harm);
    }
    own.close();
    weights.close();
    root.close();
  }

  @Test
  void aTrainerWaitsAndItsThreadIsToldAtTheNextStep() throws Exception {
    var trainer = trainer();
    var training = started(trainer::train);
    closeWaits(training, trainer);
    assertTrue(training.isCompletedExceptionally());
    var told = assertThrows(CompletionException.class, training::join).getCause();
    assertEquals(IllegalStateException.class, told.getClass());
    root.close();
  }

  /** Whatever does not fit the memory, what was loaded before it is closed. */
  @Test
  void aTrainerThatCannotBeMadeLeavesNothingOpen() {
    var odd = Clouds.draw(25, 1);
    var fits = new Trainer(MODEL, Trainer.settings(MODEL, odd), machine, root, 1, odd);
    long needed = root.usedBytes();
    fits.close();
    for (long limit = 0; limit < needed; limit += TensorArena.ALIGNMENT) {
      try (var small = TensorArena.root("small", limit)) {
        var settings = Trainer.settings(MODEL, odd);
        assertThrows(BudgetException.class, () -> new Trainer(MODEL, settings, machine, small, 1, odd));
        assertEquals(0, small.usedBytes());
        assertEquals(0, machine.loaded.get());
      }
    }
    root.close();
  }

  @Test
  void aPredictorWaitsForAMeasure() throws Exception {
    try (var trainer = trainer()) {
      var predictor = new Predictor(MODEL, trainer.variables(), root, 1);
      var measuring = started(() -> predictor.evaluate(DATA, 10));
      closeWaits(measuring, predictor);
      measuring.join();
      assertThrows(IllegalStateException.class, () -> predictor.evaluate(DATA, 10));
    }
    root.close();
  }

  @Test
  void aPredictorWaitsForAnAnswer() throws Exception {
    try (var trainer = trainer(); var request = new Request(root.child("request"))) {
      var predictor = new Predictor(MODEL, trainer.variables(), root, 1);
      var image = request.arena.allocate(DType.F32, Shape.of(1, 1, 6, 6));
      var running = started(() -> predictor.run(Map.of("image", image), List.of("logits"), request.arena));
      closeWaits(running, predictor);
      running.join();
    }
    root.close();
  }

  private record Request(TensorArena arena) implements AutoCloseable {
    @Override
    public void close() {
      arena.close();
    }
  }
}
