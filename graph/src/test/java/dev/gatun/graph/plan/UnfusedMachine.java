package dev.gatun.graph.plan;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Expr;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A machine that declines whatever is no kernel of one op of a graph: no pass joins anything for it. Copies and fills,
 * which the planner adds, are among its kernels.
 */
public final class UnfusedMachine extends ForwardingBackend {
  private final Set<KernelSpec> known = new HashSet<>();

  /** Runs {@code graph} on {@code machine}, op by op. */
  public UnfusedMachine(Graph graph, Backend machine) {
    super(machine);
    var rewritten = graph;
    for (var rewrite : Stream.concat(Planner.rewrites(new Reasons(false)).stream(),
        Planner.foldings(machine, new Reasons(false)).stream()).toList()) {
      rewritten = rewrite.change().apply(rewritten);
    }
    var parts = Preparation.of(rewritten, new Reasons(false));
    add(Lowering.lower(parts.graph()).items());
    if (parts.prepared() != null) {
      add(Lowering.lower(parts.prepared()).items());
    }
  }

  private void add(List<Item> items) {
    for (var item : items) {
      switch (item) {
        case Item.Kernel kernel -> known.add(kernel.spec());
        case Item.Loop loop -> add(loop.body());
        case Item.Store store -> { }
      }
    }
  }

  @Override
  public List<Choice> choices(KernelSpec spec) {
    return known.contains(spec) || isCopyOrFill(spec) ? super.choices(spec) : List.of();
  }

  private static boolean isCopyOrFill(KernelSpec spec) {
    return spec instanceof KernelSpec.Map map && map.exprs().size() == 1
        && (map.exprs().getFirst() instanceof Expr.Input || map.exprs().getFirst() instanceof Expr.Literal);
  }
}
