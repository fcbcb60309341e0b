package dev.gatun.graph.language;

import dev.gatun.ops.Graph;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model made into a graph, for one choice of its free sizes and one of {@code training}.
 *
 * @param sizes the free sizes
 * @param parameters what training changes, in the order of their first use
 * @param states what updates change and files keep
 * @param caches what updates change and no file keeps
 * @param outputs by name, in the order written
 * @param bindings every tensor that a name of the model's body is bound to at its end, inputs included
 * @param updates all of them; a plan takes those of {@link #updates(Collection)}
 * @param recipe how to train the model, or null
 */
public record Elaborated(String model, Map<String, Long> sizes, boolean training, List<Input> inputs,
    List<Variable> parameters, List<Variable> states, List<Variable> caches, Map<String, Value> outputs,
    Map<String, Value> bindings, List<Variable.Update> updates, Recipe recipe) {

  /** The input of every plan that draws random numbers which holds the seed: i32[]. */
  public static final String SEED = "random.seed";

  /** The input beside {@link #SEED} which holds the number of the run: i32[]. */
  public static final String RUN = "random.run";

  public Elaborated {
    sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
    inputs = List.copyOf(inputs);
    parameters = List.copyOf(parameters);
    states = List.copyOf(states);
    caches = List.copyOf(caches);
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    bindings = Collections.unmodifiableMap(new LinkedHashMap<>(bindings));
    updates = List.copyOf(updates);
  }

  /**
   * One input.
   *
   * @param declared its type as written, with the names of free sizes: {@code f32[N, 4]}
   */
  public record Input(String name, String declared, TensorType type, Value value) {}

  /**
   * The updates that a plan for {@code results} performs: those of the model itself, and those in calls whose values it
   * uses. By the state's source; where two calls update one state, the last that is used counts.
   */
  public Map<Value, Value> updates(Collection<Value> results) {
    Set<Value> used = new HashSet<>();
    Graph.ordered(results).forEach(node -> used.addAll(node.outputs()));
    Map<Value, Value> next = new LinkedHashMap<>();
    for (Variable.Update update : updates) {
      if (update.results().isEmpty() || update.results().stream().anyMatch(used::contains)) {
        next.put(update.variable().value(), update.next());
      }
    }
    return next;
  }

  /** The graph of the outputs with the updates that they bring. */
  public Graph graph() {
    return Graph.of(outputs, updates(outputs.values()));
  }

  /** The graph of some results, outputs or bindings by name, with the updates that they bring. */
  public Graph graph(Collection<String> names) {
    Map<String, Value> results = new LinkedHashMap<>();
    for (String name : names) {
      Value value = outputs.getOrDefault(name, bindings.get(name));
      if (value == null) {
        throw new IllegalArgumentException("the model " + model + " has no output or binding `" + name + "`");
      }
      results.put(name, value);
    }
    return Graph.of(results, updates(results.values()));
  }
}
