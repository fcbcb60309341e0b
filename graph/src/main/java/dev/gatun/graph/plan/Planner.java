package dev.gatun.graph.plan;

import dev.gatun.memory.BudgetException;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Layout;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.MaxPool;
import dev.gatun.ops.Op;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Source;
import dev.gatun.ops.SumPool;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Unpool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compiles a graph for a machine: what hangs on parameters alone is set apart, then lowering, fusion, choice of kernels
 * with their layouts, then memory. A pure function of its arguments.
 */
public final class Planner {
  /** Bytes that a relayout moves in a second, for weighing choices. */
  private static final double RELAYOUT_RATE = 5e9;
  /** The budget where there is none. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private final Backend machine;
  private final Reasons reasons;
  private final Program program;
  private final Map<Slot, Spot> spots = new HashMap<>();
  /** The slots that lie in the memory of each. */
  private final Map<Slot, List<Slot>> lodgers = new HashMap<>();
  private final Set<Slot> kept;
  private final Map<View, Map<Layout, Spot>> relaid = new HashMap<>();
  private final Map<Slot, Integer> lastRead = new HashMap<>();
  /** How many stores will still write a slot: a second name for its memory would change under its readers. */
  private final Map<Slot, Long> storesLeft;
  /** How each product and the like is run: the same spec always so, lest another kernel give other bits. */
  private final Map<KernelSpec, Choice> decided;
  private final Map<KernelSpec, Choice> choices = new IdentityHashMap<>();
  private int number;

  /** @param decided choices that stand already; what runs again runs as it did before */
  private Planner(Program program, Backend machine, Reasons reasons, Map<KernelSpec, Choice> decided) {
    this.program = program;
    this.machine = machine;
    this.reasons = reasons;
    this.decided = decided;
    this.kept = program.kept();
    this.storesLeft = program.items().stream().flatMap(Planner::stores)
        .collect(Collectors.groupingBy(slot -> slot, Collectors.counting()));
  }

  private static Stream<Slot> stores(Item item) {
    return switch (item) {
      case Item.Store store -> Stream.of(store.to().slot());
      case Item.Loop loop -> loop.body().stream().flatMap(Planner::stores);
      case Item.Kernel kernel -> Stream.of();
    };
  }

  /**
   * The plan of a graph.
   *
   * @param model offset in bytes of each parameter and state in the model's memory
   * @param session offset in bytes of each cache in the session's memory
   * @throws KernelException if the machine has no kernel for a part of the graph
   */
  public static Plan plan(Graph graph, Backend machine, Map<String, Long> model, Map<String, Long> session) {
    return plan(graph, machine, model, session, UNLIMITED).plan();
  }

  /**
   * A plan whose memory fits a budget: if it does not of itself, values that are read long after they were made are
   * computed again for those readers, as many as it takes. That costs time and changes no bit of a result. Where there is
   * no room for what is prepared, nothing is folded; then only an exact machine gives the same bits.
   *
   * @param budget bytes that {@link Plan#planBytes} may have
   * @throws KernelException if the machine has no kernel for a part of the graph
   * @throws BudgetException if no plan was found that fits, naming the least that was reached and what holds it
   */
  public static Explained plan(Graph graph, Backend machine, Map<String, Long> model, Map<String, Long> session,
      long budget) {
    return plan(graph, machine, model, session, budget, new Reasons(false));
  }

  /** The same plan, and why it is as it is. */
  public static Explained explain(Graph graph, Backend machine, Map<String, Long> model, Map<String, Long> session,
      long budget) {
    return plan(graph, machine, model, session, budget, new Reasons(true));
  }

  /**
   * A plan with the reasons of what was joined, left apart, chosen and computed again.
   *
   * @param reasons if they were asked for
   * @param again how many kernels run again to save memory
   */
  public record Explained(Plan plan, List<Reason> reasons, int again) {
    public Explained {
      reasons = List.copyOf(reasons);
    }
  }

