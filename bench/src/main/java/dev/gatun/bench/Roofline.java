package dev.gatun.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do, measured on the spot: multiply-adds from registers, and bytes through loops of the plainest
 * kind, in cache or in memory according to the footprint.
 *
 * @param threads how many threads worked at once, each on memory of its own
 * @param footprint bytes of each array
 * @param flops of f32 fma in a second, two for each lane
 * @param read bytes read in a second by a sum
 * @param write bytes written in a second by a fill
 * @param copy bytes read and written in a second by a copy
 * @param triad bytes read and written in a second by a · b + c
 */
public record Roofline(int threads, long footprint, double flops, double read, double write, double copy,
    double triad) {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int BYTES = SPECIES.vectorByteSize();
  /** Vectors in an unrolled body of a bandwidth loop. */
  private static final int UNROLLED = 4;
  /** Bytes that one call of a bandwidth loop touches at least, so that its start does not count. */
  private static final long LEAST_BYTES = 256 << 10;
  private static final int FMA_TURNS = 4_000;
  /** 2 ports × 4 cycles = 8 chains at most are needed; 12 also hide a fifth cycle, and fit 16 registers. */
  private static final int FMA_CHAINS = 12;

  /**
   * Measures; takes some seconds.
   *
   * @param footprint bytes of each of the three arrays, a multiple of 256
   */
  public static Roofline measure(int threads, long footprint, double secondsEach) {
    if (footprint % ((long) UNROLLED * BYTES) != 0 || footprint == 0) {
      throw new IllegalArgumentException("footprint " + footprint + ", expected a multiple of " + UNROLLED * BYTES);
    }
    int turns = turns(footprint);
    double bytes = (double) turns * footprint;
    return new Roofline(threads, footprint, flops(threads, footprint, secondsEach),
        bytes * rate(threads, secondsEach, arrays -> () -> read(arrays[0], turns), footprint),
        bytes * rate(threads, secondsEach, arrays -> () -> write(arrays[0], turns), footprint),
        2 * bytes * rate(threads, secondsEach, arrays -> () -> copy(arrays[0], arrays[1], turns), footprint),
        triad(threads, footprint, secondsEach));
  }

  private static int turns(long footprint) {
    return (int) Math.max(1, LEAST_BYTES / footprint);
  }

  private static double flops(int threads, long footprint, double seconds) {
    return 2.0 * FMA_CHAINS * SPECIES.length() * FMA_TURNS
        * rate(threads, seconds, arrays -> Roofline::multiplyAdds, footprint);
  }

  /** Flops in a second alone, see {@link #measure}. */
  public static double flops(int threads, double seconds) {
    return flops(threads, LEAST_BYTES, seconds);
  }

  /** Bytes in a second by a triad alone, see {@link #measure}. */
  public static double triad(int threads, long footprint, double seconds) {
    int turns = turns(footprint);
    return 4.0 * turns * footprint * rate(threads, seconds, arrays -> () -> triad(arrays, turns), footprint);
  }

  /** A loop whose result must be used. */
  private interface Loop {
    float run();
  }

  private interface Bound {
    Loop on(MemorySegment[] arrays);
  }

  /** Calls in a second, all threads together. */
  private static double rate(int threads, double seconds, Bound loop, long footprint) {
    var barrier = new CyclicBarrier(threads);
    IntFunction<Worker> start = i -> new Worker(barrier, loop, footprint, seconds);
    var workers = new ArrayList<Worker>();
    for (int i = 0; i < threads; i++) {
      workers.add(start.apply(i));
    }
    workers.forEach(Thread::start);
    double rate = 0;
    for (var worker : workers) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while measuring", e);
      }
      rate += worker.rate();
    }
    return rate;
  }

  private static final class Worker extends Thread {
    private static final int WINDOWS = 5;
    private static final double WARM_WINDOW = 0.05;
    /** A warm loop's windows do not gain more than this on each other. */
    private static final double GAIN = 1.1;
    /** Calls on small arrays by which C2 has compiled a loop: until then a call takes a thousand times longer. */
    private static final int WARM_CALLS = 3_000;
    private static final long WARM_FOOTPRINT = 16 << 10;

    private final CyclicBarrier barrier;
    private final Bound bound;
    private final long footprint;
    private final double seconds;
    private double best;
    private float sink;
    private Exception failure;

    private Worker(CyclicBarrier barrier, Bound bound, long footprint, double seconds) {
      super("roofline");
      this.barrier = barrier;
      this.bound = bound;
      this.footprint = footprint;
      this.seconds = seconds;
    }

    @Override
    public void run() {
      try (var arena = Arena.ofConfined()) {
        var arrays = new MemorySegment[4];
        for (int i = 0; i < arrays.length; i++) {
          arrays[i] = arena.allocate(footprint, 64);
        }
        warm(bound.on(Arrays.stream(arrays).map(array -> array.asSlice(0, Math.min(footprint, WARM_FOOTPRINT)))
            .toArray(MemorySegment[]::new)));
        var loop = bound.on(arrays);
        window(loop, WARM_WINDOW);
        for (int i = 0; i < WINDOWS; i++) {
          barrier.await();
          best = Math.max(best, window(loop, seconds / WINDOWS));
        }
      } catch (Exception e) {
        failure = e;
      }
    }

    /** Runs until a window is no faster than the best before it, and often enough for C2 to have been there. */
    private void warm(Loop loop) {
      for (int call = 0; call < WARM_CALLS; call++) {
        sink += loop.run();
      }
      double fastest = 0;
      double last = window(loop, WARM_WINDOW);
      while (last > GAIN * fastest) {
        fastest = Math.max(fastest, last);
        last = window(loop, WARM_WINDOW);
      }
    }

    /** Calls in a second. */
    private double window(Loop loop, double length) {
      long start = System.nanoTime();
      long end = start + (long) (1e9 * length);
      long calls = 0;
      long now;
      do {
        sink += loop.run();
        calls++;
        now = System.nanoTime();
      } while (now < end);
      return 1e9 * calls / (now - start);
    }

    private double rate() {
      if (failure != null || Float.isNaN(sink)) {
        throw new IllegalStateException("the roofline could not be measured", failure);
      }
      return best;
    }
  }

  // x · ½ + 1 tends to 2: no chain reaches a subnormal or infinite number.
  private static float multiplyAdds() {
    var half = FloatVector.broadcast(SPECIES, 0.5f);
    var one = FloatVector.broadcast(SPECIES, 1f);
    var a = one;
    var b = one;
    var c = one;
    var d = one;
    var e = one;
    var f = one;
    var g = one;
    var h = one;
    var i = one;
    var j = one;
    var k = one;
    var l = one;
    for (int turn = 0; turn < FMA_TURNS; turn++) {
      a = a.fma(half, one);
      b = b.fma(half, one);
      c = c.fma(half, one);
      d = d.fma(half, one);
      e = e.fma(half, one);
      f = f.fma(half, one);
      g = g.fma(half, one);
      h = h.fma(half, one);
      i = i.fma(half, one);
      j = j.fma(half, one);
      k = k.fma(half, one);
      l = l.fma(half, one);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }

  private static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(SPECIES, from, at, ORDER);
  }

  private static float read(MemorySegment from, int turns) {
    int bytes = (int) from.byteSize();
    var a = FloatVector.zero(SPECIES);
    var b = a;
    var c = a;
    var d = a;
    for (int turn = 0; turn < turns; turn++) {
      for (int at = 0; at < bytes; at += UNROLLED * BYTES) {
        a = a.add(load(from, at));
        b = b.add(load(from, at + BYTES));
        c = c.add(load(from, at + 2 * BYTES));
        d = d.add(load(from, at + 3 * BYTES));
      }
    }
    return a.add(b).add(c.add(d)).lane(0);
  }

  private static float write(MemorySegment to, int turns) {
    int bytes = (int) to.byteSize();
    for (int turn = 0; turn < turns; turn++) {
      var value = FloatVector.broadcast(SPECIES, turn);
      for (int at = 0; at < bytes; at += UNROLLED * BYTES) {
        value.intoMemorySegment(to, at, ORDER);
        value.intoMemorySegment(to, at + BYTES, ORDER);
        value.intoMemorySegment(to, at + 2 * BYTES, ORDER);
        value.intoMemorySegment(to, at + 3 * BYTES, ORDER);
      }
    }
    return turns;
  }

  private static float copy(MemorySegment from, MemorySegment to, int turns) {
    int bytes = (int) from.byteSize();
    for (int turn = 0; turn < turns; turn++) {
      for (int at = 0; at < bytes; at += UNROLLED * BYTES) {
        load(from, at).intoMemorySegment(to, at, ORDER);
        load(from, at + BYTES).intoMemorySegment(to, at + BYTES, ORDER);
        load(from, at + 2 * BYTES).intoMemorySegment(to, at + 2 * BYTES, ORDER);
        load(from, at + 3 * BYTES).intoMemorySegment(to, at + 3 * BYTES, ORDER);
      }
    }
    return turns;
  }

  private static float triad(MemorySegment[] arrays, int turns) {
    var a = arrays[0];
    var b = arrays[1];
    var c = arrays[2];
    var to = arrays[3];
    int bytes = (int) a.byteSize();
    for (int turn = 0; turn < turns; turn++) {
      for (int at = 0; at < bytes; at += UNROLLED * BYTES) {
        load(a, at).fma(load(b, at), load(c, at)).intoMemorySegment(to, at, ORDER);
        int second = at + BYTES;
        load(a, second).fma(load(b, second), load(c, second)).intoMemorySegment(to, second, ORDER);
        int third = at + 2 * BYTES;
        load(a, third).fma(load(b, third), load(c, third)).intoMemorySegment(to, third, ORDER);
        int fourth = at + 3 * BYTES;
        load(a, fourth).fma(load(b, fourth), load(c, fourth)).intoMemorySegment(to, fourth, ORDER);
      }
    }
    return turns;
  }

  /** One line. */
  public String text() {
    return String.format(Locale.ROOT, "%d %s, arrays of %d KiB: fma %.1f GFLOP/s, read %.1f, write %.1f, copy %.1f, "
        + "triad %.1f GB/s", threads, threads == 1 ? "thread" : "threads", footprint >> 10, 1e-9 * flops, 1e-9 * read,
        1e-9 * write, 1e-9 * copy, 1e-9 * triad);
  }

  /** Measures cache (16 KiB arrays) and memory (64 MiB arrays) for one thread and for all. */
  public static void main(String[] arguments) {
    System.out.println(Conditions.here().text());
    int cores = Runtime.getRuntime().availableProcessors();
    for (int threads : cores == 1 ? new int[] {1} : new int[] {1, cores}) {
      System.out.println(measure(threads, 16 << 10, 1).text());
      System.out.println(measure(threads, 64 << 20, 1).text());
    }
  }
}
