package dev.gatun.tools.command;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Graph;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Node;
import dev.gatun.ops.Scan;
import java.util.List;

/** What a model costs, counted from its graph. */
final class ModelSize {
  private ModelSize() {}

  /** Numbers that training changes. */
  static long parameters(Elaborated elaborated) {
    return elaborated.parameters().stream().mapToLong(p -> p.type().shape().elements()).sum();
  }

  /** Multiplications of matrix products and convolutions, taps on padding included; other work is not counted. */
  static long multiplyAdds(Graph graph) {
    return multiplyAdds(graph.nodes());
  }

  private static long multiplyAdds(List<Node> nodes) {
    long sum = 0;
    for (var node : nodes) {
      sum += switch (node.op()) {
        case MatMul _ -> node.outputTypes().getFirst().shape().elements()
            * node.inputTypes().getFirst().shape().size(-1);
        case Convolve convolve -> convolve.output().elements()
            * (convolve.weight().elements() / convolve.weight().size(0));
        case Scan scan -> scan.length() * multiplyAdds(Graph.ordered(scan.body().results()));
        default -> 0;
      };
    }
    return sum;
  }
}