  private static Explained plan(Graph graph, Backend machine, Map<String, Long> model, Map<String, Long> session,
      long budget, Reasons reasons) {
    var whole = rewritten(graph, rewrites(reasons));
    var unprepared = reasons.copy();
    var folded = rewritten(whole, foldings(machine, reasons));
    var parts = Preparation.of(folded, reasons);
    var outside = Map.of(Plan.Place.MODEL, model, Plan.Place.SESSION, session, Plan.Place.PREPARED, parts.offsets());
    if (parts.prepared() == null) {
      return compile(Lowering.lower(whole), machine, outside, null, budget, reasons);
    }
    var preparation = compile(Lowering.lower(parts.prepared()), machine, outside, null, UNLIMITED, new Reasons(false))
        .plan();
    try {
      long left = budget - preparation.planBytes() - preparation.bytes(Plan.Place.PREPARED);
      return compile(Lowering.lower(parts.graph()), machine, outside, preparation, left, reasons);
    } catch (BudgetException full) {
      unprepared.sayOfAll(() -> "prepares nothing when parameters change: the memory budget leaves no room for it");
      // What is folded costs more in each run than it saves; but where bits are promised, nothing else may run or lie.
      var program = machine.exact() ? Lowering.lower(folded, parts.values()) : Lowering.lower(whole);
      return compile(program, machine, outside, null, budget, unprepared);
    }
  }

  private static Explained compile(Program lowered, Backend machine, Map<Plan.Place, Map<String, Long>> outside,
      Plan preparation, long budget, Reasons reasons) {
    var program = lowered;
    for (var pass : passes(machine, reasons)) {
      program = pass.change().apply(program);
    }
    var planner = new Planner(program, machine, reasons, Map.of());
    var plan = planner.plan(outside, preparation);
    if (plan.planBytes() <= budget) {
      return new Explained(plan, reasons.all(program.items()), 0);
    }
    var fitted = Fitting.fit(program, plan.planBytes(), budget, machine, other ->
        new Planner(other, machine, new Reasons(false), planner.choices).plan(outside, preparation));
    fitted.again().explain(reasons);
    return new Explained(fitted.plan(), reasons.all(fitted.again().program().items()), fitted.again().count());
  }

  /** A program whose slots lie as they do if nothing of it is joined, unless no bit hangs on it. */
  private static Program lying(Program program, Backend machine) {
    var planner = new Planner(Stores.withUpdates(program), machine, new Reasons(false), Map.of());
    planner.calls();
    return new Sums(planner.spots, machine).hang(program.items()) ? program.withLying(planner.spots) : program;
  }

  private List<Call> calls() {
    program.sources().keySet().forEach(this::placeRowMajor);
    program.tables().keySet().forEach(this::placeRowMajor);
    return calls(program.items(), Set.of());
  }

  private Plan plan(Map<Plan.Place, Map<String, Long>> outside, Plan preparation) {
    var calls = calls();
    var outputs = outputs(calls);
    return new Memory(program, spots, outside).plan(machine.name(), calls, outputs, preparation);
  }

  /** One step on the way from a graph to what is lowered: a graph that computes the same. */
  record Rewrite(String name, UnaryOperator<Graph> change) {}

  private static Graph rewritten(Graph graph, List<Rewrite> rewrites) {
    var rewritten = graph;
    for (var rewrite : rewrites) {
      rewritten = rewrite.change().apply(rewritten);
    }
    return rewritten;
  }

  /** The rewrites of every graph, in the order in which they run. */
  static List<Rewrite> rewrites(Reasons reasons) {
    return List.of(new Rewrite("sharing", graph -> Sharing.share(graph, reasons)),
        new Rewrite("sinking", graph -> Sinking.sink(graph, reasons)));
  }

  /** Those after them that make weights of weights, which pays where these are prepared. */
  static List<Rewrite> foldings(Backend machine, Reasons reasons) {
    return List.of(new Rewrite("folding", graph -> Folding.fold(graph, machine, reasons)),
        new Rewrite("merging", graph -> Merging.merge(graph, reasons)));
  }

  /** One step on the way from a lowered graph to what is placed: a program that computes the same. */
  record Pass(String name, UnaryOperator<Program> change) {}

  /** The passes in the order in which they run. */
  static List<Pass> passes(Backend machine, Reasons reasons) {
    return List.of(new Pass("lying", program -> machine.exact() ? lying(program, machine) : program),
        new Pass("fusion", program -> Fusion.fuse(program, machine, reasons)),
        new Pass("chains", program -> Chains.join(program, machine, reasons)),
        new Pass("stores", Stores::withUpdates), new Pass("ordering", Ordering::lowered));
  }

  /** The results, each dense and row-major, so that whoever reads them needs no strides. */
  private Map<String, Spot> outputs(List<Call> calls) {
    var outputs = new LinkedHashMap<String, Spot>();
    program.outputs().forEach((name, view) -> {
      var spot = spot(view);
      if (!spot.isRowMajor()) {
        var dense = Spot.whole(new Slot(name, view.type()), Layout.rowMajor(view.type().shape().rank()));
        copy(spot, dense, "", calls);
        spot = dense;
      }
      outputs.put(name, spot);
    });
    return outputs;
  }

