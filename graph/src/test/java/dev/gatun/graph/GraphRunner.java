package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;

/** Runs a graph once on a machine, through planner and session, on values given and returned as {@link Reference}s. */
public final class GraphRunner {
  private GraphRunner() {}

  /** What a run left behind: results by name, and the model's variables; the plan, and how many kernels ran again. */
  public record Outcome(Map<String, Reference> outputs, Map<String, Reference> variables, Plan plan, int again) {
    /** Fails unless another run left the same numbers, to the bit. */
    void requireSame(Outcome other) {
      requireSame(outputs, other.outputs);
      requireSame(variables, other.variables);
    }

    private static void requireSame(Map<String, Reference> expected, Map<String, Reference> found) {
      assertEquals(expected.keySet(), found.keySet());
      expected.forEach((name, values) -> assertArrayEquals(values.data(), found.get(name).data(), name));
    }
  }

  /** A value for every source by name: {@code element} of its dtype and of numbers from 0 to 1, by the name's seed. */
  public static Map<String, Reference> sources(Graph graph, ToDoubleBiFunction<DType, Double> element) {
    var sources = new HashMap<String, Reference>();
    for (var input : graph.inputs()) {
      var source = (Source) input.node().op();
      var type = source.type();
      sources.put(source.name(), Reference.of(type, new Random(source.name().hashCode())
          .doubles(type.shape().elements()).map(x -> element.applyAsDouble(type.dtype(), x)).toArray()));
    }
    return sources;
  }

  /** Runs {@code graph}; {@code sources} gives every source's value by name. */
  public static Outcome run(Graph graph, Backend machine, int threads, Map<String, Reference> sources) {
    return run(graph, machine, threads, sources, Planner.UNLIMITED);
  }

  /** The same with a plan whose memory fits {@code budget}. */
  public static Outcome run(Graph graph, Backend machine, int threads, Map<String, Reference> sources, long budget) {
    var variables = new LinkedHashMap<String, TensorType>();
    var caches = new LinkedHashMap<String, TensorType>();
    for (var input : graph.inputs()) {
      var source = (Source) input.node().op();
      switch (source.role()) {
        case INPUT -> { }
        case PARAMETER, STATE -> variables.put(source.name(), source.type());
        case CACHE -> caches.put(source.name(), source.type());
      }
    }
    try (var arena = TensorArena.root("test", 1L << 32)) {
      var model = new Variables(machine, arena, variables);
      variables.keySet().forEach(name -> model.write(name, tensor(arena, sources.get(name))));
      try (var session = new Session(machine, arena, model, caches, threads)) {
        var cached = session.caches();
        caches.keySet().forEach(name -> cached.write(name, tensor(arena, sources.get(name))));
        var planned = Planner.plan(graph, machine, model.offsets(), cached.offsets(), budget);
        var loaded = session.load(planned.plan());
        graph.inputs().stream().map(v -> (Source) v.node().op()).filter(s -> s.role() == Source.Role.INPUT)
            .forEach(s -> loaded.set(s.name(), tensor(arena, sources.get(s.name()))));
        loaded.run();
        var outputs = new HashMap<String, Reference>();
        graph.outputs().forEach((name, value) -> {
          var into = arena.allocate(value.dtype(), value.shape());
          loaded.get(name, into);
          outputs.put(name, Reference.of(value.type(), into.toDoubles()));
        });
        var left = new HashMap<String, Reference>();
        model.tensors(arena).forEach((name, t) -> left.put(name, Reference.of(variables.get(name), t.toDoubles())));
        return new Outcome(outputs, left, planned.plan(), planned.again());
      }
    }
  }

  private static dev.gatun.memory.Tensor tensor(TensorArena arena, Reference value) {
    var tensor = arena.allocate(value.type().dtype(), value.type().shape());
    tensor.setDoubles(value.data());
    return tensor;
  }

  /** The same by the ops' definitions. */
  public static Map<Value, Reference> define(Graph graph, Map<String, Reference> sources) {
    var given = new HashMap<Value, Reference>();
    graph.inputs().forEach(v -> given.put(v, sources.get(((Source) v.node().op()).name())));
    return dev.gatun.ops.Evaluator.evaluate(graph, given);
  }
}
