package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Layout;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Which specs the processor runs, and how. */
final class Offers {
  /** Runs of a multiple of so many bytes start in few of the sets of a first-level cache (64 of 64 bytes, on most). */
  private static final int CROWDED = 1024;

  /** What keeps such runs apart: a cache line. */
  private static final int GAP_BYTES = 64;

  private Offers() {
  }

  static List<Choice> of(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map map -> List.of(Choice.anyLayout("map", map, 0, streaming(map)));
      case KernelSpec.Row row -> List.of(Choice.anyLayout("row", row, 0, streaming(row)));
      case KernelSpec.Direct direct -> direct(direct);
      case KernelSpec.Chain chain -> List.of(Choice.anyLayout("chain", chain, 0, streaming(chain)));
      default -> List.of();
    };
  }

  private static List<Choice> direct(KernelSpec.Direct direct) {
    // An epilogue runs in place on the op's own result.
    if (direct.epilogue() != null && !direct.out().getFirst().equals(direct.results().getFirst())) {
      return List.of();
    }
    return switch (direct.op()) {
      case MatMul product -> products(direct);
      case Convolve convolve -> convolve.geometry().rank() <= 2 ? convolutions(direct, convolve) : List.of();
      default -> Indirect.choices(direct, streaming(direct));
    };
  }

  /** Those of one dtype, of weights that only store, and of whole numbers of 8 bits. */
  private static List<Choice> products(KernelSpec.Direct direct) {
    var left = direct.in().get(0).dtype();
    var right = direct.in().get(1).dtype();
    boolean known = left == right && left.isFloat() && !left.isStorageOnly()
        || left == DType.F32 && (right == DType.F16 || right == DType.BF16)
        || direct.results().getFirst().dtype() == DType.I32;
    double seconds = direct.results().getFirst().shape().elements() * (double) direct.in().getFirst().shape().size(-1)
        / Costs.current().multiplyAdds();
    return known ? List.of(Choice.anyLayout("gemm", direct, 0, seconds)) : List.of();
  }

  /** The ways to run a convolution. */
  private static List<Choice> convolutions(KernelSpec.Direct direct, Convolve op) {
    var plain = convolution(direct, op);
    var how = Winograd.suited(op, direct.results().getFirst().dtype());
    if (how == null) {
      return List.of(plain);
    }
    double pack = how.packSeconds(op);
    var filtered = new Choice(how.label(), plain.in(), plain.out(), 0,
        how.seconds(op, Costs.current().multiplyAdds()) + pack, pack, false);
    return List.of(plain, Costs.current().weighed(filtered));
  }

  private static Choice convolution(KernelSpec.Direct direct, Convolve op) {
    boolean batch = Convolution.laneAxis(ConvolutionGeometry.shape(op, direct.results().getFirst().dtype()))
        == Convolution.LaneAxis.BATCH;
    boolean line = op.geometry().rank() == 1;
    var image = batch ? line ? Layout.of(2, 1, 0) : Layout.of(2, 3, 1, 0) : line ? Layout.of(0, 2, 1)
        : Layout.of(0, 2, 3, 1);
    var lanes = Layout.of(batch ? 0 : 1);
    var data = direct.in().getFirst();
    if (batch && data.shape().size(0) * data.dtype().bytes() % CROWDED == 0) {
      int gap = GAP_BYTES / data.dtype().bytes();
      image = image.withGap(gap);
      lanes = lanes.withGap(gap);
    }
    boolean weight = op.role() == Convolve.Role.WEIGHT;
    var in = new ArrayList<>(Collections.nCopies(direct.in().size(), Layout.ANY));
    in.set(0, lanes);
    in.set(1, weight ? lanes : Layout.ANY);
    return Costs.current().weighed(new Choice(batch ? "conv.batch" : "conv.channels", in,
        List.of(weight ? Layout.ANY : image), 0, op.multiplyAdds() / Costs.current().multiplyAdds(), 0, true));
  }

  private static double streaming(KernelSpec spec) {
    return (bytes(spec.in()) + bytes(spec.out())) / Costs.current().bytes();
  }

  private static long bytes(List<TensorType> types) {
    return types.stream().mapToLong(TensorType::bytes).sum();
  }
}