  private void put(Slot slot, Spot spot) {
    spots.put(slot, spot);
    lodgers.computeIfAbsent(spot.root(), root -> new ArrayList<>()).add(slot);
  }

  private void placeRowMajor(Slot slot) {
    put(slot, Spot.whole(slot, Layout.rowMajor(slot.type().shape().rank())));
  }

  private List<Call> calls(List<Item> items, Set<Slot> outer) {
    var homes = Stores.direct(items, program);
    for (int i = 0; i < items.size(); i++) {
      int at = i;
      items.get(i).reads().filter(s -> !outer.contains(s)).forEach(s -> lastRead.put(s, at));
    }
    var calls = new ArrayList<Call>();
    for (int i = 0; i < items.size(); i++) {
      switch (items.get(i)) {
        case Item.Kernel kernel -> {
          homesOf(kernel, homes);
          emit(kernel, i, outer, calls);
        }
        case Item.Store store -> store(store, homes, calls);
        case Item.Loop loop -> {
          var changed = loop.writes().collect(Collectors.toSet());
          relaid.keySet().removeIf(view -> changed.contains(view.slot()));
          var valid = Set.copyOf(relaid.keySet());
          calls.add(new Call.Loop(loop.count(), calls(loop.body(), Set.copyOf(spots.keySet()))));
          relaid.keySet().retainAll(valid);
        }
      }
    }
    return calls;
  }

  /** Places the results that are made where a store would copy them. */
  private void homesOf(Item.Kernel kernel, Map<Slot, View> homes) {
    for (var slot : kernel.out()) {
      var home = homes.get(slot);
      if (home != null) {
        ensurePlaced(home.slot());
        put(slot, spots.get(home.slot()).through(home));
      }
    }
  }

  private void ensurePlaced(Slot slot) {
    if (!spots.containsKey(slot)) {
      placeRowMajor(slot);
    }
  }

  private Spot spot(View view) {
    return spots.get(view.slot()).through(view);
  }

  private void store(Item.Store store, Map<Slot, View> homes, List<Call> calls) {
    storesLeft.merge(store.to().slot(), -1L, Long::sum);
    ensurePlaced(store.to().slot());
    if (store.to().equals(homes.get(store.from().slot())) && store.from().isIdentity()) {
      return;
    }
    copy(spot(store.from()), spot(store.to()), store.origin(), calls);
    relaid.keySet().removeIf(view -> view.slot() == store.to().slot());
  }

  private void copy(Spot from, Spot to, String origin, List<Call> calls) {
    var spec = KernelSpec.Map.copy(from.type());
    calls.add(new Call.Run(spec, choose(spec, origin), List.of(from), List.of(to), null, origin));
  }

  private Choice choose(KernelSpec spec, String origin) {
    var choices = machine.choices(spec);
    if (choices.isEmpty()) {
      throw new KernelException(machine.name(), spec, origin);
    }
    return choices.getFirst();
  }

  private void emit(Item.Kernel kernel, int at, Set<Slot> outer, List<Call> calls) {
    switch (kernel.spec()) {
      case KernelSpec.Regroup regroup -> regroup(kernel, calls);
      case KernelSpec.Place place -> place(kernel, place, calls);
      case KernelSpec.Map map -> run(kernel, choose(map, kernel.origin()), reusable(kernel, at, outer), calls);
      case KernelSpec.Row row -> run(kernel, choose(row, kernel.origin()), null, calls);
      case KernelSpec.Chain chain -> run(kernel, choose(chain, kernel.origin()), null, calls);
      case KernelSpec.Direct direct -> run(kernel, cheapest(kernel), null, calls);
      case KernelSpec.View v -> throw new IllegalStateException("views are never kernels");
      case KernelSpec.Repeat r -> throw new IllegalStateException("loops are never kernels");
    }
  }

  /** The choice whose own cost and relayouts are least together. */
  private Choice cheapest(Item.Kernel kernel) {
    var known = decided.get(kernel.spec());
    if (known != null) {
      return known;
    }
    choose(kernel.spec(), kernel.origin());
    Choice best = null;
    double least = Double.POSITIVE_INFINITY;
    var costs = new LinkedHashMap<String, Double>();
    for (var choice : machine.choices(kernel.spec())) {
      double cost = choice.seconds() - (hasConstantWeight(kernel) ? choice.packSeconds() : 0);
      for (int i = 0; i < kernel.in().size(); i++) {
        var spot = spot(kernel.in().get(i));
        if (!fits(spot, kernel.spec(), choice.in().get(i))) {
          cost += 2 * spot.type().bytes() / RELAYOUT_RATE;
        }
      }
      costs.put(choice.name(), cost);
      if (cost < least) {
        least = cost;
        best = choice;
      }
    }
    var chosen = best;
    if (costs.size() > 1) {
      reasons.say(kernel, () -> "runs as " + chosen.name() + ": expected are " + costs.entrySet().stream()
          .map(cost -> String.format(Locale.ROOT, "%.3g ms by %s", 1e3 * cost.getValue(), cost.getKey()))
          .collect(Collectors.joining(", ")));
    }
    choices.put(kernel.spec(), best);
    return best;
  }

