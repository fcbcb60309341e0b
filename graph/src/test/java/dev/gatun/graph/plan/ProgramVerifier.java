package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What every pass may rely on, and must leave so:
 *
 * <ul>
 * <li>a slot that is read is a source, a table, or was written before, in the same loop or around it;
 * <li>one kernel writes a slot, as a whole, or else stores do; sources are stored to at the end, and their old value is
 *     not read afterwards; what a loop carries is stored before it, and not read in a turn once it moved;
 * <li>operands have the types that the spec wants, results those that it gives, and its expressions read operands and
 *     reductions that are there, as what they are;
 * <li>a view stays within its slot, at every position and at every turn of the loops around it;
 * <li>results and updates are there, with their types, and move with no loop.
 * </ul>
 */
final class ProgramVerifier {
  private final Program program;
  private final Set<Slot> known = new HashSet<>();
  private final Map<Slot, Item> makers = new HashMap<>();
  /** Sources, and what loops carry, that hold their new value by now. */
  private final Set<Slot> moved = new HashSet<>();
  /** Turns of the loops around, the outermost first. */
  private final List<Long> counts = new ArrayList<>();
  /** What was known where the innermost loop began. */
  private Set<Slot> before = Set.of();
  /** What the turns of the innermost loop store, one part each. */
  private Set<Slot> stacked = new HashSet<>();

  private ProgramVerifier(Program program) {
    this.program = program;
  }

  /** @throws IllegalStateException saying what does not hold, and where */
  static void verify(Program program) {
    new ProgramVerifier(program).verify();
  }

  private static void require(boolean holds, Object where, String what) {
    if (!holds) {
      throw new IllegalStateException(what + " · " + switch (where) {
        case Item.Kernel kernel -> kernel.spec().getClass().getSimpleName().toLowerCase(Locale.ROOT) + " of "
            + kernel.in().stream().map(View::slot).toList() + " to " + kernel.out() + at(kernel.origin());
        case Item.Store store -> "store of " + store.from().slot() + " to " + store.to().slot() + at(store.origin());
        case Item.Loop loop -> "loop of " + loop.count() + " turns at depth " + loop.depth();
        default -> where.toString();
      });
    }
  }

  private static String at(String origin) {
    return origin.isEmpty() ? "" : " at " + origin;
  }

  private void verify() {
    var names = new HashSet<String>();
    program.sources().forEach((slot, source) -> {
      require(names.add(source.name()), slot, "two sources have one name");
      require(slot.type().equals(source.type()), slot,
          "the slot of a source of " + source.type() + " has another type");
      known.add(slot);
    });
    program.tables().forEach((slot, table) -> {
      require(slot.type().equals(table.type()), slot, "the slot of a table of " + table.type() + " has another type");
      require(known.add(slot), slot, "a table is a source as well");
    });
    before = program.sources().keySet();
    program.items().forEach(this::verify);
    program.outputs().forEach((name, view) -> read(view, "result " + name));
    boolean stored = !moved.isEmpty();
    program.updates().forEach((state, next) -> {
      require(program.sources().containsKey(state), state, "what is updated is no source");
      require(state.type().equals(next.type()), state, "an update has the type " + next.type());
      boolean same = next.slot() == state && next.isIdentity();
      require(!stored || same || moved.contains(state), state, "the store of an update is missing");
      if (!stored) {
        read(next, "update of " + state);
      }
    });
  }

  private void verify(Item item) {
    switch (item) {
      case Item.Kernel kernel -> kernel(kernel);
      case Item.Store store -> store(store);
      case Item.Loop loop -> loop(loop);
    }
  }

  private void kernel(Item.Kernel kernel) {
    kernel.in().forEach(view -> read(view, kernel));
    require(kernel.in().stream().map(View::type).toList().equals(kernel.spec().in()), kernel,
        "operands have other types than the spec's " + kernel.spec().in());
    require(kernel.out().stream().map(Slot::type).toList().equals(kernel.spec().out()), kernel,
        "results have other types than the spec's " + kernel.spec().out());
    expressions(kernel);
    for (var slot : kernel.out()) {
      require(!known.contains(slot) || makers.containsKey(slot), kernel, "a kernel writes what comes from outside");
      require(makers.putIfAbsent(slot, kernel) == null, kernel, "two items write " + slot);
      known.add(slot);
    }
  }

