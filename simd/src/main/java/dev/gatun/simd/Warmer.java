package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * Runs new vector classes on numbers of no account until HotSpot has compiled them, one at a time and beside the main
 * path, which the tapes serve meanwhile. One at a time, because methods of this size can be stuck below C2 when the
 * compilers' queue is long.
 */
final class Warmer extends Thread {
  /** Elements of the call that is timed, and those of the calls that make HotSpot count: whole steps and a rest. */
  private static final int TIMED = 2048;
  private static final int SMALL = 3 * 16 + 3;
  private static final int CALLS = 200;
  /**
   * Nanoseconds per vector operation that only C2's code stays below: C1's boxes every vector and takes about 100, the
   * interpreter 500.
   */
  private static final long COMPILED_NANOS = 8;
  /** Nanoseconds per lane of a scalar function. */
  private static final long CALL_NANOS = 400;
  /** After so long a kernel that is still slow stays with its tape. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final Warmer RUNNING = new Warmer();

  static {
    RUNNING.setDaemon(true);
    RUNNING.start();
  }

  private final LinkedBlockingDeque<Runnable> queue = new LinkedBlockingDeque<>();

  private Warmer() {
    super("gatun-warmer");
  }

  static void add(Kernel kernel) {
    RUNNING.queue.addLast(() -> warm(kernel));
  }

  /** Tiles come before kernels: most of the work is theirs. */
  static void add(WarmingTile tile) {
    RUNNING.queue.addFirst(tile::warm);
  }

  @Override
  public void run() {
    while (true) {
      try {
        queue.take().run();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void warm(Kernel kernel) {
    var structure = kernel.structure();
    var vector = kernel.generate();
    if (vector == null) {
      return;
    }
    // Through a handle that is no constant: inlined here, the method would be warm here alone.
    var run = handle(vector);
    try (var arena = Arena.ofConfined()) {
      var frame = new long[structure.frameLength()];
      Arrays.fill(frame, 1L);
      for (int s = 0; s < structure.strands().size(); s++) {
        frame[Structure.start(s)] = arena.allocate(TIMED * 8L, 64).address();
        frame[Structure.start(s) + 1] = 0;
      }
      frame[structure.scratch()] = arena.allocate(128, 64).address();
      long limit = limit(structure);
      long start = System.nanoTime();
      while (System.nanoTime() - start < PATIENCE_NANOS) {
        for (int i = 0; i < CALLS; i++) {
          run.invokeExact(frame, 2, SMALL);
        }
        long before = System.nanoTime();
        run.invokeExact(frame, 1, TIMED);
        if (System.nanoTime() - before < limit) {
          kernel.serve(vector);
          return;
        }
      }
    } catch (Throwable e) {
      throw new IllegalStateException("cannot warm a kernel for " + structure, e);
    }
  }

  private static MethodHandle handle(VectorKernel vector) {
    try {
      var type = MethodType.methodType(void.class, long[].class, int.class, int.class);
      return MethodHandles.lookup().findVirtual(VectorKernel.class, "run", type).bindTo(vector);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the timed call takes at most once it is compiled; narrower vectors take more operations, each as long. */
  private static long limit(Structure structure) {
    long calls = structure.code().stream().filter(i -> i.op() == Instruction.Op.CALL).count();
    return TIMED * 32L / Machine.detected().vectorBits() * COMPILED_NANOS * (structure.code().size() + 2) + calls * TIMED * CALL_NANOS;
  }
}
