package dev.gatun.simd;

import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/** A product as a link of a chain: of one entry, by one worker. */
final class ChainProduct extends Step {
  private final Crew alone;
  private final Gemm gemm;
  /** How the operand is packed that stays for several blocks of rows, which one it is, and where; or null. */
  private final Packing packing;
  private final int packedOperand;
  private final long packedAt;
  /** Clears the result before the first block of rows is added to it; null if none is added. */
  private final Step clear;

  /**
   * Prepares a product.
   *
   * @param allRows rows of the whole product, of which this is a block
   * @param adds whether the result is a sum over blocks of rows
   * @param stays for each operand whether it is the same for all blocks, so that it can be packed once
   */
  ChainProduct(Located a, Located b, Located c, int allRows, boolean adds, boolean[] stays, Crew alone,
      SegmentAllocator memory) {
    super(List.of(a, b), List.of(c));
    this.alone = alone;
    int rank = c.type().shape().rank();
    var shape = new GemmShape(c.type().dtype(), a.type().dtype(), b.type().dtype(), 1, (int) c.size(rank - 2),
        (int) c.size(rank - 1), (int) a.size(rank - 1), strides(a), strides(b), strides(c));
    var machine = Machine.detected();
    var plain = adds ? Gemm.adding(machine, shape) : Gemm.partOf(allRows, machine, shape);
    packedOperand = plain.packedOperand();
    packing = stays[packedOperand] ? plain.packing() : null;
    packedAt = packing == null ? 0 : memory.allocate(packing.packedBytes(), 64).address();
    gemm = packing == null ? plain : plain.onPacked();
    clear = adds ? new MapStep(zeros(c), List.of(), List.of(c), alone, "sums of a chain") : null;
    alone.scratch(0).reserveTiles(gemm.workspaceBytes());
  }

  private static KernelSpec.Map zeros(Located c) {
    return new KernelSpec.Map(c.type().shape(), List.of(), List.of(new Expr.Literal(0, c.type().dtype())));
  }

  private static GemmShape.Strides strides(Located o) {
    int rank = o.type().shape().rank();
    long width = o.type().dtype().bytes();
    return new GemmShape.Strides(o.stride(rank - 2) / width, o.stride(rank - 1) / width, 0);
  }

  /** Prepares the first block of an entry, whose operands are in place. */
  void begin(long[] turns) {
    if (packing != null) {
      for (int task = 0; task < packing.packTasks(); task++) {
        packing.pack(task, 0, addresses[packedOperand], packedAt);
      }
    }
    if (clear != null) {
      clear.moveTo(turns);
      clear.run();
    }
  }

  @Override
  void run() {
    long a = packing != null && packedOperand == 0 ? packedAt : addresses[0];
    long b = packing != null && packedOperand == 1 ? packedAt : addresses[1];
    for (int task = 0; task < gemm.tasks(); task++) {
      gemm.run(task, a, b, addresses[2], alone.scratch(0).tiles());
    }
  }
}
