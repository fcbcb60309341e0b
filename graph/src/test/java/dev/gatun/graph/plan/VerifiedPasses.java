package dev.gatun.graph.plan;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The passes of the planner one after the other, with a look at what each leaves. */
public final class VerifiedPasses {
  private VerifiedPasses() {}

  /** @throws IllegalStateException naming the pass after which something does not hold */
  public static void run(Graph graph, Backend machine) {
    after("elaboration or differentiation", () -> {
      GraphVerifier.verify(graph);
      return graph;
    });
    var rewritten = graph;
    for (var rewrite : Stream.concat(Planner.rewrites(new Reasons(false)).stream(),
        Planner.foldings(machine, new Reasons(false)).stream()).toList()) {
      var given = rewritten;
      rewritten = after(rewrite.name(), () -> verified(rewrite.change().apply(given), graph));
    }
    var last = rewritten;
    var parts = after("preparation", () -> {
      var found = Preparation.of(last, new Reasons(false));
      verified(found.graph(), graph);
      if (found.prepared() != null) {
        GraphVerifier.verify(found.prepared());
      }
      return found;
    });
    passes(parts.graph(), machine);
    if (parts.prepared() != null) {
      passes(parts.prepared(), machine);
    }
  }

  private static void passes(Graph graph, Backend machine) {
    var program = after("lowering", () -> verified(Lowering.lower(graph), graph));
    for (var pass : Planner.passes(machine, new Reasons(false))) {
      var given = program;
      program = after(pass.name(), () -> verified(pass.change().apply(given), graph));
    }
  }

  private static Graph verified(Graph found, Graph graph) {
    GraphVerifier.verify(found);
    require(outputs(graph).equals(outputs(found)), "it changes the results");
    require(updates(graph).equals(updates(found)), "it changes the updates");
    return found;
  }

  private static <T> T after(String pass, Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalStateException e) {
      throw new IllegalStateException("after " + pass + ": " + e.getMessage(), e);
    }
  }

  private static Program verified(Program program, Graph graph) {
    ProgramVerifier.verify(program);
    var outputs = new LinkedHashMap<String, TensorType>();
    program.outputs().forEach((name, view) -> outputs.put(name, view.type()));
    require(outputs.equals(outputs(graph)), "it changes the results");
    var updates = program.updates().entrySet().stream()
        .collect(Collectors.toMap(update -> update.getKey().name(), update -> update.getValue().type()));
    require(updates.equals(updates(graph)), "it changes the updates");
    return program;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }

  private static Map<String, TensorType> outputs(Graph graph) {
    return graph.outputs().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, output -> output.getValue().type()));
  }

  private static Map<String, TensorType> updates(Graph graph) {
    return graph.updates().entrySet().stream()
        .collect(Collectors.toMap(update -> name(update.getKey()), update -> update.getValue().type()));
  }

  private static String name(Value source) {
    return ((Source) source.node().op()).name();
  }
}
