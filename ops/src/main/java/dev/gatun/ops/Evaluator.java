package dev.gatun.ops;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs graphs by the ops' definitions, in double: slow, obvious, and what every machine is measured against. */
public final class Evaluator {
  private Evaluator() {}

  /** The value of every result and update of a graph, given its sources. */
  public static Map<Value, Reference> evaluate(Graph graph, Map<Value, Reference> sources) {
    var values = new HashMap<>(sources);
    for (var node : graph.nodes()) {
      var results = apply(node.op(), node.inputs().stream().map(values::get).toList(), node.outputTypes());
      for (int i = 0; i < results.size(); i++) {
        values.put(node.outputs().get(i), results.get(i));
      }
    }
    return values;
  }

  /** One op on given operands. */
  public static List<Reference> apply(Op.Primitive op, List<Reference> in, List<TensorType> out) {
    var results = out.stream().map(Reference::zeros).toList();
    op.define(in, results);
    return results;
  }
}
