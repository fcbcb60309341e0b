package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TensorArenaTest {
  @Test
  void everyByteCounts() {
    try (var root = TensorArena.root("root", 4096)) {
      root.allocate(DType.F32, Shape.of(3));
      assertEquals(64, root.usedBytes());
      try (var child = root.child("child")) {
        child.allocateBytes(1000);
        assertEquals(1024, child.usedBytes());
        assertEquals(1088, root.usedBytes());
        assertEquals(4096, child.limitBytes());
        assertEquals(4096 - 1088, child.freeBytes());
        assertEquals("arena `child`: 1.0 KiB used, limit 4.0 KiB", child.toString());
      }
      assertEquals(64, root.usedBytes());
      assertEquals(1088, root.peakBytes());
      assertEquals(0, root.allocateBytes(0).byteSize());
      assertEquals(64, root.usedBytes());
    }
  }

  @Test
  void budgetNamesTheLargestOwners() {
    try (var root = TensorArena.root("root", 1 << 20);
        var big = root.child("model big");
        var small = root.child("model small")) {
      big.allocateBytes(700 << 10);
      small.allocateBytes(100 << 10);
      var error = assertThrows(BudgetException.class, () -> small.allocate(DType.F32, Shape.of(300, 1024)));
      assertEquals("arena `model small` requested 1.2 MiB, but 800.0 KiB of the limit of 1.0 MiB are used; "
          + "largest owners: `model big` 700.0 KiB, `model small` 100.0 KiB", error.getMessage());
      assertEquals(300 * 4096, error.requested());
      assertEquals(800 << 10, error.used());
      assertEquals(1 << 20, error.limit());
      assertEquals("model big", error.largest().getFirst().arena());
      assertEquals(800 << 10, root.usedBytes());
      assertThrows(BudgetException.class, () -> root.allocate(DType.F64, Shape.of(Long.MAX_VALUE)));
      assertThrows(BudgetException.class, () -> root.allocateBytes(Long.MAX_VALUE));
      root.allocateBytes(224 << 10);
    }
  }

  @Test
  void memoryThatTheSystemRefusesIsGivenBack() {
    try (var root = TensorArena.root("root", Long.MAX_VALUE)) {
      assertThrows(Throwable.class, () -> root.allocateBytes(1L << 60));
      assertEquals(0, root.usedBytes());
    }
  }

  @Test
  void closeIsRefusedWhileHeld() {
    var root = TensorArena.root("root", 4096);
    var child = root.child("model lenet");
    var tensor = child.allocate(DType.F32, Shape.of(4));
    assertEquals(1, child.acquire());
    var error = assertThrows(IllegalStateException.class, child::close);
    assertEquals("close() of arena `model lenet` refused: a step is running", error.getMessage());
    assertEquals(2, child.acquire());
    error = assertThrows(IllegalStateException.class, child::close);
    assertEquals("close() of arena `model lenet` refused: 2 steps are running", error.getMessage());
    error = assertThrows(IllegalStateException.class, root::close);
    assertEquals("close() of arena `root` refused: 2 steps are running in `model lenet`", error.getMessage());
    tensor.fill(3);
    root.allocateBytes(1);
    assertEquals(1, child.release());
    assertEquals(0, child.release());
    error = assertThrows(IllegalStateException.class, child::release);
    assertEquals("release() of arena `model lenet` without acquire()", error.getMessage());
    child.close();
    root.close();
  }

  @Test
  void closedArenaRefusesEverything() {
    var root = TensorArena.root("root", 4096);
    var tensor = root.allocate(DType.F32, Shape.of(4));
    assertFalse(root.isClosed());
    root.close();
    root.close();
    assertTrue(root.isClosed());
    var calls = List.<Runnable>of(root::acquire, () -> root.child("late"), () -> root.allocateBytes(8), tensor::address,
        tensor::segment, () -> tensor.get(0), () -> tensor.set(1, 0), tensor::toFloats, () -> tensor.fill(1),
        () -> tensor.slice(0, 1, 2).toInts());
    for (var call : calls) {
      var error = assertThrows(IllegalStateException.class, call::run);
      assertEquals("arena `root` is closed", error.getMessage());
    }
    assertEquals("arena `root`: closed", root.toString());
    assertEquals(0, root.usedBytes());
  }

  @Test
  void leaksAreNamedAndFreed() {
    var root = TensorArena.root("root", 4096);
    var session = root.child("session a");
    session.allocateBytes(1024);
    var scratch = session.child("scratch");
    var error = assertThrows(LeakException.class, root::close);
    assertEquals("arena `root` closed while these were open: `session a` (1.0 KiB), `scratch` (0 B); "
        + "TensorArena.trace(true) records where an arena is opened", error.getMessage());
    assertTrue(root.isClosed() && session.isClosed() && scratch.isClosed());
    scratch.close();
    assertEquals(0, root.usedBytes());
  }

  @Test
  void tracingShowsWhereALeakWasOpened() {
    TensorArena.trace(true);
    try {
      var root = TensorArena.root("root", 4096);
      root.child("forgotten");
      var error = assertThrows(LeakException.class, root::close);
      var opened = error.leaks().getFirst().opened().getFirst();
      assertEquals("tracingShowsWhereALeakWasOpened", opened.getMethodName());
      assertTrue(error.getMessage().endsWith("`forgotten` (0 B) opened at " + opened), error.getMessage());
    } finally {
      TensorArena.trace(false);
    }
  }

  @Test
  void closeIsRefusedWhileAChannelUsesTheMemory() throws Exception {
    var root = TensorArena.root("root", 1 << 20);
    var buffer = root.allocateBytes(1 << 20).asByteBuffer();
    var pipe = Pipe.open();
    try (var pool = Executors.newSingleThreadExecutor(); var source = pipe.source(); var sink = pipe.sink()) {
      var writer = pool.submit(() -> sink.write(buffer));
      var taken = ByteBuffer.allocate(1 << 20);
      // One byte has come through, so the writer is inside its call and blocked on the rest.
      source.read(taken.limit(1));
      var error = assertThrows(IllegalStateException.class, root::close);
      assertEquals("close() of arena `root` refused: a channel is using its memory", error.getMessage());
      assertEquals(1, root.acquire());
      root.release();
      for (taken.limit(1 << 20); taken.hasRemaining();) {
        source.read(taken);
      }
      assertEquals(1 << 20, writer.get());
    }
    root.close();
  }

  @Test
  void negativeSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> TensorArena.root("root", -1));
    try (var root = TensorArena.root("root", 64)) {
      assertThrows(IllegalArgumentException.class, () -> root.allocateBytes(-1));
    }
  }

  @Test
  void holdingAllocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var root = TensorArena.root("root", 64)) {
      long allocated = Long.MAX_VALUE;
      // The first rounds pay for class loading and compilation.
      for (int round = 0; round < 10 && allocated != 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
          root.acquire();
          root.release();
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertEquals(0, allocated);
    }
  }

  /** Workers hold and touch arenas while another thread closes them: an access either works or is refused. */
  @Test
  void closeAndHoldersNeverMeet() throws Exception {
    try (var pool = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < 200; round++) {
        var root = TensorArena.root("root", 1 << 16);
        var child = root.child("child");
        var tensor = child.allocate(DType.I64, Shape.of(64));
        var refusals = new AtomicInteger();
        var go = new CountDownLatch(1);
        var workers = List.of(1, 2).stream().map(worker -> pool.submit(() -> {
          go.await();
          while (true) {
            try {
              child.acquire();
            } catch (IllegalStateException e) {
              assertEquals("arena `child` is closed", e.getMessage());
              return null;
            }
            try {
              tensor.setLong(worker, worker);
              child.allocateBytes(0);
            } finally {
              child.release();
            }
            // Two that hold in turn without a pause would never let the third in.
            LockSupport.parkNanos(1000);
          }
        })).toList();
        var closer = pool.submit(() -> {
          go.await();
          while (!child.isClosed()) {
            try {
              child.close();
            } catch (IllegalStateException e) {
              refusals.incrementAndGet();
            }
          }
          return null;
        });
        go.countDown();
        closer.get();
        for (var worker : workers) {
          worker.get();
        }
        root.close();
        assertEquals(0, root.usedBytes());
      }
    }
  }

  @Test
  void countsStayRightUnderThreads() throws Exception {
    try (var root = TensorArena.root("root", 1 << 20); var pool = Executors.newFixedThreadPool(4)) {
      var tasks = IntStream.range(0, 4).mapToObj(worker -> pool.submit(() -> {
        for (int i = 0; i < 200; i++) {
          try (var child = root.child("child " + worker)) {
            child.allocateBytes(256 << 10);
          } catch (BudgetException e) {
            assertTrue(e.used() <= e.limit());
          }
        }
      })).toList();
      for (var task : tasks) {
        task.get();
      }
      assertEquals(0, root.usedBytes());
      assertTrue(root.peakBytes() <= 1 << 20);
    }
  }

  /** More than any system has, within the limit: refused with what was wanted, and not counted. */
  @Test
  void memoryThatTheSystemRefuses() {
    try (var arena = TensorArena.root("big", Long.MAX_VALUE)) {
      var error = assertThrows(NativeMemoryError.class, () -> arena.allocateBytes(1L << 60));
      assertEquals("arena `big` requested " + Bytes.text(1L << 60) + ", which its limit allows and the system refused",
          error.getMessage());
      assertEquals(1L << 60, error.requested());
      assertEquals(0, arena.usedBytes());
    }
  }
}
