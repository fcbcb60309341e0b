package dev.gatun.graph.plan;

import dev.gatun.ops.Constant;
import dev.gatun.ops.Graph;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Node;
import dev.gatun.ops.Op;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lowers a graph's ops to kernels; moves that need no copy become views. */
final class Lowering {
  private final Map<Value, View> views = new HashMap<>();
  private final Map<Slot, Source> sources = new LinkedHashMap<>();
  private final Map<Slot, Constant> tables = new LinkedHashMap<>();
  private int number;
  private int depth;

  private Lowering() {}

  static Program lower(Graph graph) {
    return lower(graph, Set.of());
  }

  /** @param dense values that are to lie row-major, as if they came from outside */
  static Program lower(Graph graph, Set<Value> dense) {
    var lowering = new Lowering();
    for (var input : graph.inputs()) {
      var source = (Source) input.node().op();
      var slot = new Slot(source.name(), source.type());
      lowering.sources.put(slot, source);
      lowering.views.put(input, View.of(slot));
    }
    var items = new ArrayList<Item>();
    graph.nodes().forEach(node -> lowering.lower(node, items));
    var outputs = new LinkedHashMap<String, View>();
    graph.outputs().forEach((name, value) -> outputs.put(name, lowering.views.get(value)));
    var updates = new LinkedHashMap<Slot, View>();
    graph.updates().forEach((state, next) ->
        updates.put(lowering.views.get(state).slot(), lowering.views.get(next)));
    var lying = new HashMap<Slot, Spot>();
    for (var value : dense) {
      var slot = lowering.views.get(value).slot();
      lying.put(slot, Spot.rowMajor(slot));
    }
    return new Program(items, lowering.sources, lowering.tables, outputs, updates, lying);
  }

  private Slot slot(Value value) {
    var slot = new Slot("t" + number++, value.type());
    views.put(value, View.of(slot));
    return slot;
  }

  private void lower(Node node, List<Item> items) {
    if (node.op() instanceof Constant c && !c.isUniform()) {
      tables.put(slot(node.outputs().getFirst()), c);
      return;
    }
    var in = node.inputs().stream().map(views::get).toList();
    switch (node.op().lower(Op.Call.of(node))) {
      case KernelSpec.View view -> views.put(node.outputs().getFirst(), in.getFirst().through(view));
      case KernelSpec.Regroup regroup -> {
        var view = in.getFirst().regroup(regroup.to().shape());
        if (view == null) {
          items.add(kernel(regroup, in, node));
        } else {
          views.put(node.outputs().getFirst(), view);
        }
      }
      case KernelSpec.Repeat repeat -> loop(repeat.scan(), node, in, items);
      case KernelSpec.Map spec -> items.add(kernel(spec, in.stream().map(v -> v.repeatedTo(spec.space())).toList(), node));
      case KernelSpec.Row spec -> items.add(kernel(spec, in, node));
      case KernelSpec.Direct spec -> items.add(kernel(spec, in, node));
      case KernelSpec.Chain spec -> throw new IllegalStateException("no op is a chain");
      case KernelSpec.Place spec -> items.add(kernel(spec, in, node));
    }
  }

  private Item.Kernel kernel(KernelSpec spec, List<View> in, Node node) {
    return new Item.Kernel(spec, in, node.outputs().stream().map(this::slot).toList(), node.origin());
  }

  /** A scan: carried values get slots of their own, slices and stacked results are views that turn. */
  private void loop(Scan scan, Node node, List<View> in, List<Item> items) {
    var body = scan.body();
    int sliced = body.slices().size();
    var results = node.outputs().stream().map(this::slot).toList();
    var carried = results.subList(body.stacked().size(), body.stacked().size() + body.next().size());
    for (int i = 0; i < carried.size(); i++) {
      items.add(new Item.Store(in.get(sliced + i), View.of(carried.get(i)), node.origin()));
      views.put(body.carries().get(i), View.of(carried.get(i)));
    }
    for (int i = 0; i < sliced; i++) {
      var formal = body.slices().get(i);
      views.put(formal, View.turning(in.get(i), formal.type(), depth, scan.reverse()));
    }
    for (int i = 0; i < body.captures().size(); i++) {
      views.put(body.captures().get(i), in.get(sliced + carried.size() + i));
    }
    var inner = new ArrayList<Item>();
    depth++;
    body.graph().nodes().forEach(n -> lower(n, inner));
    depth--;
    for (int i = 0; i < results.size(); i++) {
      if (body.isStacked(i)) {
        var value = body.results().get(i);
        var place = View.turning(View.of(results.get(i)), value.type(), depth, scan.reverse());
        inner.add(new Item.Store(views.get(value), place, node.origin()));
      }
    }
    storeCarried(body, carried, inner, node.origin());
    items.add(new Item.Loop(scan.length(), depth, inner));
  }

  /** What is carried moves at once: a value that another store would overwrite first is kept aside. */
  private void storeCarried(Scan.Body body, List<Slot> carried, List<Item> inner, String origin) {
    var stores = new ArrayList<Item>();
    for (int i = 0; i < carried.size(); i++) {
      var next = views.get(body.next().get(i));
      if (next.slot() == carried.get(i) && next.isIdentity()) {
        continue;
      }
      if (carried.contains(next.slot())) {
        var aside = new Slot("t" + number++, next.type());
        inner.add(new Item.Store(next, View.of(aside), origin));
        next = View.of(aside);
      }
      stores.add(new Item.Store(next, View.of(carried.get(i)), origin));
    }
    inner.addAll(stores);
  }
}
