package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.ArgReduce;
import java.util.List;

/** The place of the largest or smallest along an axis: a scan of each line, element by element. */
final class ArgReduceStep extends Step implements Team.Task {
  /** Elements of a task at least. */
  private static final int GRAIN = 16 << 10;

  private final Crew crew;
  private final boolean largest;
  private final DType dtype;
  private final int size;
  private final long step;
  private final Lines lines;
  private final long linesPerTask;

  ArgReduceStep(ArgReduce op, List<Located> in, List<Located> out, Crew crew) {
    super(in, out);
    this.crew = crew;
    var x = in.getFirst();
    largest = op.largest();
    dtype = x.type().dtype();
    size = Math.toIntExact(x.size(op.axis()));
    step = x.stride(op.axis());
    lines = new Lines(x, out.getFirst(), op.axis());
    linesPerTask = Math.max(1, GRAIN / size);
  }

  @Override
  void run() {
    long count = lines.count();
    crew.run(count * size, Math.toIntExact((count + linesPerTask - 1) / linesPerTask), this);
  }

  @Override
  public void run(int task, int worker) {
    long last = Math.min(lines.count(), (task + 1) * linesPerTask);
    for (long line = task * linesPerTask; line < last; line++) {
      long from = addresses[0] + lines.from(line);
      Raw.ALL.set(Raw.I32, addresses[1] + lines.to(line), dtype == DType.I64 ? ofLongs(from) : ofNumbers(from));
    }
  }

  private double number(long at) {
    return switch (dtype) {
      case F32 -> Raw.ALL.get(Raw.F32, at);
      case F64 -> Raw.ALL.get(Raw.F64, at);
      case I32 -> Raw.ALL.get(Raw.I32, at);
      default -> Raw.ALL.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) & 0xff;
    };
  }

  private int ofNumbers(long from) {
    int best = 0;
    double winner = number(from);
    for (int i = 1; i < size && !Double.isNaN(winner); i++) {
      double x = number(from + i * step);
      if (Double.isNaN(x) || (largest ? x > winner : x < winner)) {
        best = i;
        winner = x;
      }
    }
    return best;
  }

  /** Apart, since a double does not hold every i64. */
  private int ofLongs(long from) {
    int best = 0;
    long winner = Raw.ALL.get(Raw.I64, from);
    for (int i = 1; i < size; i++) {
      long x = Raw.ALL.get(Raw.I64, from + i * step);
      if (largest ? x > winner : x < winner) {
        best = i;
        winner = x;
      }
    }
    return best;
  }
}
