package dev.gatun.bench;

import dev.gatun.ops.Cost;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source;
import dev.gatun.ops.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Flops of products and convolutions that are of use: taps on padding are not. */
final class Flops {
  private Flops() {}

  /** Of a graph. */
  static double of(Graph graph) {
    return ofTraining(graph.nodes(), new HashSet<>());
  }

  /**
   * Of a training step: each product once forward, and once more for the gradient of each operand that depends on a
   * parameter.
   *
   * @param forward a graph without gradients
   */
  static double ofTraining(Graph forward) {
    var varied = new HashSet<Value>();
    forward.inputs().stream().filter(input -> ((Source) input.node().op()).role() == Source.Role.PARAMETER)
        .forEach(varied::add);
    return ofTraining(forward.nodes(), varied);
  }

  /** @param varied what depends on a parameter; results that do are added */
  private static double ofTraining(List<Node> nodes, Set<Value> varied) {
    double flops = 0;
    for (var node : nodes) {
      long operands = node.inputs().stream().filter(varied::contains).count();
      if (operands > 0) {
        varied.addAll(node.outputs());
      }
      if (node.op() instanceof Scan scan) {
        var formals = scan.body().formals();
        for (int i = 0; i < formals.size(); i++) {
          if (varied.contains(node.inputs().get(i))) {
            varied.add(formals.get(i));
          }
        }
        if (operands > 0) {
          varied.addAll(scan.body().carries());
        }
        flops += scan.length() * ofTraining(Graph.ordered(scan.body().results()), varied);
      } else {
        flops += (1 + operands) * Cost.flops(node.op(), node.inputTypes());
      }
    }
    return flops;
  }
}
