package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.graph.language.Given.One;
import dev.gatun.graph.language.Syntax.Feed;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Elaborates scans. The body is run once over formals; whatever in it hangs on no formal stays outside, so that it is
 * computed once, and comes in as a captured operand.
 */
final class Scans {

  private final Elaboration elaboration;
  private final Evaluator evaluator;
  private int made;
  private int captured;

  Scans(Elaboration elaboration, Evaluator evaluator) {
    this.elaboration = elaboration;
    this.evaluator = evaluator;
  }

  /** One scan on its way. */
  private static final class Loop {
    private int axis;
    private boolean reverse;
    private long length = -1;
    private FreeSize free;
    private final List<Value> operands = new ArrayList<>();
    private final List<Value> slices = new ArrayList<>();
    private final List<Value> firsts = new ArrayList<>();
    private final List<Value> carries = new ArrayList<>();
    private final List<Feed> carried = new ArrayList<>();
  }

  Datum run(Syntax.Scan scan, Scope scope) {
    Loop loop = new Loop();
    options(scan, loop, scope);
    Scope inner = scope.inner();
    String name = "scan" + ++made;
    List<Datum> values = scan.feeds().stream().map(feed -> evaluator.value(feed.value(), scope)).toList();
    for (int i = 0; i < values.size(); i++) {
      Feed feed = scan.feeds().get(i);
      if (!feed.carried()) {
        measure(feed, values.get(i), loop);
      }
    }
    if (loop.length < 1) {
      throw elaboration.fault(scan.place(), "a scan wants something to slice, or steps", "scan(steps = 20) h = …");
    }
    for (int i = 0; i < values.size(); i++) {
      Feed feed = scan.feeds().get(i);
      String formal = name + "." + feed.name();
      inner.bind(feed.name().text(), feed.carried() ? carry(feed, values.get(i), loop, formal)
          : slice((Tensor) values.get(i), loop, formal), feed.name().place());
    }
    Value turn = source(name + ".turn", TensorType.scalar(DType.I32));
    Datum result = elaboration.scan(turn, () -> evaluator.bodies().run(scan.body(), inner));
    List<Tensor> stacked = stacked(result, scan);
    List<Tensor> next = next(scan, loop, inner);
    try {
      return emit(scan, loop, turn, stacked, next);
    } catch (IllegalArgumentException wrong) {
      throw elaboration.fault(scan.place(), "`scan`: " + wrong.getMessage(), "");
    }
  }

  private void options(Syntax.Scan scan, Loop loop, Scope scope) {
    loop.axis = 1;
    Given given = evaluator.given(List.of(), scan.arguments(), scope);
    if (!given.positional().isEmpty()) {
      throw elaboration.fault(given.positional().getFirst().place(), "scan takes its arguments by name", signature());
    }
    for (Map.Entry<String, One> entry : given.named().entrySet()) {
      switch (entry.getValue().value()) {
        case Datum.Int i when entry.getKey().equals("axis") && Math.abs(i.value()) < 64 -> loop.axis = (int) i.value();
        case Datum.Truth t when entry.getKey().equals("reverse") -> loop.reverse = t.value();
        case Datum.Int i when entry.getKey().equals("steps") && i.value() > 0 -> {
          loop.length = i.value();
          loop.free = i.free();
        }
        case Datum other -> throw elaboration.fault(entry.getValue().place(), "scan has no argument `" + entry.getKey()
            + "` that may be " + other.described(), signature());
      }
    }
  }

  private static String signature() {
    return "scan(axis = 1, reverse = false, steps = none)";
  }

  private void measure(Feed feed, Datum value, Loop loop) {
    if (!(value instanceof Tensor tensor)) {
      throw elaboration.fault(feed.value().place(), "a scan slices a tensor, found " + value.described(), "");
    }
    int axis = axis(loop, tensor.rank());
    if (axis < 0) {
      throw elaboration.fault(feed.value().place(), "a scan along axis " + loop.axis + ", found " + tensor.shown(), "");
    }
    if (loop.length >= 0 && loop.length != tensor.size(axis)) {
      throw elaboration.fault(feed.value().place(), "a scan's sources agree along axis " + loop.axis + ", found "
          + loop.length + " and " + tensor.size(axis), "");
    }
    loop.length = tensor.size(axis);
    loop.free = tensor.dims().get(axis);
  }

  /** The scan's axis in a tensor of some rank, or −1. */
  private static int axis(Loop loop, int rank) {
    int axis = loop.axis < 0 ? loop.axis + rank : loop.axis;
    return axis < rank ? axis : -1;
  }

  private Tensor slice(Tensor tensor, Loop loop, String formal) {
    int axis = axis(loop, tensor.rank());
    List<Integer> order = new ArrayList<>(IntStream.range(0, tensor.rank()).boxed().toList());
    order.addFirst(order.remove(axis));
    Value moved = elaboration.builder().transpose(tensor.value(), order);
    long[] sizes = moved.shape().sizes();
    Value slice = source(formal, moved.type().withShape(Shape.of(Arrays.copyOfRange(sizes, 1, sizes.length))));
    loop.operands.add(moved);
    loop.slices.add(slice);
    List<FreeSize> dims = new ArrayList<>(tensor.dims());
    dims.remove(axis);
    return new Tensor(slice, dims);
  }

