package dev.gatun.ops;

import java.util.List;
import java.util.stream.Collectors;

/** Prints a plan, one line a step. */
final class PlanText {
  private PlanText() {}

  static String of(Plan plan) {
    var out = new StringBuilder("plan for ").append(plan.machine()).append(", ").append(plan.planBytes())
        .append(" bytes\n");
    for (int i = 0; i < plan.buffers().size(); i++) {
      var b = plan.buffers().get(i);
      out.append("  %").append(i).append(' ').append(b.name()).append(' ')
          .append(b.place().name().toLowerCase(java.util.Locale.ROOT)).append('+').append(b.offset())
          .append(" ×").append(b.bytes()).append('\n');
    }
    steps(plan.steps(), "", out);
    if (plan.preparation() != null) {
      out.append("prepared by a ").append(of(plan.preparation()));
    }
    return out.toString();
  }

  private static void steps(List<Plan.Step> steps, String indent, StringBuilder out) {
    for (var step : steps) {
      switch (step) {
        case Plan.Run run -> out.append(indent).append(operands(run.out())).append(" = ")
            .append(run.choice().name()).append(' ').append(spec(run.spec())).append(' ')
            .append(operands(run.in())).append('\n');
        case Plan.Repeat repeat -> {
          out.append(indent).append("repeat ").append(repeat.count()).append(" {\n");
          steps(repeat.body(), indent + "  ", out);
          out.append(indent).append("}\n");
        }
      }
    }
  }

  private static String operands(List<Plan.Operand> operands) {
    return operands.stream().map(o -> "%" + o.buffer() + (o.offset() == 0 ? "" : "+" + o.offset()) + ":"
        + o.type().dtype().label() + o.type().shape() + o.strides()
        + (o.advance().isEmpty() ? "" : "~" + o.advance())).collect(Collectors.joining(" "));
  }

  private static String spec(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map map -> "{" + exprs(map.exprs()) + "}";
      case KernelSpec.Row row -> "over " + row.axes() + " {"
          + row.folds().stream().map(f -> f.fold() + " " + expr(f.value())).collect(Collectors.joining("; "))
          + "} rows {" + exprs(row.rowExprs()) + "} maps {" + exprs(row.mapExprs()) + "}";
      case KernelSpec.Direct direct -> direct.op().label()
          + (direct.epilogue() == null ? "" : " then {" + exprs(direct.epilogue().exprs()) + "}");
      case KernelSpec.Chain chain -> chain(chain);
      case KernelSpec.View v -> "view " + v.axes();
      case KernelSpec.Regroup r -> "regroup " + r.to();
      case KernelSpec.Place p -> "place " + p.regions();
      case KernelSpec.Repeat r -> r.scan().label();
    };
  }

  /** Links in braces; values are numbered from the operands on, {@code ᵀ} exchanges the last two axes. */
  private static String chain(KernelSpec.Chain chain) {
    return "of " + chain.in().size() + " {" + chain.links().stream().map(link -> spec(link.spec()) + " "
        + link.in().stream().map(p -> "v" + p.value() + (p.transposed() ? "ᵀ" : "")).collect(Collectors.joining(" ")))
        .collect(Collectors.joining("; ")) + "} gives " + chain.results().stream().map(v -> "v" + v)
        .collect(Collectors.joining(" "));
  }

  private static String exprs(List<Expr> exprs) {
    return exprs.stream().map(PlanText::expr).collect(Collectors.joining(", "));
  }

  /** An expression in prefix form: {@code add(x0, 0.5)}. */
  static String expr(Expr e) {
    return switch (e) {
      case Expr.Input i -> "x" + i.index();
      case Expr.Literal l -> Double.toString(l.value());
      case Expr.Fold f -> "r" + f.index();
      case Expr.Position p -> "at" + p.coefficients() + (p.base() == 0 ? "" : "+" + p.base());
      case Expr.Draw d -> "draw(" + expr(d.k0()) + ", " + expr(d.k1()) + ", " + expr(d.position()) + ", "
          + d.stream() + ")";
      case Expr.Apply1 a -> a.fn().name().toLowerCase(java.util.Locale.ROOT) + "(" + expr(a.x()) + ")";
      case Expr.Apply2 a -> a.fn().name().toLowerCase(java.util.Locale.ROOT) + "(" + expr(a.x()) + ", "
          + expr(a.y()) + ")";
      case Expr.Choose c -> "choose(" + expr(c.condition()) + ", " + expr(c.x()) + ", " + expr(c.y()) + ")";
      case Expr.Convert c -> c.dtype().label() + "(" + expr(c.x()) + ")";
    };
  }
}
