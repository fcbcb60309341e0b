package dev.gatun.tools.zoo;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A plan in short: one line a step with its kernel, what it computes and on which operands, without the numbers and
 * offsets of buffers. Strides are shown where an operand is not dense and row-major, {@code ~} where it moves with the
 * turns of a loop, a weight is the number of nodes of a kernel's expressions.
 */
final class PlanSummary {
  private PlanSummary() {}

  static String of(Plan plan) {
    var out = new StringBuilder("plan for ").append(plan.machine()).append(", ").append(plan.planBytes())
        .append(" bytes, ").append(runs(plan.steps())).append(" kernels\n");
    steps(plan.steps(), "", out);
    return out.toString();
  }

  private static int runs(List<Plan.Step> steps) {
    return steps.stream().mapToInt(s -> s instanceof Plan.Repeat repeat ? runs(repeat.body()) : 1).sum();
  }

  private static void steps(List<Plan.Step> steps, String indent, StringBuilder out) {
    for (var step : steps) {
      switch (step) {
        case Plan.Run run -> out.append(indent).append(run.choice().name()).append(' ').append(spec(run.spec()))
            .append(run.in().isEmpty() ? "" : " ").append(operands(run.in())).append(" → ")
            .append(operands(run.out())).append('\n');
        case Plan.Repeat repeat -> {
          out.append(indent).append("repeat ").append(repeat.count()).append(" {\n");
          steps(repeat.body(), indent + "  ", out);
          out.append(indent).append("}\n");
        }
      }
    }
  }

  private static String spec(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map map -> weight(map.exprs());
      case KernelSpec.Row row -> "over " + row.axes() + " " + row.folds().size() + " folds, "
          + weight(row.folds().stream().map(KernelSpec.Reduction::value).toList()) + " then " + weight(row.rowExprs())
          + " and " + weight(row.mapExprs());
      case KernelSpec.Direct direct -> direct.op().label()
          + (direct.epilogue() == null ? "" : " then " + weight(direct.epilogue().exprs()));
      case KernelSpec.Chain chain -> "of " + chain.links().stream().map(link -> spec(link.spec()))
          .collect(Collectors.joining("; "));
      case KernelSpec.View view -> "view";
      case KernelSpec.Regroup regroup -> "regroup";
      case KernelSpec.Place place -> "place";
      case KernelSpec.Repeat repeat -> "repeat";
    };
  }

  private static String weight(List<Expr> exprs) {
    return "weight " + exprs.stream().mapToInt(Expr::weight).sum();
  }

  /** Operands one after the other, those that look alike counted. */
  private static String operands(List<Plan.Operand> operands) {
    var out = new StringBuilder();
    for (int i = 0; i < operands.size();) {
      var text = operand(operands.get(i));
      int count = 1;
      while (i + count < operands.size() && operand(operands.get(i + count)).equals(text)) {
        count++;
      }
      out.append(out.isEmpty() ? "" : " ").append(text).append(count > 1 ? "×" + count : "");
      i += count;
    }
    return out.toString();
  }

  private static String operand(Plan.Operand operand) {
    return operand.type() + (isDense(operand.type().shape(), operand.strides()) ? ""
        : operand.strides().stream().map(String::valueOf).collect(Collectors.joining(" ", "(", ")")))
        + (operand.advance().stream().allMatch(a -> a == 0) ? "" : "~");
  }

  private static boolean isDense(Shape shape, List<Long> strides) {
    var dense = shape.rowMajorStrides();
    for (int axis = 0; axis < dense.length; axis++) {
      if (shape.size(axis) > 1 && strides.get(axis) != dense[axis]) {
        return false;
      }
    }
    return true;
  }
}
