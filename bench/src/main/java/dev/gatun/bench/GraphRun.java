package dev.gatun.bench;

import dev.gatun.graph.Session;
import dev.gatun.graph.Variables;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import java.util.Map;

/** A graph of inputs and one result, planned and loaded as an embedder would, to be run again and again. */
public final class GraphRun implements AutoCloseable {
  /** The result's name. */
  public static final String RESULT = "result";
  private static final long LIMIT = 4L << 30;

  private final Graph graph;
  private final TensorArena arena = TensorArena.root("bench", LIMIT);
  private final Session session;
  private final Session.Loaded loaded;

  /** Plans and loads {@code graph}, whose only result is {@link #RESULT}. */
  public GraphRun(Backend machine, int threads, Graph graph) {
    this.graph = graph;
    var variables = new Variables(machine, arena, Map.of());
    session = new Session(machine, arena, variables, Map.of(), threads);
    loaded = session.load(Planner.plan(graph, machine, variables.offsets(), Map.of()));
  }

  /** Gives an input its numbers, row-major. */
  public void set(String input, float[] numbers) {
    var type = graph.inputs().stream().filter(v -> ((Source) v.node().op()).name().equals(input)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the graph has no input " + input)).type();
    try (var scratch = TensorArena.root("input", type.bytes() + TensorArena.ALIGNMENT)) {
      Tensor tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setFloats(numbers);
      loaded.set(input, tensor);
    }
  }

  /** Runs the plan once. */
  public void run() {
    loaded.run();
  }

  /** The numbers of the result, row-major. */
  public float[] result() {
    var type = graph.outputs().get(RESULT).type();
    try (var scratch = TensorArena.root("result", type.bytes() + TensorArena.ALIGNMENT)) {
      Tensor tensor = scratch.allocate(type.dtype(), type.shape());
      loaded.get(RESULT, tensor);
      return tensor.toFloats();
    }
  }

  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
