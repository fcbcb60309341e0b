package dev.gatun.graph.plan;

import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Joins kernels so that what lies between them never reaches memory: maps into maps and rows, rows over the same axes,
 * and maps behind products as epilogues. A machine may decline any joined spec. A fused expression computes what its
 * parts did; on an exact machine sums are added up in the order of their parts, too.
 */
final class Fusion {
  /**
   * Expressions above this many nodes stay apart, so that one kernel stays below the size that HotSpot compiles well.
   */
  static final int HEAVIEST = 96;
  /** Operands and results of one kernel at most; each needs a pointer and a stride at hand. */
  private static final int MOST_OPERANDS = 14;
  /** The product, a bias, a residual, a mask and one more. */
  private static final int MOST_EPILOGUE_OPERANDS = 5;

  private final Backend machine;
  private final Reasons reasons;
  private final Sums sums;

  /** Two kernels as one, or why they stay two. */
  private record Attempt(Item.Kernel joined, Supplier<String> refusal) {
    static Attempt refused(Supplier<String> why) {
      return new Attempt(null, why);
    }
  }

  private Fusion(Backend machine, Reasons reasons, Sums sums) {
    this.machine = machine;
    this.reasons = reasons;
    this.sums = sums;
  }

  static Program fuse(Program program, Backend machine, Reasons reasons) {
    var fusion = new Fusion(machine, reasons, new Sums(program.lying(), machine));
    var outside = program.kept();
    var items = fusion.fuse(fusion.narrowed(program.items(), Map.of()), outside);
    var twins = new HashMap<Slot, Slot>();
    items.forEach(item -> fusion.twins(item, outside, twins));
    return program.withItems(items.stream().map(item -> withoutTwins(item, twins)).toList());
  }

  /** Finds results that a kernel would write twice: each with the result of that kernel that is read in its place. */
  private void twins(Item item, Set<Slot> outside, Map<Slot, Slot> twins) {
    if (item instanceof Item.Loop loop) {
      loop.body().forEach(inner -> twins(inner, outside, twins));
    }
    var scope = Scope.of(item);
    if (scope == null) {
      return;
    }
    for (int i = 1; i < scope.results().size(); i++) {
      var result = scope.results().get(i);
      scope.results().subList(0, i).stream()
          .filter(other -> other.isTwinOf(result) && !outside.contains(result.slot())
              && sums.lieAlike(other.slot(), result.slot()))
          .findFirst().ifPresent(first -> twins.put(result.slot(), first.slot()));
    }
  }

  private static Item withoutTwins(Item item, Map<Slot, Slot> twins) {
    if (item instanceof Item.Loop loop) {
      return new Item.Loop(loop.count(), loop.depth(),
          loop.body().stream().map(inner -> withoutTwins(inner, twins)).toList());
    }
    var redirected = item.reading(twins);
    return item.writes().noneMatch(twins::containsKey) ? redirected
        : Scope.of(redirected).keeping(slot -> !twins.containsKey(slot)).kernel();
  }

  /**
   * Products that read weights as they are stored, in f16 or bf16, rather than a copy cast to f32, which is no other
   * number: where the machine has such.
   *
   * @param outer casts around the loop whose body this is
   */
  private List<Item> narrowed(List<Item> items, Map<Slot, View> outer) {
    var casts = new HashMap<>(outer);
    var list = new ArrayList<Item>();
    for (var item : items) {
      switch (item) {
        case Item.Kernel kernel -> {
          list.add(narrowed(kernel, casts));
          if (isWidening(kernel)) {
            casts.put(kernel.out().getFirst(), kernel.in().getFirst());
          }
        }
        case Item.Loop loop -> {
          loop.writes().forEach(slot -> casts.values().removeIf(view -> view.slot() == slot));
          list.add(new Item.Loop(loop.count(), loop.depth(), narrowed(loop.body(), casts)));
        }
        case Item.Store store -> {
          casts.values().removeIf(view -> view.slot() == store.to().slot());
          list.add(store);
        }
      }
    }
    return list;
  }

  private Item.Kernel narrowed(Item.Kernel kernel, Map<Slot, View> casts) {
    if (!(kernel.spec() instanceof KernelSpec.Direct direct) || !(direct.op() instanceof MatMul)) {
      return kernel;
    }
    var weight = kernel.in().get(1);
    var stored = casts.get(weight.slot());
    if (stored == null) {
      return kernel;
    }
    var operands = new ArrayList<>(kernel.in());
    operands.set(1, new View(stored.slot(), weight.type().withDType(stored.type().dtype()), weight.base(),
        weight.axes(), weight.turns()));
    var spec = new KernelSpec.Direct(direct.op(), operands.stream().map(View::type).toList(), direct.results(),
        direct.epilogue());
    if (machine.choices(spec).isEmpty()) {
      return kernel;
    }
    reasons.say(kernel, () -> "reads its weight as it is stored, in " + stored.type().dtype());
    return new Item.Kernel(spec, operands, kernel.out(), kernel.origin());
  }

