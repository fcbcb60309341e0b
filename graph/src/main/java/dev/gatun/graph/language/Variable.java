package dev.gatun.graph.language;

import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.List;

/**
 * A parameter, state or cache of a model.
 *
 * @param name its path: stable under edits elsewhere
 * @param value the source that stands for it in the graph
 * @param place of its declaration
 */
public record Variable(String name, Syntax.Kind kind, TensorType type, Initialiser initialiser, Value value,
    Place place) {

  /**
   * What a state or cache becomes when the step ends.
   *
   * @param results values of the call in which the update stands: a plan that uses none of them leaves the update out;
   *     empty if it stands in the model itself
   */
  public record Update(Variable variable, Value next, List<Value> results, Place place) {

    public Update {
      results = List.copyOf(results);
    }
  }
}