  /** Whether the second operand is a parameter, in a plan that changes none. */
  private boolean hasConstantWeight(Item.Kernel kernel) {
    if (kernel.in().size() < 2 || storesLeft.keySet().stream().anyMatch(program.sources()::containsKey)) {
      return false;
    }
    var source = program.sources().get(kernel.in().get(1).slot());
    return source != null && (source.role() == Source.Role.PARAMETER || source.role() == Source.Role.PREPARED);
  }

  /** Runs a kernel: operands in the layouts that the choice wants, results in theirs. */
  private void run(Item.Kernel kernel, Choice choice, Spot reuse, List<Call> calls) {
    var in = new ArrayList<Spot>();
    for (int i = 0; i < kernel.in().size(); i++) {
      in.add(relaid(kernel, i, choice.in().get(i), calls));
    }
    var out = new ArrayList<Spot>();
    var copies = new ArrayList<Spot[]>();
    for (int i = 0; i < kernel.out().size(); i++) {
      var slot = kernel.out().get(i);
      var wish = choice.out().get(i);
      var spot = spots.get(slot);
      if (spot == null) {
        var decided = program.lying().get(slot);
        spot = reuse != null && i == 0 && (decided == null || decided.strides().equals(reuse.strides())) ? reuse
            : Spot.whole(slot, decided != null ? decided.layout() : wish.isAny() ? follow(kernel, in, i) : wish);
        put(slot, spot);
      }
      if (!fits(spot, kernel.spec(), wish)) {
        var aside = Spot.whole(new Slot("l" + number++, slot.type()), wish);
        copies.add(new Spot[] {aside, spot});
        spot = aside;
      }
      out.add(shapedAs(kernel.spec().out().get(i), spot));
    }
    var workspace = choice.workspaceBytes() == 0 ? null
        : new Slot("w" + number++, TensorType.of(dev.gatun.memory.DType.U8, choice.workspaceBytes()));
    calls.add(new Call.Run(kernel.spec(), choice, in, out, workspace, kernel.origin()));
    copies.forEach(pair -> copy(pair[0], pair[1], kernel.origin(), calls));
  }

  private static Spot shapedAs(TensorType type, Spot spot) {
    return type.equals(spot.type()) ? spot
        : new Spot(spot.root(), type, spot.offset(), spot.strides(), spot.advance());
  }

  /** Whether a machine takes an operand or a result as it lies; those of products and the like never lie backwards. */
  private static boolean fits(Spot spot, KernelSpec spec, Layout wish) {
    return wish.accepts(spot.type().shape(), spot.strideArray())
        && !((spec instanceof KernelSpec.Direct || spec instanceof KernelSpec.Chain) && spot.isReversed());
  }

  private Spot relaid(Item.Kernel kernel, int operand, Layout wish, List<Call> calls) {
    var view = kernel.in().get(operand);
    var spot = spot(view);
    if (fits(spot, kernel.spec(), wish)) {
      return spot;
    }
    var known = relaid.computeIfAbsent(view, v -> new HashMap<>());
    return known.computeIfAbsent(wish, layout -> {
      var copy = Spot.whole(new Slot("l" + number++, view.type()), layout);
      copy(spot, copy, kernel.origin(), calls);
      return copy;
    });
  }

  /** The layout of a result that the machine leaves open: the operands' own, where they have one in common. */
  private static Layout follow(Item.Kernel kernel, List<Spot> in, int result) {
    var type = kernel.out().get(result).type();
    int rank = type.shape().rank();
    if (kernel.spec() instanceof KernelSpec.Direct direct && direct.op() instanceof MatMul) {
      return product(in, rank);
    }
    for (var spot : in) {
      boolean alike = kernel.spec() instanceof KernelSpec.Direct direct ? isWindow(direct.op())
          : spot.type().shape().equals(type.shape());
      if (alike && !spot.repeats() && !spot.isRowMajor()) {
        return spot.layout();
      }
    }
    return Layout.rowMajor(rank);
  }