  private Tensor carry(Feed feed, Datum value, Loop loop, String formal) {
    Tensor first = evaluator.bodies().tensor("a carried value", value, DType.F32, feed.value().place());
    Value carried = source(formal, first.value().type());
    loop.firsts.add(first.value());
    loop.carries.add(carried);
    loop.carried.add(feed);
    return new Tensor(carried, first.dims());
  }

  private Value source(String name, TensorType type) {
    return elaboration.builder().source(name, Role.INPUT, type);
  }

  private List<Tensor> stacked(Datum result, Syntax.Scan scan) {
    List<Datum> results = switch (result) {
      case null -> List.of();
      case Datum.Results(List<Datum> items) -> items;
      case Datum one -> List.of(one);
    };
    return results.stream().map(d -> evaluator.bodies().tensor("a scan's result", d, DType.F32, scan.place())).toList();
  }

  private List<Tensor> next(Syntax.Scan scan, Loop loop, Scope inner) {
    List<Tensor> next = new ArrayList<>();
    for (int i = 0; i < loop.carried.size(); i++) {
      Feed feed = loop.carried.get(i);
      TensorType type = loop.carries.get(i).type();
      Tensor last = evaluator.bodies().tensor("`" + feed.name() + "`", inner.find(feed.name().text()).value(),
          type.dtype(), scan.place());
      if (!last.value().type().equals(type)) {
        throw elaboration.fault(feed.place(), "what a scan carries keeps its type: `" + feed.name() + "` begins as "
            + type + " and goes on as " + last.value().type(), "");
      }
      next.add(last);
    }
    return next;
  }

  private Datum emit(Syntax.Scan scan, Loop loop, Value turn, List<Tensor> stacked, List<Tensor> next) {
    Builder builder = elaboration.builder();
    List<Value> roots = new ArrayList<>();
    stacked.forEach(t -> roots.add(t.value()));
    next.forEach(t -> roots.add(t.value()));
    List<Node> ordered = Graph.ordered(roots);
    if (ordered.contains(turn.node())) {
      loop.operands.add(builder.index(Shape.of(loop.length), 0));
      loop.slices.add(turn);
    }
    List<Value> formals = new ArrayList<>(loop.slices);
    formals.addAll(loop.carries);
    var captures = new Captures(formals, ordered);
    List<Value> body = roots.stream().map(captures::inside).toList();
    Scan op = new Scan(new Scan.Body(loop.slices, loop.carries, captures.formals, body.subList(0, stacked.size()),
        body.subList(stacked.size(), body.size())), loop.length, loop.reverse);
    List<Value> operands = new ArrayList<>(loop.operands);
    operands.addAll(loop.firsts);
    operands.addAll(captures.outer);
    List<Value> results = builder.at(elaboration.origin(scan.place()), () -> builder.scan(op, operands));
    List<Datum> data = new ArrayList<>();
    for (int i = 0; i < stacked.size(); i++) {
      data.add(back(results.get(i), stacked.get(i), loop));
    }
    for (int i = 0; i < next.size(); i++) {
      data.add(new Tensor(results.get(stacked.size() + i), next.get(i).dims()));
    }
    return data.size() == 1 ? data.getFirst() : new Datum.Results(data);
  }

  /** Moves the axis of the steps to where the scan took it from. */
  private Tensor back(Value value, Tensor step, Loop loop) {
    int axis = Math.max(0, Math.min(loop.axis < 0 ? loop.axis + value.rank() : loop.axis, value.rank() - 1));
    List<Integer> order = new ArrayList<>(IntStream.range(1, value.rank()).boxed().toList());
    order.add(axis, 0);
    List<FreeSize> dims = new ArrayList<>(step.dims());
    dims.add(axis, loop.free);
    return new Tensor(elaboration.builder().transpose(value, order), dims);
  }

  /** Cuts the body out of the graph in which it was elaborated. */
  private final class Captures {
    private final List<Value> formals = new ArrayList<>();
    private final List<Value> outer = new ArrayList<>();
    private final Map<Value, Value> inside = new HashMap<>();
    private final Set<Node> body;

    Captures(List<Value> given, List<Node> ordered) {
      given.forEach(v -> inside.put(v, v));
      body = new HashSet<>(Graph.reachableFrom(given, ordered));
      given.forEach(v -> body.remove(v.node()));
      for (Node node : ordered) {
        if (body.contains(node)) {
          node.inputs().forEach(this::inside);
          Graph.copyInto(elaboration.builder(), node, node.op(), inside);
        }
      }
    }

    /** A value as the body sees it. */
    private Value inside(Value value) {
      Value known = inside.get(value);
      if (known != null) {
        return known;
      }
      Value formal = source("scan" + made + ".capture" + ++captured, value.type());
      formals.add(formal);
      outer.add(value);
      inside.put(value, formal);
      return formal;
    }
  }

}
