package dev.gatun.ops;

import dev.gatun.ops.Source.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes out of a scan what needs no loop (loop fission): what is the same in every turn is computed once; a product by
 * something that is the same in every turn is one product over all turns, before the loop if it depends on no carried
 * value, after it if no carried value depends on it. With a product go the operands that it needs, or what is made of
 * it. No result changes by a bit: a row of a product is the same sum whatever rows stand beside it.
 */
final class ScanFission {
  private final Builder b;
  private final Scan scan;
  private final Scan.Body body;
  private final List<Value> operands;
  private final List<Node> order;
  private final Set<Node> varying;
  private final ScanStacks stacks;

  private ScanFission(Builder b, Scan scan, List<Value> operands) {
    this.b = b;
    this.scan = scan;
    this.body = scan.body();
    this.operands = operands;
    this.order = Graph.ordered(body.results());
    this.varying = Graph.reachableFrom(Scan.joined(body.slices(), body.carries()), order);
    this.stacks = new ScanStacks(b, scan.length());
  }

  /** Emits {@code scan} applied to {@code operands} without what needs no loop; gives the results of the scan. */
  static List<Value> apply(Builder b, Scan scan, List<Value> operands) {
    return new ScanFission(b, scan, operands).split();
  }

  private List<Value> split() {
    int sliced = body.slices().size();
    int carried = body.carries().size();
    for (int i = 0; i < sliced; i++) {
      stacks.put(body.slices().get(i), operands.get(i));
    }
    for (int i = 0; i < body.captures().size(); i++) {
      stacks.putInvariant(body.captures().get(i), operands.get(sliced + carried + i));
    }
    order.stream().filter(node -> !varying.contains(node) && !(node.op() instanceof Source))
        .forEach(stacks::emitInvariant);
    before();
    var after = after();
    var wanted = wanted(after);
    var results = new Rest(wanted).emit();
    for (int i = 0; i < wanted.size(); i++) {
      stacks.put(wanted.get(i), results.get(i));
    }
    order.stream().filter(after::contains).forEach(stacks::emit);
    var all = new ArrayList<Value>();
    for (int i = 0; i < body.results().size(); i++) {
      all.add(body.isStacked(i) ? stacks.stack(body.results().get(i))
          : results.get(wanted.size() + i - body.stacked().size()));
    }
    return all;
  }

  /** Whether a node is a product of which one operand is the same in every turn. */
  private boolean isProduct(Node node) {
    return node.op() instanceof MatMul && varying.contains(node)
        && node.inputs().stream().anyMatch(v -> !varying.contains(v.node()));
  }

  /** Products that depend on no carried value, with the operands that they need. */
  private void before() {
    var carried = Graph.reachableFrom(body.carries(), order);
    var possible = new HashSet<Node>();
    for (var node : order) {
      boolean covered = node.op() instanceof Source || ScanStacks.covers(node.op());
      if (varying.contains(node) && !carried.contains(node) && covered
          && node.inputs().stream().allMatch(v -> !varying.contains(v.node()) || possible.contains(v.node()))) {
        possible.add(node);
      }
    }
    var products = order.stream().filter(node -> possible.contains(node) && isProduct(node))
        .map(node -> node.outputs().getFirst()).toList();
    Graph.ordered(products).stream().filter(node -> possible.contains(node) && !(node.op() instanceof Source))
        .forEach(stacks::emit);
  }

  /** Products on which no carried value depends, with all that is made of them. */
  private Set<Node> after() {
    var during = new HashSet<>(Graph.ordered(body.next()));
    var users = new HashMap<Node, List<Node>>();
    order.forEach(node -> node.inputs().forEach(v -> users.computeIfAbsent(v.node(), n -> new ArrayList<>()).add(node)));
    var movable = new HashSet<Node>();
    for (var node : order.reversed()) {
      boolean known = node.outputs().stream().allMatch(v -> stacks.stack(v) != null);
      if (!during.contains(node) && !known && ScanStacks.covers(node.op())
          && users.getOrDefault(node, List.of()).stream().allMatch(movable::contains)) {
        movable.add(node);
      }
    }
    var products = order.stream().filter(node -> movable.contains(node) && isProduct(node))
        .map(node -> node.outputs().getFirst()).toList();
    return Graph.reachableFrom(products, order);
  }

