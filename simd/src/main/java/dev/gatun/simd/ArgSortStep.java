package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.ArgSort;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The order of each line: its elements become longs that compare as they do, whose positions are merged in runs of
 * growing length. Where few of them are asked for, each element goes to its place among the best so far.
 */
final class ArgSortStep extends Step implements Team.Task {
  /** Of how many positions one must be asked for that all are sorted. */
  private static final int FEW = 16;

  private final Crew crew;
  private final boolean descending;
  private final DType dtype;
  private final int size;
  private final int count;
  private final long step;
  private final long resultStep;
  private final Lines lines;

  ArgSortStep(ArgSort op, List<Located> in, List<Located> out, Crew crew) {
    super(in, out);
    this.crew = crew;
    var x = in.getFirst();
    descending = op.descending();
    dtype = x.type().dtype();
    size = Math.toIntExact(x.size(op.axis()));
    step = x.stride(op.axis());
    count = Math.toIntExact(out.getFirst().size(op.axis()));
    resultStep = out.getFirst().stride(op.axis());
    lines = new Lines(x, out.getFirst(), op.axis());
    for (var scratch : crew.scratches()) {
      scratch.reserveRows(2L * size * (Long.BYTES + Integer.BYTES));
    }
  }

  @Override
  void run() {
    crew.run(lines.count() * size, Math.toIntExact(lines.count()), this);
  }

  @Override
  public void run(int task, int worker) {
    long keys = crew.scratch(worker).rows();
    long places = keys + 2L * size * Long.BYTES;
    long from = addresses[0] + lines.from(task);
    long to = addresses[1] + lines.to(task);
    if ((long) count * FEW <= size) {
      select(from, keys, places);
      give(places, to);
      return;
    }
    for (int i = 0; i < size; i++) {
      long key = key(from + i * step);
      Raw.ALL.set(Raw.I64, keys + (long) i * Long.BYTES, descending ? ~key : key);
      Raw.ALL.set(Raw.I32, places + (long) i * Integer.BYTES, i);
    }
    boolean swapped = sort(keys, places);
    give(swapped ? places + (long) size * Integer.BYTES : places, to);
  }

  /** Keeps the positions of the first in order, sorted: an element is compared with the last of them. */
  private void select(long from, long keys, long places) {
    long flip = descending ? -1 : 0;
    long last = 0;
    for (int i = 0; i < size; i++) {
      long key = key(from + i * step) ^ flip;
      if (i >= count && (key >= last || count == 0)) {
        continue;
      }
      int place = Math.min(i, count - 1);
      for (; place > 0 && Raw.ALL.get(Raw.I64, keys + (place - 1L) * Long.BYTES) > key; place--) {
        Raw.ALL.set(Raw.I64, keys + (long) place * Long.BYTES, Raw.ALL.get(Raw.I64, keys + (place - 1L) * Long.BYTES));
        Raw.ALL.set(Raw.I32, places + (long) place * Integer.BYTES,
            Raw.ALL.get(Raw.I32, places + (place - 1L) * Integer.BYTES));
      }
      Raw.ALL.set(Raw.I64, keys + (long) place * Long.BYTES, key);
      Raw.ALL.set(Raw.I32, places + (long) place * Integer.BYTES, i);
      last = Raw.ALL.get(Raw.I64, keys + (count - 1L) * Long.BYTES);
    }
  }

  private void give(long sorted, long to) {
    for (int i = 0; i < count; i++) {
      Raw.ALL.set(Raw.I32, to + i * resultStep, Raw.ALL.get(Raw.I32, sorted + (long) i * Integer.BYTES));
    }
  }

  /** A long that compares as the element does: −0 as 0, NaN as the largest. */
  private long key(long at) {
    return switch (dtype) {
      case F32 -> {
        int bits = Float.floatToIntBits(Raw.ALL.get(Raw.F32, at) + 0f);
        yield bits ^ (bits >> 31 & Integer.MAX_VALUE);
      }
      case F64 -> {
        long bits = Double.doubleToLongBits(Raw.ALL.get(Raw.F64, at) + 0d);
        yield bits ^ (bits >> 63 & Long.MAX_VALUE);
      }
      case I32 -> Raw.ALL.get(Raw.I32, at);
      case I64 -> Raw.ALL.get(Raw.I64, at);
      default -> Raw.ALL.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    };
  }

  /** Sorts keys and places together; whether the result lies in the second half of their memory. */
  private boolean sort(long keys, long places) {
    boolean swapped = false;
    for (long run = 1; run < size; run *= 2) {
      long source = swapped ? size : 0;
      for (long low = 0; low < size; low += 2 * run) {
        merge(keys, places, source, size - source, low, Math.min(low + run, size), Math.min(low + 2 * run, size));
      }
      swapped = !swapped;
    }
    return swapped;
  }

  /** Merges the runs from low to middle and from middle to high; of equals the first goes first. */
  private static void merge(long keys, long places, long source, long target, long low, long middle, long high) {
    long left = low;
    long right = middle;
    for (long i = low; i < high; i++) {
      boolean first = right == high || left < middle
          && Raw.ALL.get(Raw.I64, keys + (source + left) * Long.BYTES)
          <= Raw.ALL.get(Raw.I64, keys + (source + right) * Long.BYTES);
      long taken = source + (first ? left++ : right++);
      Raw.ALL.set(Raw.I64, keys + (target + i) * Long.BYTES, Raw.ALL.get(Raw.I64, keys + taken * Long.BYTES));
      Raw.ALL.set(Raw.I32, places + (target + i) * Integer.BYTES,
          Raw.ALL.get(Raw.I32, places + taken * Integer.BYTES));
    }
  }
}