  private static boolean isWindow(Op.Primitive op) {
    return op instanceof MaxPool || op instanceof Unpool || op instanceof SumPool;
  }

  /**
   * Column-major where the rows of the first operand, and not the columns of the second, lie side by side; where both
   * do, as the first operand's own memory is.
   */
  private static Layout product(List<Spot> in, int rank) {
    var a = in.get(0);
    var b = in.get(1);
    boolean rows = a.strides().get(rank - 2) == 1 && a.type().shape().size(rank - 1) > 1;
    boolean columns = b.strides().get(rank - 1) == 1;
    boolean columnMajor = rows && (!columns || rank == 2 && !transposed(a));
    if (!columnMajor) {
      return Layout.rowMajor(rank);
    }
    var order = new ArrayList<>(Layout.rowMajor(rank).order());
    order.set(rank - 2, rank - 1);
    order.set(rank - 1, rank - 2);
    return new Layout(order);
  }

  /** Whether the operand is the transpose of what its memory's own shape says. */
  private static boolean transposed(Spot a) {
    var own = a.root().type().shape();
    return own.rank() >= 2 && own.size(-1) == a.type().shape().size(0)
        && own.elements() == a.type().shape().elements();
  }

  /** Another name for the same memory where strides allow it, else a copy that keeps the operand's fastest axis. */
  private void regroup(Item.Kernel kernel, List<Call> calls) {
    var slot = kernel.out().getFirst();
    var from = spot(kernel.in().getFirst());
    var alias = from.regroup(slot.type().shape());
    if (alias != null && from.advance().isEmpty() && storesLeft.getOrDefault(from.root(), 0L) == 0) {
      put(slot, alias);
      return;
    }
    var like = from.type().shape();
    boolean columns = from.strides().size() > 1 && from.strides().getFirst() == 1
        && Spot.whole(slot, Layout.of(0)).regroup(like) != null;
    var spot = Spot.whole(slot, columns ? Layout.of(0) : Layout.rowMajor(slot.type().shape().rank()));
    put(slot, spot);
    copy(from, spot.regroup(like), kernel.origin(), calls);
  }

  private void place(Item.Kernel kernel, KernelSpec.Place place, List<Call> calls) {
    var slot = kernel.out().getFirst();
    var in = kernel.in().stream().map(this::spot).toList();
    var layout = in.stream().filter(s -> !s.repeats() && !s.isRowMajor()).map(Spot::layout).findFirst()
        .orElse(Layout.rowMajor(place.to().shape().rank()));
    if (!spots.containsKey(slot)) {
      var decided = program.lying().get(slot);
      put(slot, Spot.whole(slot, decided != null ? decided.layout() : layout));
    }
    var spot = spots.get(slot);
    if (!place.covers()) {
      var fill = new KernelSpec.Map(place.to().shape(), List.of(),
          List.of(new Expr.Literal(place.fill(), place.to().dtype())));
      calls.add(new Call.Run(fill, choose(fill, kernel.origin()), List.of(), List.of(spot), null, kernel.origin()));
    }
    for (int i = 0; i < in.size(); i++) {
      var region = place.regions().get(i);
      long offset = spot.offset();
      var strides = new ArrayList<Long>();
      for (int axis = 0; axis < spot.strides().size(); axis++) {
        offset += region.start().get(axis) * spot.strides().get(axis);
        strides.add(region.step().get(axis) * spot.strides().get(axis));
      }
      copy(in.get(i), new Spot(spot.root(), in.get(i).type(), offset, strides, spot.advance()), kernel.origin(), calls);
    }
  }

  /** Memory of an operand that nothing reads after this map, element for element the same as its first result. */
  private Spot reusable(Item.Kernel kernel, int at, Set<Slot> outer) {
    var type = kernel.out().getFirst().type();
    for (var view : kernel.in()) {
      var slot = view.slot();
      if (view.isIdentity() && slot.type().equals(type) && diesAt(spots.get(slot).root(), at, outer)
          && kernel.in().stream().filter(v -> v.slot() == slot).count() == 1) {
        return spots.get(slot);
      }
    }
    return null;
  }

  /** Whether nothing that lies in {@code root}'s memory is read after item {@code at}. */
  private boolean diesAt(Slot root, int at, Set<Slot> outer) {
    return lodgers.get(root).stream().allMatch(slot -> lastRead.getOrDefault(slot, Integer.MAX_VALUE) <= at
        && !outer.contains(slot) && !program.isGiven(slot) && !kept.contains(slot));
  }
}
