package dev.gatun.bench;

import dev.gatun.graph.Session;
import dev.gatun.graph.Variables;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** A graph, planned and loaded as an embedder would. */
public final class GraphRun implements Run {
  private static final long LIMIT = 8L << 30;

  private final Graph graph;
  private final TensorArena arena = TensorArena.root("bench", LIMIT);
  private final Session session;
  private final Session.Loaded loaded;

  /**
   * Plans and loads {@code graph} and gives its inputs, parameters and states their numbers.
   *
   * @param operands each one's numbers by its name, row-major
   */
  public GraphRun(Backend machine, int threads, Graph graph, Map<String, float[]> operands) {
    this.graph = graph;
    var kept = new LinkedHashMap<String, TensorType>();
    graph.inputs().stream().filter(GraphRun::isKept)
        .forEach(input -> kept.put(name(input), input.type()));
    var variables = new Variables(machine, arena, kept);
    session = new Session(machine, arena, variables, Map.of(), threads);
    loaded = session.load(Planner.plan(graph, machine, variables.offsets(), Map.of()));
    for (var input : graph.inputs()) {
      give(input, operands, isKept(input) ? variables::write : loaded::set);
    }
  }

  private static String name(Value source) {
    return ((Source) source.node().op()).name();
  }

  /** Whether it is a parameter or a state, which the model holds. */
  private static boolean isKept(Value source) {
    return ((Source) source.node().op()).role() != Source.Role.INPUT;
  }

  private static void give(Value source, Map<String, float[]> operands, BiConsumer<String, Tensor> to) {
    var type = source.type();
    var numbers = operands.get(name(source));
    try (var scratch = scratch(type)) {
      var tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setDoubles(Numbers.doubles(numbers));
      to.accept(name(source), tensor);
    }
  }

  /** Memory for one tensor. */
  static TensorArena scratch(TensorType type) {
    return TensorArena.root("operand", type.bytes() + TensorArena.ALIGNMENT);
  }

  @Override
  public void run() {
    loaded.run();
  }

  @Override
  public List<double[]> results() {
    var results = new ArrayList<double[]>();
    graph.outputs().forEach((name, value) -> {
      try (var scratch = scratch(value.type())) {
        var tensor = scratch.allocate(value.type().dtype(), value.type().shape());
        loaded.get(name, tensor);
        results.add(tensor.toDoubles());
      }
    });
    return results;
  }

  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
