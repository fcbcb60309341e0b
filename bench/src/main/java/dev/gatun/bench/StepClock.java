package dev.gatun.bench;

import dev.gatun.ops.Convolve;
import dev.gatun.ops.Cost;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Op;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.util.Arrays;

/** The times of one step of a plan. Taking them allocates nothing. */
public final class StepClock {
  private static final int KEPT = 4096;

  private final Plan.Step step;
  private final long[] nanos = new long[KEPT];
  private int taken;

  StepClock(Plan.Step step) {
    this.step = step;
  }

  void take(long time) {
    nanos[taken++ % KEPT] = time;
  }

  void forget() {
    taken = 0;
  }

  /** Seconds of the median run. */
  public double seconds() {
    return 1e-9 * Measure.median(Arrays.stream(nanos, 0, Math.min(taken, KEPT)).mapToDouble(t -> t).toArray());
  }

  /** What the step runs and on which types. */
  public String name() {
    return switch (step) {
      case Plan.Run run -> run.choice().name() + " " + spec(run.spec());
      case Plan.Repeat repeat -> "repeat " + repeat.count();
    };
  }

  /** Where in the model the step comes from. */
  public String origin() {
    return step instanceof Plan.Run run ? run.origin() : "";
  }

  private static String spec(KernelSpec spec) {
    var label = switch (spec) {
      case KernelSpec.Direct direct -> label(direct.op()) + (direct.epilogue() == null ? "" : " + epilogue");
      case KernelSpec.Row row -> row.folds().size() + " folds over " + row.axes();
      case KernelSpec.Map map -> map.exprs().size() == 1 ? "" : map.exprs().size() + " results";
      case KernelSpec.Chain chain -> chain.links().size() + " links";
      case KernelSpec.View view -> "view";
      case KernelSpec.Regroup regroup -> "regroup";
      case KernelSpec.Place place -> "place";
      case KernelSpec.Repeat repeat -> "repeat";
    };
    return (label + " " + types(spec.in()) + " → " + types(spec.out())).strip();
  }

  private static String label(Op op) {
    return op instanceof Convolve convolve ? "convolve " + convolve.role() : op.label();
  }

  private static String types(java.util.List<TensorType> types) {
    return String.join(" ", types.stream().map(t -> t.dtype().label() + t.shape()).toList());
  }

  /** What the step computes and moves. */
  public Cost cost() {
    return Cost.of(step);
  }
}
