package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A map or row kernel in the one form on which fusion works: a map is a row without reductions.
 *
 * @param in operands, each of the space's shape
 */
record Scope(Shape space, List<Integer> axes, List<View> in, List<KernelSpec.Reduction> folds, List<Result> results,
    String origin) {
  /** Nodes of trees above which they are not compared: three times what a kernel may have. */
  private static final int THICKET = 3 * Fusion.HEAVIEST;

  /** One result: an expression for each element, or for each row. */
  record Result(Slot slot, Expr expr, boolean perRow) {
    /** Whether both are the same numbers. */
    boolean isTwinOf(Result other) {
      return perRow == other.perRow && slot.type().equals(other.slot.type()) && expr.equals(other.expr);
    }
  }

  /** The scope of a kernel; null if it is no map and no row. */
  static Scope of(Item item) {
    if (!(item instanceof Item.Kernel kernel)) {
      return null;
    }
    return switch (kernel.spec()) {
      case KernelSpec.Map map -> new Scope(map.space(), List.of(), kernel.in(), List.of(),
          results(kernel.out(), map.exprs(), false), kernel.origin());
      case KernelSpec.Row row -> {
        int rows = row.rowExprs().size();
        var results = results(kernel.out().subList(0, rows), row.rowExprs(), true);
        results.addAll(results(kernel.out().subList(rows, kernel.out().size()), row.mapExprs(), false));
        yield new Scope(row.space(), row.axes(), kernel.in(), row.folds(), results, kernel.origin());
      }
      case KernelSpec.Direct d -> null;
      case KernelSpec.Chain c -> null;
      case KernelSpec.Regroup r -> null;
      case KernelSpec.Place p -> null;
      case KernelSpec.View v -> null;
      case KernelSpec.Repeat r -> null;
    };
  }

  private static List<Result> results(List<Slot> slots, List<Expr> exprs, boolean perRow) {
    var results = new ArrayList<Result>();
    for (int i = 0; i < slots.size(); i++) {
      results.add(new Result(slots.get(i), exprs.get(i), perRow));
    }
    return results;
  }

  boolean isMap() {
    return folds.isEmpty();
  }

  /** The space with size 1 on the reduced axes. */
  Shape rowShape() {
    var sizes = space.sizes();
    axes.forEach(axis -> sizes[axis] = 1);
    return Shape.of(sizes);
  }

  /** The result that a slot holds; null if none. */
  Result result(Slot slot) {
    return results.stream().filter(r -> r.slot() == slot).findFirst().orElse(null);
  }

  /** This scope without the results that nothing needs. */
  Scope keeping(Predicate<Slot> needed) {
    return new Scope(space, axes, in, folds, results.stream().filter(r -> needed.test(r.slot())).toList(), origin);
  }

  /** How much code the scope becomes: its nodes, equal ones of a loop counted once if that matters. */
  int weight() {
    int nodes = results.stream().mapToInt(r -> r.expr().weight()).sum()
        + folds.stream().mapToInt(f -> f.value().weight()).sum();
    if (nodes <= Fusion.HEAVIEST || nodes > THICKET) {
      return nodes;
    }
    return distinct(results.stream().map(Result::expr))
        + folds.stream().mapToInt(f -> distinct(Stream.of(f.value()))).sum();
  }

  private static int distinct(Stream<Expr> exprs) {
    var seen = new HashSet<Expr>();
    exprs.forEach(expr -> nodes(expr, seen));
    return seen.size();
  }

  private static void nodes(Expr expr, Set<Expr> seen) {
    if (seen.add(expr)) {
      expr.parts().forEach(part -> nodes(part, seen));
    }
  }

  Item.Kernel kernel() {
    var rows = new ArrayList<Expr>();
    var maps = new ArrayList<Expr>();
    var out = new ArrayList<Slot>();
    for (var result : results) {
      out.add(result.perRow ? rows.size() : out.size(), result.slot);
      (result.perRow ? rows : maps).add(result.expr);
    }
    var types = in.stream().map(View::type).toList();
    return new Item.Kernel(isMap() ? new KernelSpec.Map(space, types, maps)
        : new KernelSpec.Row(space, axes, types, folds, rows, maps), in, out, origin);
  }

  /** This map, whose space is {@code row}'s row shape, as results for each row of it; null if it is no such map. */
  Scope asRowsOf(Scope row) {
    if (!isMap() || row.isMap() || !space.equals(row.rowShape())) {
      return null;
    }
    var stretched = in.stream().map(v -> v.stretched(row.space, row.axes)).toList();
    var perRow = results.stream().map(r -> new Result(r.slot(), r.expr(), true)).toList();
    return new Scope(row.space, row.axes, stretched, List.of(), perRow, origin);
  }

  /**
   * {@code producer} and this scope, which reads results of it, as one; null if their spaces or a view forbid it.
   * All results of both are kept.
   */
  Scope after(Scope producer) {
    var rows = space.equals(producer.space) ? null : asRowsOf(producer);
    var consumer = rows == null ? this : rows;
    if (!consumer.space.equals(producer.space)
        || !consumer.isMap() && !producer.isMap() && !consumer.axes.equals(producer.axes)) {
      return null;
    }
    var joined = consumer.isMap() ? producer.axes : consumer.axes;
    var inputs = new ArrayList<>(producer.in);
    var replacement = new ArrayList<Expr>();
    for (var view : consumer.in) {
      var made = producer.result(view.slot());
      if (made == null) {
        int at = inputs.indexOf(view);
        if (at < 0) {
          at = inputs.size();
          inputs.add(view);
        }
        replacement.add(new Expr.Input(at, view.type().dtype()));
      } else if (made.perRow() ? view.repeatsAlong(producer.axes) : view.isIdentity()) {
        replacement.add(made.expr());
      } else {
        return null;
      }
    }
    int shift = producer.folds.size();
    var folds = new ArrayList<>(producer.folds);
    consumer.folds.forEach(f -> folds.add(new KernelSpec.Reduction(f.fold(), rewrite(f.value(), replacement, shift))));
    var results = new ArrayList<>(producer.results);
    consumer.results.forEach(r -> results.add(new Result(r.slot(), rewrite(r.expr(), replacement, shift), r.perRow())));
    return new Scope(producer.space, joined, inputs, folds, results, origin.isEmpty() ? producer.origin : origin);
  }

  private static Expr rewrite(Expr e, List<Expr> inputs, int shift) {
    return switch (e) {
      case Expr.Input input -> inputs.get(input.index());
      case Expr.Fold fold -> new Expr.Fold(fold.index() + shift, fold.dtype());
      default -> e.mapParts(part -> rewrite(part, inputs, shift));
    };
  }

  /** Operands that no expression reads any more, dropped. */
  Scope compact() {
    var used = new java.util.TreeSet<Integer>();
    results.forEach(r -> collect(r.expr(), used));
    folds.forEach(f -> collect(f.value(), used));
    if (used.size() == in.size()) {
      return this;
    }
    var order = List.copyOf(used);
    var replacement = new ArrayList<Expr>();
    for (int i = 0; i < in.size(); i++) {
      replacement.add(new Expr.Input(order.indexOf(i), in.get(i).type().dtype()));
    }
    return new Scope(space, axes, order.stream().map(in::get).toList(),
        folds.stream().map(f -> new KernelSpec.Reduction(f.fold(), rewrite(f.value(), replacement, 0))).toList(),
        results.stream().map(r -> new Result(r.slot(), rewrite(r.expr(), replacement, 0), r.perRow())).toList(),
        origin);
  }

  private static void collect(Expr e, java.util.Set<Integer> used) {
    if (e instanceof Expr.Input input) {
      used.add(input.index());
    }
    e.parts().forEach(part -> collect(part, used));
  }
}