  /** What the loop must stack: results, and what is read after it. */
  private List<Value> wanted(Set<Node> after) {
    var wanted = new ArrayList<Value>();
    var results = body.results();
    for (int i = 0; i < results.size(); i++) {
      if (body.isStacked(i) && !after.contains(results.get(i).node())) {
        wanted.add(results.get(i));
      }
    }
    order.stream().filter(after::contains).flatMap(node -> node.inputs().stream())
        .filter(v -> !after.contains(v.node()) && stacks.invariant(v) == null).forEach(wanted::add);
    return wanted.stream().distinct().filter(v -> stacks.stack(v) == null).toList();
  }

  /** The loop that remains. */
  private final class Rest {
    private final List<Value> wanted;
    private final Map<Value, Value> inside = new HashMap<>();
    private final List<Value> slices = new ArrayList<>();
    private final List<Value> sliced = new ArrayList<>();
    private final List<Value> captures = new ArrayList<>();
    private final List<Value> captured = new ArrayList<>();
    private final String prefix = "loop" + height(scan) + ".";

    private Rest(List<Value> wanted) {
      this.wanted = wanted;
      body.carries().forEach(formal -> inside.put(formal, formal));
    }

    /** The stacks of what is wanted, then the carried values. */
    private List<Value> emit() {
      var roots = Scan.joined(wanted, body.next());
      if (roots.isEmpty()) {
        return List.of();
      }
      for (var node : needed(roots)) {
        node.inputs().forEach(this::enter);
        Graph.copyInto(b, node, node.op(), inside);
      }
      roots.forEach(this::enter);
      int first = body.slices().size();
      var start = operands.subList(first, first + body.carries().size());
      var rest = new Scan.Body(slices, body.carries(), captures, wanted.stream().map(inside::get).toList(),
          body.next().stream().map(inside::get).toList());
      return b.apply(new Scan(rest, scan.length(), scan.reverse()), Scan.joined(Scan.joined(sliced, start), captured));
    }

    /** The nodes that the loop still runs. */
    private List<Node> needed(List<Value> roots) {
      var live = new HashSet<>(roots);
      var needed = new ArrayList<Node>();
      for (var node : order.reversed()) {
        if (!isKnown(node) && node.outputs().stream().anyMatch(live::contains)) {
          needed.add(node);
          live.addAll(node.inputs());
        }
      }
      return needed.reversed();
    }

    private boolean isKnown(Node node) {
      var value = node.outputs().getFirst();
      return node.op() instanceof Source || stacks.stack(value) != null || stacks.invariant(value) != null;
    }

    /** Lets a value that is known outside into the loop: as a slice, a capture, or itself where it costs nothing. */
    private void enter(Value value) {
      if (inside.containsKey(value)) {
        return;
      }
      var stack = stacks.stack(value);
      var outer = stacks.invariant(value);
      if (stack == null && isFree(outer)) {
        inside.put(value, outer);
        return;
      }
      var formal = value.node().op() instanceof Source ? value
          : b.source(prefix + inside.size(), Role.INPUT, value.type());
      (stack == null ? captures : slices).add(formal);
      (stack == null ? captured : sliced).add(stack == null ? outer : stack);
      inside.put(value, formal);
    }
  }

  /** Whether kernels make a value on the way: a number everywhere, or a position. */
  private static boolean isFree(Value value) {
    return value.node().op() instanceof Constant c && c.isUniform() || value.node().op() instanceof Index;
  }

  /** How deep scans are nested in a scan: formals of scans within each other must differ. */
  private static int height(Scan scan) {
    return Graph.ordered(scan.body().results()).stream().filter(node -> node.op() instanceof Scan)
        .mapToInt(node -> 1 + height((Scan) node.op())).max().orElse(0);
  }
}
