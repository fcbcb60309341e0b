package dev.gatun.graph.plan;

import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A machine offers no way to run a part of a graph. To mend it: plan for another machine, or express the part in other
 * ops.
 */
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String machine;
  private final transient KernelSpec spec;

  KernelException(String machine, KernelSpec spec, String origin) {
    super("the machine " + machine + " has no kernel for " + name(spec) + " of " + types(spec.in()) + " to "
        + types(spec.out()) + (origin.isEmpty() ? "" : " · at " + origin));
    this.machine = machine;
    this.spec = spec;
  }

  private static String name(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map _ -> "an elementwise map";
      case KernelSpec.Row _ -> "a reduction";
      case KernelSpec.Direct direct -> direct.op().label();
      case KernelSpec.Chain _ -> "a chain of kernels";
      case KernelSpec.View _, KernelSpec.Regroup _, KernelSpec.Place _, KernelSpec.Repeat _ -> "a copy";
    };
  }

  private static String types(List<TensorType> types) {
    return types.isEmpty() ? "no operand" : types.stream().map(TensorType::toString).collect(Collectors.joining(", "));
  }

  /** The machine's name. */
  public String machine() {
    return machine;
  }

  /** What it was asked to run. */
  public KernelSpec spec() {
    return spec;
  }
}