  private void store(Item.Store store) {
    read(store.from(), store);
    within(store.to(), store);
    var to = store.to().slot();
    require(store.from().type().equals(store.to().type()), store, "a store changes the type");
    require(store.from().slot() != to, store, "a store copies within a slot");
    require(!program.tables().containsKey(to), store, "a store changes a table");
    require(!program.sources().containsKey(to) || program.updates().containsKey(to) && counts.isEmpty(), store,
        "a store changes a source, and is no update at the end");
    require(!moved.contains(to), store, "two stores move " + to);
    long turns = 1;
    for (var turn : store.to().turns()) {
      turns *= counts.get(turn.depth());
    }
    require(turns * store.to().shape().elements() == to.type().shape().elements(), store,
        "a store leaves a part of " + to + " as it was");
    for (int i = 0; i < store.to().axes().size(); i++) {
      require(store.to().shape().size(i) == 1 || store.to().axes().get(i).source() >= 0, store,
          "a store writes an element several times");
    }
    require(makers.getOrDefault(to, store) instanceof Item.Store, store, "two items write " + to);
    makers.put(to, store);
    known.add(to);
    if (before.contains(to)) {
      moved.add(to);
    }
    if (store.to().turns().stream().anyMatch(turn -> turn.depth() == counts.size() - 1)) {
      stacked.add(to);
    }
  }

  private void loop(Item.Loop loop) {
    require(loop.depth() == counts.size(), loop, "a loop stands at depth " + counts.size());
    require(loop.count() >= 1, loop, "a loop has no turn");
    var outerBefore = before;
    var outerMoved = Set.copyOf(moved);
    var outerStacked = stacked;
    before = Set.copyOf(known);
    stacked = new HashSet<>();
    counts.add(loop.count());
    loop.body().forEach(this::verify);
    counts.removeLast();
    // What is carried has its new value now; of the rest only what all turns have stored is there behind the loop.
    moved.retainAll(outerMoved);
    known.retainAll(union(before, stacked));
    before = outerBefore;
    stacked = outerStacked;
  }

  private static Set<Slot> union(Set<Slot> a, Set<Slot> b) {
    var all = new HashSet<>(a);
    all.addAll(b);
    return all;
  }

  private void read(View view, Object where) {
    require(known.contains(view.slot()), where, "nothing has written " + view.slot());
    require(!moved.contains(view.slot()), where, "the old value is gone of " + view.slot());
    within(view, where);
  }

  private void within(View view, Object where) {
    var slot = view.slot().type();
    var shape = view.shape();
    require(view.type().dtype() == slot.dtype(), where, "a view changes the dtype of " + view.slot());
    require(view.axes().size() == shape.rank() && view.base().size() == slot.shape().rank(), where,
        "a view has not its axes");
    require(view.turns().stream().allMatch(turn -> turn.depth() >= 0 && turn.depth() < counts.size()), where,
        "a view moves with a loop that it does not stand in");
    if (shape.elements() == 0) {
      return;
    }
    for (int axis = 0; axis < slot.shape().rank(); axis++) {
      var reach = reach(view, axis);
      require(reach[0] >= 0 && reach[1] < slot.shape().size(axis), where, "a view reaches from " + reach[0] + " to "
          + reach[1] + " along axis " + axis + " of " + view.slot());
    }
  }

  /** The least and the greatest position along an axis of a view's slot. */
  private long[] reach(View view, int axis) {
    var moves = new ArrayList<Long>();
    for (int i = 0; i < view.axes().size(); i++) {
      if (view.axes().get(i).source() == axis) {
        moves.add((view.shape().size(i) - 1) * view.axes().get(i).step());
      }
    }
    view.turns().stream().filter(turn -> turn.axis() == axis)
        .forEach(turn -> moves.add((counts.get(turn.depth()) - 1) * turn.step()));
    long base = view.base().get(axis);
    return new long[] {base + moves.stream().mapToLong(move -> Math.min(0, move)).sum(),
        base + moves.stream().mapToLong(move -> Math.max(0, move)).sum()};
  }

