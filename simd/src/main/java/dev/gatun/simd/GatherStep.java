package dev.gatun.simd;

import dev.gatun.ops.IndexException;
import dev.gatun.ops.Op;
import java.util.Arrays;
import java.util.List;

/**
 * Gather and scatter-add: pairs of slices, one in the tensor at the place that an index says, one in the gathered part.
 * All indices are checked before any of them becomes an address.
 *
 * <p>A gather shares pairs out. A scatter-add cuts the slices instead, so that each place of the result belongs to one
 * task, which adds in ascending order of the pairs.
 */
final class GatherStep extends Step implements Team.Task {
  /** Elements of a task at least. */
  private static final int GRAIN = 16 << 10;
  /** Lanes' elements of a slice that a task of a scatter-add takes: a few cache lines. */
  private static final int COLUMNS = 64;

  private final Crew crew;
  private final Op.Primitive op;
  private final String origin;
  private final boolean adds;
  private final int tensorAt;
  private final int indexAt;
  private final int partAt;
  private final long axisSize;
  private final long axisStride;
  private final Axes pairs;
  private final Axes slice;
  private final int lane;
  private final int[] sliceOuter;
  private final Located tensor;
  private final int columns;
  private final long sliceUnits;
  private final long pairsPerTask;

  /**
   * Prepares the step.
   *
   * @param in of a gather tensor and index, of a scatter-add index and part
   */
  GatherStep(Op.Primitive op, int axis, int batch, boolean adds, List<Located> in, List<Located> out, Crew crew,
      String origin) {
    super(in, out);
    this.crew = crew;
    this.op = op;
    this.adds = adds;
    this.origin = origin;
    tensorAt = adds ? 2 : 0;
    indexAt = adds ? 0 : 1;
    partAt = adds ? 1 : 2;
    tensor = adds ? out.getFirst() : in.getFirst();
    var index = adds ? in.getFirst() : in.get(1);
    var part = adds ? in.get(1) : out.getFirst();
    axisSize = tensor.size(axis);
    axisStride = tensor.stride(axis);
    pairs = pairs(axis, batch, index, part);
    slice = slice(axis, batch, index, part);
    int width = tensor.type().dtype().bytes();
    lane = slice.laneAxis(new int[] {width, width}, Axes.LINE_START);
    sliceOuter = java.util.stream.IntStream.range(0, slice.count()).filter(a -> a != lane).toArray();
    columns = lane < 0 ? 1 : Math.clamp(slice.sizes()[lane], 1, adds ? COLUMNS : GRAIN);
    sliceUnits = (lane < 0 ? 1 : (slice.sizes()[lane] + columns - 1) / columns)
        * Arrays.stream(sliceOuter).mapToLong(a -> slice.sizes()[a]).reduce(1, (x, y) -> x * y);
    pairsPerTask = Math.max(1, GRAIN / Math.max(1, slice.elements(false)));
  }

  /** Axes of the index: strides in the tensor (0 but along the batch), in the index and in the part. */
  private Axes pairs(int axis, int batch, Located index, Located part) {
    int rank = index.strides().length;
    var strides = new long[3][rank];
    for (int i = 0; i < rank; i++) {
      strides[0][i] = i < batch ? tensor.stride(i) : 0;
      strides[1][i] = index.stride(i);
      strides[2][i] = i < batch ? part.stride(i) : part.stride(axis - batch + i);
    }
    // Merged axes would be walked in another order: ascending order is part of the meaning of adding.
    return new Axes(index.type().shape().sizes(), new boolean[rank], strides);
  }

  /** Axes of a slice: strides in the tensor and in the part. */
  private Axes slice(int axis, int batch, Located index, Located part) {
    int rank = tensor.strides().length;
    int between = index.strides().length - batch;
    int count = rank - 1 - batch;
    var sizes = new long[count];
    var strides = new long[2][count];
    for (int i = batch, at = 0; i < rank; i++) {
      if (i != axis) {
        sizes[at] = tensor.size(i);
        strides[0][at] = tensor.stride(i);
        strides[1][at++] = part.stride(i < axis ? i : i + between - 1);
      }
    }
    return Axes.of(sizes, new boolean[count], strides);
  }

  @Override
  void run() {
    long count = pairs.elements(false);
    for (long pair = 0; pair < count; pair++) {
      long at = index(pair);
      if (at < 0 || at >= axisSize) {
        throw new IndexException(op.label(), at, axisSize).at(origin);
      }
    }
    if (adds) {
      Strided.zero(tensor, addresses[tensorAt]);
      crew.run(count * slice.elements(false), Math.toIntExact(sliceUnits), this);
    } else {
      crew.run(count * slice.elements(false), Math.toIntExact((count + pairsPerTask - 1) / pairsPerTask), this);
    }
  }

  private long index(long pair) {
    return Raw.ALL.get(Raw.I32, addresses[indexAt] + offset(pair, 1));
  }

  /** How far a pair lies from the start, in operand 0 (tensor, by the batch alone), 1 (index) or 2 (part). */
  private long offset(long pair, int operand) {
    long offset = 0;
    long rest = pair;
    for (int axis = pairs.count() - 1; axis >= 0; axis--) {
      offset += rest % pairs.sizes()[axis] * pairs.strides()[operand][axis];
      rest /= pairs.sizes()[axis];
    }
    return offset;
  }

  @Override
  public void run(int task, int worker) {
    if (adds) {
      long count = pairs.elements(false);
      for (long pair = 0; pair < count; pair++) {
        unit(pair, task);
      }
      return;
    }
    long last = Math.min(pairs.elements(false), (task + 1) * pairsPerTask);
    for (long pair = task * pairsPerTask; pair < last; pair++) {
      for (long unit = 0; unit < sliceUnits; unit++) {
        unit(pair, unit);
      }
    }
  }

  private void unit(long pair, long unit) {
    long inTensor = addresses[tensorAt] + offset(pair, 0) + index(pair) * axisStride;
    long inPart = addresses[partAt] + offset(pair, 2);
    long rest = unit;
    int n = 1;
    long tensorStep = 0;
    long partStep = 0;
    if (lane >= 0) {
      long blocks = (slice.sizes()[lane] + columns - 1) / columns;
      long first = rest % blocks * columns;
      rest /= blocks;
      n = (int) Math.min(columns, slice.sizes()[lane] - first);
      tensorStep = slice.strides()[0][lane];
      partStep = slice.strides()[1][lane];
      inTensor += first * tensorStep;
      inPart += first * partStep;
    }
    for (int axis : sliceOuter) {
      long at = rest % slice.sizes()[axis];
      rest /= slice.sizes()[axis];
      inTensor += at * slice.strides()[0][axis];
      inPart += at * slice.strides()[1][axis];
    }
    if (adds) {
      Strided.add(tensor.type().dtype(), inPart, partStep, inTensor, tensorStep, n);
    } else {
      Strided.line(tensor.type().dtype().bytes(), inTensor, tensorStep, inPart, partStep, n);
    }
  }
}