  /** Whether a kernel casts a whole slot of f16 or bf16 to f32, and nothing else. */
  private static boolean isWidening(Item.Kernel kernel) {
    return kernel.spec() instanceof KernelSpec.Map map && kernel.in().size() == 1 && kernel.in().getFirst().isIdentity()
        && map.exprs().size() == 1 && map.exprs().getFirst() instanceof Expr.Convert convert
        && convert.x() instanceof Expr.Input && convert.dtype() == DType.F32
        && convert.x().dtype().isFloat() && convert.x().dtype().isStorageOnly();
  }

  private List<Item> fuse(List<Item> items, Set<Slot> readOutside) {
    var list = new ArrayList<Item>();
    for (var item : items) {
      list.add(item instanceof Item.Loop loop
          ? new Item.Loop(loop.count(), loop.depth(), fuse(loop.body(), boundary(loop, items, readOutside)))
          : item);
    }
    var inlined = inlineFree(list, readOutside);
    var uses = new Uses(inlined);
    for (int at = 0; at < inlined.size(); at++) {
      for (boolean joined = true; joined;) {
        joined = fuseInto(inlined, at, readOutside, uses);
      }
    }
    inlined.removeIf(Objects::isNull);
    return dropDead(inlined, readOutside);
  }

  /** Slots written in a loop that something outside its body reads, or a later turn. */
  private static Set<Slot> boundary(Item.Loop loop, List<Item> items, Set<Slot> readOutside) {
    var outside = new HashSet<>(readOutside);
    items.stream().filter(item -> item != loop).flatMap(Item::reads).forEach(outside::add);
    var inside = loop.reads().collect(Collectors.toSet());
    loop.body().stream().filter(item -> item instanceof Item.Store).flatMap(Item::writes).filter(inside::contains)
        .forEach(outside::add);
    return outside;
  }

  /** Maps without operands (constants, positions) are computed where they are read, through any view. */
  private List<Item> inlineFree(List<Item> items, Set<Slot> readOutside) {
    Map<Slot, Expr> free = new HashMap<>();
    var list = new ArrayList<Item>();
    for (var item : items) {
      var scope = Scope.of(item);
      if (scope != null && scope.isMap() && scope.in().isEmpty()) {
        scope.results().forEach(r -> free.put(r.slot(), r.expr()));
      }
      var inlined = scope == null ? null : inline(scope, free);
      list.add(inlined == scope ? item : inlined.compact().kernel());
    }
    return dropDead(list, readOutside);
  }

  private Scope inline(Scope scope, Map<Slot, Expr> free) {
    var current = scope;
    for (int i = 0; i < scope.in().size(); i++) {
      var view = scope.in().get(i);
      var expr = free.get(view.slot());
      if (expr != null && view.turns().isEmpty()) {
        var candidate = substituted(current, i, seen(expr, view));
        var kernel = accepted(candidate.compact());
        if (kernel != null && sums.alike(kernel, scope.kernel())) {
          current = candidate;
        }
      }
    }
    return current;
  }

  private static Scope substituted(Scope scope, int input, Expr by) {
    return new Scope(scope.space(), scope.axes(), scope.in(),
        scope.folds().stream().map(f -> new KernelSpec.Reduction(f.fold(), replace(f.value(), input, by))).toList(),
        scope.results().stream().map(r -> new Scope.Result(r.slot(), replace(r.expr(), input, by), r.perRow()))
            .toList(), scope.origin());
  }

  private static Expr replace(Expr e, int input, Expr by) {
    return e.substitute(x -> x.index() == input ? by : x);
  }

  /** An expression without operands as it appears through a view of its result. */
  private static Expr seen(Expr e, View view) {
    if (e instanceof Expr.Position p) {
      long base = p.base();
      for (int j = 0; j < p.coefficients().size(); j++) {
        base += view.base().get(j) * p.coefficients().get(j);
      }
      var coefficients = view.axes().stream()
          .map(a -> a.source() < 0 ? 0L : a.step() * p.coefficients().get(a.source())).toList();
      return new Expr.Position(base, coefficients);
    }
    return e.mapParts(part -> seen(part, view));
  }

  /** Joins one producer of item {@code at} into it, if any may be: nothing stands in the producer's place then. */
  private boolean fuseInto(List<Item> items, int at, Set<Slot> readOutside, Uses uses) {
    if (!(items.get(at) instanceof Item.Kernel consumer) || Scope.of(consumer) == null) {
      return false;
    }
    for (var view : consumer.in()) {
      int from = uses.nextWrite(view.slot(), 0);
      if (from > at || !(items.get(from) instanceof Item.Kernel producer)) {
        continue;
      }
      var attempt = isUsedBetween(producer, from, at, uses)
          ? Attempt.refused(() -> "what stands between them reads its results, or changes what it reads")
          : join(producer, consumer, slot -> readOutside.contains(slot) || uses.nextRead(slot, at + 1) < Uses.NEVER);
      if (attempt.joined != null) {
        reasons.joined(producer, consumer);
        uses.remove(from, producer);
        uses.remove(at, consumer);
        uses.add(at, attempt.joined);
        items.set(from, null);
        items.set(at, attempt.joined);
        return true;
      }
      reasons.apart(producer, consumer, attempt.refusal);
    }
    return false;
  }

