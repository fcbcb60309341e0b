package dev.gatun.simd;

import dev.gatun.ops.KernelSpec;
import java.util.Arrays;
import java.util.List;

/** A batched matrix product on operands of any strides. */
final class ProductStep extends Step implements Team.Task {
  /** Multiply-adds from which waking another worker, some microseconds, is repaid. */
  static final double WORTH_SHARING = 400e3;

  private final Crew crew;
  private final Gemm gemm;
  /** How the operand is packed that is packed once, which one it is, and where its copy lies; null if none is. */
  private final Packing packing;
  private final int packedOperand;
  private final Packed packed;
  private final Runnable packAll = this::packAll;
  private final Team.Task pack = this::pack;
  /** Batch axes that one stride cannot walk: sizes, and the operands' strides in bytes. */
  private final long[] outer;
  private final long[][] outerStrides;
  private final int tasks;
  private final boolean shared;

  ProductStep(KernelSpec.Direct direct, List<Located> in, List<Located> out, Crew crew, Constants constants) {
    super(in.subList(0, 2), out);
    this.crew = crew;
    var a = in.get(0);
    var b = in.get(1);
    var c = out.get(0);
    int rank = a.type().shape().rank();
    int inner = innermost(rank - 2, a, b, c);
    outer = new long[inner];
    outerStrides = new long[][] {new long[inner], new long[inner], new long[inner]};
    long repeats = 1;
    for (int axis = 0; axis < inner; axis++) {
      outer[axis] = a.size(axis);
      repeats *= outer[axis];
      outerStrides[0][axis] = a.stride(axis);
      outerStrides[1][axis] = b.stride(axis);
      outerStrides[2][axis] = c.stride(axis);
    }
    long batch = 1;
    for (int axis = inner; axis < rank - 2; axis++) {
      batch *= a.size(axis);
    }
    var plain = Gemm.of(Machine.detected(), new GemmShape(c.type().dtype(), a.type().dtype(), b.type().dtype(),
        (int) batch, (int) a.size(rank - 2), (int) b.size(rank - 1), (int) a.size(rank - 1),
        strides(a, inner), strides(b, inner), strides(c, inner)));
    packedOperand = plain.packedOperand();
    boolean stays = Arrays.stream(outerStrides[packedOperand]).allMatch(stride -> stride == 0)
        && constants.stays(in.get(packedOperand));
    packing = stays ? plain.packing() : null;
    packed = packing == null ? null : constants.kept(in.get(packedOperand), packing).orElse(null);
    gemm = packed == null ? plain : plain.onPacked();
    tasks = Math.toIntExact(repeats * gemm.tasks());
    double work = (double) c.type().shape().elements() * a.size(rank - 1);
    shared = work >= WORTH_SHARING;
    for (int worker = 0; worker < crew.size(); worker++) {
      crew.scratch(worker).reserveTiles(gemm.workspaceBytes());
    }
  }

  /** The first of the batch axes up to {@code end} that all three operands walk with one stride. */
  private static int innermost(int end, Located... operands) {
    int first = Math.max(0, end - 1);
    while (first > 0 && mergeable(first - 1, operands)) {
      first--;
    }
    return first;
  }

  private static boolean mergeable(int axis, Located... operands) {
    for (var o : operands) {
      if (o.stride(axis) != o.stride(axis + 1) * o.size(axis + 1)) {
        return false;
      }
    }
    return true;
  }

  private static GemmShape.Strides strides(Located o, int inner) {
    int rank = o.type().shape().rank();
    long width = o.type().dtype().bytes();
    long batch = rank - 2 > inner ? o.stride(rank - 3) / width : 0;
    return new GemmShape.Strides(o.stride(rank - 2) / width, o.stride(rank - 1) / width, batch);
  }

  @Override
  void run() {
    if (packed != null) {
      packed.refresh(packAll);
    }
    crew.run(shared, tasks, this);
  }

  private void packAll() {
    crew.run(shared, packing.packTasks(), pack);
  }

  private void pack(int task, int worker) {
    packing.pack(task, worker, addresses[packedOperand], packed.address());
  }

  @Override
  public void run(int task, int worker) {
    long rest = task / gemm.tasks();
    long a = addresses[0];
    long b = addresses[1];
    long c = addresses[2];
    for (int axis = outer.length - 1; axis >= 0; axis--) {
      long at = rest % outer[axis];
      rest /= outer[axis];
      a += at * outerStrides[0][axis];
      b += at * outerStrides[1][axis];
      c += at * outerStrides[2][axis];
    }
    if (packed != null) {
      a = packedOperand == 0 ? packed.address() : a;
      b = packedOperand == 0 ? b : packed.address();
    }
    gemm.run(task % gemm.tasks(), a, b, c, crew.scratch(worker).tiles());
  }
}
