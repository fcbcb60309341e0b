package dev.gatun.bench;

import dev.gatun.graph.Session;
import dev.gatun.graph.Variables;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A graph, planned and loaded as an embedder would. */
public final class GraphRun implements Run {
  private static final long LIMIT = 8L << 30;

  private final Graph graph;
  private final TensorArena arena = TensorArena.root("bench", LIMIT);
  private final Session session;
  private final Session.Loaded loaded;

  /**
   * Plans and loads {@code graph} and gives its inputs their numbers.
   *
   * @param operands each input's numbers by its name, row-major
   */
  public GraphRun(Backend machine, int threads, Graph graph, Map<String, float[]> operands) {
    this.graph = graph;
    var variables = new Variables(machine, arena, Map.of());
    session = new Session(machine, arena, variables, Map.of(), threads);
    loaded = session.load(Planner.plan(graph, machine, variables.offsets(), Map.of()));
    for (var input : graph.inputs()) {
      set(((Source) input.node().op()).name(), input.type(), operands);
    }
  }

  private void set(String name, TensorType type, Map<String, float[]> operands) {
    var numbers = operands.get(name);
    try (var scratch = scratch(type)) {
      var tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setDoubles(IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray());
      loaded.set(name, tensor);
    }
  }

  private static TensorArena scratch(TensorType type) {
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