  /** Whether the producer may not move down: something in between reads its results or writes its operands. */
  private static boolean isUsedBetween(Item.Kernel producer, int from, int to, Uses uses) {
    return producer.out().stream().anyMatch(slot -> uses.nextRead(slot, from + 1) < to)
        || producer.in().stream().anyMatch(view -> uses.nextWrite(view.slot(), from + 1) < to);
  }

  /**
   * A map or row with what it reads.
   *
   * @param needed the producer's results that others read: below, since nothing between the two does
   */
  private Attempt join(Item.Kernel producer, Item.Kernel consumer, Predicate<Slot> needed) {
    var second = Scope.of(consumer);
    var first = Scope.of(producer);
    if (first == null) {
      return epilogue(producer, consumer, needed);
    }
    var both = second.after(first);
    if (both == null) {
      return Attempt.refused(() -> first.space().equals(second.space())
          ? "one is folded along other axes, or read through a view"
          : "it runs over " + first.space() + ", this one over " + second.space());
    }
    var kept = both.keeping(slot -> consumer.out().contains(slot) || needed.test(slot)).compact();
    var joined = accepted(kept);
    return joined == null ? Attempt.refused(() -> refusal(kept))
        : sums.alike(joined, producer, consumer) ? new Attempt(joined, null)
            : Attempt.refused(() -> "a sum would be added up in another order, which --exact forbids");
  }

  /** A scope's kernel; null if it is too large or the machine has no such. */
  private Item.Kernel accepted(Scope scope) {
    if (scope.weight() > HEAVIEST || operands(scope) > MOST_OPERANDS) {
      return null;
    }
    var kernel = scope.kernel();
    return machine.choices(kernel.spec()).isEmpty() ? null : kernel;
  }

  private static int operands(Scope scope) {
    return scope.in().size() + scope.results().size();
  }

  private String refusal(Scope scope) {
    return scope.weight() > HEAVIEST ? "their code would have " + scope.weight() + " nodes, at most " + HEAVIEST
        : operands(scope) > MOST_OPERANDS ? "there would be " + operands(scope) + " operands and results, at most "
            + MOST_OPERANDS : "the machine has no kernel for both";
  }

  /** A product and the only map that reads it. */
  private Attempt epilogue(Item.Kernel producer, Item.Kernel consumer, Predicate<Slot> needed) {
    if (!(producer.spec() instanceof KernelSpec.Direct direct)
        || !(direct.op() instanceof MatMul || direct.op() instanceof Convolve)) {
      return Attempt.refused(() -> "only products and convolutions take in what follows");
    }
    if (!(consumer.spec() instanceof KernelSpec.Map map) || map.exprs().size() != 1) {
      return Attempt.refused(() -> "only a map with one result follows a product in its kernel");
    }
    if (needed.test(producer.out().getFirst())) {
      return Attempt.refused(() -> "its result is read elsewhere, too");
    }
    var result = producer.out().getFirst();
    var before = direct.epilogue() == null ? KernelSpec.Map.copy(result.type()) : direct.epilogue();
    var operands = new ArrayList<>(producer.in());
    var types = new ArrayList<>(before.in());
    var inputs = new ArrayList<Expr>();
    for (var view : consumer.in()) {
      if (view.slot() != result) {
        operands.add(view);
        types.add(view.type());
        inputs.add(new Expr.Input(types.size() - 1, view.type().dtype()));
      } else if (view.isIdentity()) {
        inputs.add(before.exprs().getFirst());
      } else {
        return Attempt.refused(() -> "its result is read through a view");
      }
    }
    var expr = map.exprs().getFirst().substitute(x -> inputs.get(x.index()));
    if (types.size() > MOST_EPILOGUE_OPERANDS || expr.weight() > HEAVIEST) {
      return Attempt.refused(() -> "what follows a product would read " + types.size() + " operands in " + expr.weight()
          + " nodes, at most " + MOST_EPILOGUE_OPERANDS + " in " + HEAVIEST);
    }
    var spec = new KernelSpec.Direct(direct.op(), operands.stream().map(View::type).toList(), direct.results(),
        new KernelSpec.Map(map.space(), types, List.of(expr)));
    return machine.choices(spec).isEmpty() ? Attempt.refused(() -> "the machine has no kernel for both")
        : new Attempt(new Item.Kernel(spec, operands, consumer.out(), consumer.origin()), null);
  }

  private List<Item> dropDead(List<Item> items, Set<Slot> readOutside) {
    var live = new HashSet<>(readOutside);
    var kept = new ArrayList<Item>();
    for (var item : items.reversed()) {
      if (item.writes().anyMatch(live::contains)) {
        kept.add(item);
        item.reads().forEach(live::add);
      }
    }
    return new ArrayList<>(kept.reversed());
  }
}
