package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Proof that a kernel makes no garbage. */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {
  }

  /**
   * Runs a kernel until C2 has it, then 1000 times more, and requires that those allocate nothing on this thread. An
   * interpreted kernel allocates a vector per operation: so a failure also means that one never became warm.
   */
  static void assertNone(Runnable kernel) {
    assertNone("the kernel", kernel);
  }

  /** The same of one among many. */
  static void assertNone(Object named, Runnable kernel) {
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + 30_000_000_000L;
    while (least != 0 && System.nanoTime() < end) {
      least = Math.min(least, bytes(() -> {
        for (int i = 0; i < 1000 && System.nanoTime() < end; i++) {
          kernel.run();
        }
      }));
    }
    assertEquals(0, least, () -> "bytes allocated by 1000 calls of " + named);
  }

  /** Bytes that a call allocates on this thread. */
  static long bytes(Runnable call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    call.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
