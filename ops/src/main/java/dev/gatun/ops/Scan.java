package dev.gatun.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A loop of {@code length} turns over a body. Operands: the sliced ones, [length, …] each, then the first values of the
 * carried ones, then the captured ones, the same in every turn. Results: the stacked ones, [length, …] each, then the
 * carried ones after the last turn, then the residuals, stacked. In reverse, turns run from the last slice to the
 * first.
 */
public record Scan(Body body, long length, boolean reverse) implements Op.Primitive {

  /**
   * What one turn computes, as values over the formals.
   *
   * @param slices formals that hold this turn's slice of each sliced operand
   * @param carries formals that hold the carried values at the turn's start
   * @param captures formals of the captured operands
   * @param stacked results that are stacked
   * @param next the carried values at the turn's end
   * @param residuals more results that are stacked: what the gradient reads
   */
  public record Body(List<Value> slices, List<Value> carries, List<Value> captures, List<Value> stacked,
      List<Value> next, List<Value> residuals) {
    public Body(List<Value> slices, List<Value> carries, List<Value> captures, List<Value> stacked, List<Value> next) {
      this(slices, carries, captures, stacked, next, List.of());
    }

    public Body {
      slices = List.copyOf(slices);
      carries = List.copyOf(carries);
      captures = List.copyOf(captures);
      stacked = List.copyOf(stacked);
      next = List.copyOf(next);
      residuals = List.copyOf(residuals);
    }

    /** All results of a turn in the order of the scan's results. */
    public List<Value> results() {
      return joined(joined(stacked, next), residuals);
    }

    /** Whether result {@code index} is stacked, and not carried. */
    public boolean isStacked(int index) {
      return index < stacked.size() || index >= stacked.size() + next.size();
    }

    /** All formals in the order of the scan's operands. */
    public List<Value> formals() {
      return joined(joined(slices, carries), captures);
    }

    /** One turn as a graph, its results named y0, y1, …. */
    public Graph graph() {
      var outputs = new LinkedHashMap<String, Value>();
      for (int i = 0; i < results().size(); i++) {
        outputs.put("y" + i, results().get(i));
      }
      return Graph.of(outputs, Map.of());
    }

    @Override
    public String toString() {
      return slices.size() + " slices " + carries.size() + " carries " + captures.size() + " captures";
    }
  }

  static <T> List<T> joined(List<T> a, List<T> b) {
    var all = new ArrayList<T>(a);
    all.addAll(b);
    return all;
  }

  private TensorType stacked(Value v) {
    return v.type().withShape(ScanStacks.stacked(length, v.shape()));
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    var wanted = joined(joined(body.slices.stream().map(this::stacked).toList(), Node.types(body.carries)),
        Node.types(body.captures));
    Types.require(in.equals(wanted), this, in, "wants " + wanted);
    Types.require(Node.types(body.next).equals(Node.types(body.carries)), this, in,
        "what is carried must keep its type: " + Node.types(body.carries) + " became "
            + Node.types(body.next));
    Types.require(length >= 1, this, in, "wants at least one turn");
    var results = body.results();
    return IntStream.range(0, results.size())
        .mapToObj(i -> body.isStacked(i) ? stacked(results.get(i)) : results.get(i).type()).toList();
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    int sliced = body.slices.size();
    var graph = body.graph();
    var carried = new ArrayList<>(in.subList(sliced, sliced + body.carries.size()));
    for (long turn = 0; turn < length; turn++) {
      int at = Math.toIntExact(reverse ? length - 1 - turn : turn);
      var sources = new HashMap<Value, Reference>();
      for (int i = 0; i < sliced; i++) {
        var formal = body.slices.get(i);
        int size = Math.toIntExact(formal.shape().elements());
        sources.put(formal, new Reference(formal.type(),
            Arrays.copyOfRange(in.get(i).data(), at * size, (at + 1) * size)));
      }
      for (int i = 0; i < carried.size(); i++) {
        sources.put(body.carries.get(i), carried.get(i));
      }
      for (int i = 0; i < body.captures.size(); i++) {
        sources.put(body.captures.get(i), in.get(sliced + carried.size() + i));
      }
      var values = Evaluator.evaluate(graph, sources);
      for (int i = 0; i < body.results().size(); i++) {
        if (body.isStacked(i)) {
          var data = values.get(body.results().get(i)).data();
          System.arraycopy(data, 0, out.get(i).data(), at * data.length, data.length);
        }
      }
      for (int i = 0; i < carried.size(); i++) {
        carried.set(i, values.get(body.next.get(i)));
      }
    }
    for (int i = 0; i < carried.size(); i++) {
      var data = carried.get(i).data();
      System.arraycopy(data, 0, out.get(body.stacked.size() + i).data(), 0, data.length);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return new KernelSpec.Repeat(this, call.inTypes(), call.outTypes());
  }

  /** Also stacks every value of a turn that the turn's gradient reads. */
  @Override
  public Op.Primitive withResiduals() {
    var backward = ScanGradient.of(body, result -> true);
    var missing = backward.residuals().stream().filter(v -> stackedAt(v) < 0).toList();
    if (missing.isEmpty()) {
      return this;
    }
    return new Scan(new Body(body.slices, body.carries, body.captures, body.stacked, body.next,
        joined(body.residuals, missing)), length, reverse);
  }

  /** The number of the result in which a value of the body is stacked; −1 if in none. */
  int stackedAt(Value value) {
    var results = body.results();
    return IntStream.range(0, results.size()).filter(i -> body.isStacked(i) && results.get(i) == value).findFirst()
        .orElse(-1);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return ScanGradient.of(body, result -> dOut.get(result) != null).emit(b, this, call, dOut);
  }

  @Override
  public Op.Primitive withFloat(dev.gatun.memory.DType dtype) {
    var map = new HashMap<Value, Value>();
    var builder = new Builder();
    for (var formal : body.formals()) {
      map.put(formal, builder.apply(formal.node().op().withFloat(dtype), List.of()).getFirst());
    }
    for (var node : Graph.ordered(body.results())) {
      if (!map.containsKey(node.outputs().getFirst())) {
        Graph.copyInto(builder, node, node.op().withFloat(dtype), map);
      }
    }
    return new Scan(new Body(mapped(body.slices, map), mapped(body.carries, map), mapped(body.captures, map),
        mapped(body.stacked, map), mapped(body.next, map), mapped(body.residuals, map)), length, reverse);
  }

  private static List<Value> mapped(List<Value> values, Map<Value, Value> map) {
    return values.stream().map(map::get).toList();
  }

  @Override
  public String toString() {
    return "Scan[length=" + length + (reverse ? ", reverse" : "") + ", " + body + "]";
  }
}
