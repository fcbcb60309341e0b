package dev.gatun.simd;

import dev.gatun.ops.Choice;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.List;

/** Which specs the processor runs, and how. */
final class Offers {
  /** Bytes that a core streams through a kernel in a second, for weighing choices against relayouts. */
  private static final double STREAM_RATE = 10e9;

  private Offers() {
  }

  static List<Choice> of(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map map -> List.of(Choice.anyLayout("map", map, 0, streaming(map)));
      case KernelSpec.Row row -> List.of(Choice.anyLayout("row", row, 0, streaming(row)));
      default -> List.of();
    };
  }

  private static double streaming(KernelSpec spec) {
    return (bytes(spec.in()) + bytes(spec.out())) / STREAM_RATE;
  }

  private static long bytes(List<TensorType> types) {
    return types.stream().mapToLong(TensorType::bytes).sum();
  }
}