  private void expressions(Item.Kernel kernel) {
    switch (kernel.spec()) {
      case KernelSpec.Map map -> map(map, kernel);
      case KernelSpec.Row row -> row(row, kernel);
      case KernelSpec.Direct direct -> {
        if (direct.epilogue() != null) {
          require(direct.epilogue().in().getFirst().equals(direct.results().getFirst()), kernel,
              "an epilogue follows another result");
          require(direct.epilogue().in().subList(1, direct.epilogue().in().size())
              .equals(direct.in().subList(direct.operands(), direct.in().size())), kernel,
              "an epilogue reads other operands");
          map(direct.epilogue(), kernel);
        }
      }
      case KernelSpec.Chain chain -> chain(chain, kernel);
      case KernelSpec.Regroup regroup -> require(regroup.from().shape().elements() == regroup.to().shape().elements(),
          kernel, "a regroup changes how many elements there are");
      case KernelSpec.Place place -> require(place.in().size() == place.regions().size(), kernel,
          "a place has not a region for each operand");
      case KernelSpec.View view -> require(false, kernel, "a view is no kernel");
      case KernelSpec.Repeat repeat -> require(false, kernel, "a scan is no kernel");
    }
  }

  private static void map(KernelSpec.Map map, Item.Kernel kernel) {
    shapes(map.in(), map.space(), kernel);
    map.exprs().forEach(expr -> expression(expr, map.in(), List.of(), map.space(), kernel));
  }

  private static void row(KernelSpec.Row row, Item.Kernel kernel) {
    shapes(row.in(), row.space(), kernel);
    require(!row.folds().isEmpty(), kernel, "a row reduces nothing");
    require(row.axes().stream().allMatch(axis -> axis >= 0 && axis < row.space().rank()), kernel,
        "a row lies along axes that are not there");
    for (int i = 0; i < row.folds().size(); i++) {
      expression(row.folds().get(i).value(), row.in(), row.folds().subList(0, i), row.space(), kernel);
    }
    row.rowExprs().forEach(expr -> expression(expr, row.in(), row.folds(), row.space(), kernel));
    row.mapExprs().forEach(expr -> expression(expr, row.in(), row.folds(), row.space(), kernel));
  }

  private static void shapes(List<TensorType> in, Shape space, Item.Kernel kernel) {
    in.forEach(type -> require(type.shape().equals(space), kernel,
        "an operand has another shape than the space " + space));
  }

  private static void expression(Expr expr, List<TensorType> in, List<KernelSpec.Reduction> folds, Shape space,
      Item.Kernel kernel) {
    switch (expr) {
      case Expr.Input input -> require(input.index() >= 0 && input.index() < in.size()
          && input.dtype() == in.get(input.index()).dtype(), kernel, "no operand is " + input);
      case Expr.Fold fold -> require(fold.index() >= 0 && fold.index() < folds.size()
          && fold.dtype() == folds.get(fold.index()).dtype(), kernel, "no reduction before is " + fold);
      case Expr.Position position -> require(position.coefficients().size() == space.rank(), kernel,
          "a position has not its axes");
      default -> expr.mapParts(part -> {
        expression(part, in, folds, space, kernel);
        return part;
      });
    }
  }

  private static void chain(KernelSpec.Chain chain, Item.Kernel kernel) {
    var values = chain.values();
    require(chain.rows().size() == chain.in().size(), kernel, "a chain has not a mark for each operand");
    require(chain.results().stream().allMatch(value -> value >= chain.in().size() && value < values.size()), kernel,
        "a chain's result is none of its links'");
    int made = chain.in().size();
    for (var link : chain.links()) {
      for (var passed : link.in()) {
        require(passed.value() >= 0 && passed.value() < made, kernel, "a link reads what no link before has made");
      }
      require(link.in().size() == link.spec().in().size(), kernel, "a link has not its operands");
      switch (link.spec()) {
        case KernelSpec.Map map -> map(map, kernel);
        case KernelSpec.Row row -> row(row, kernel);
        case KernelSpec.Direct direct -> require(direct.epilogue() == null, kernel, "a link has an epilogue");
        default -> require(false, kernel, "a link is no map, row or product");
      }
      made += link.spec().out().size();
    }
  }
}
