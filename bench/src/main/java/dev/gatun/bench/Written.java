package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.graph.Model;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Work that is written in the model language, on random numbers. */
public sealed interface Written extends Work permits Product, Narrow, Convolution, Chain, Total, Rows,
    Attention, Movement {
  /** A model whose inputs are the operands. */
  String text();

  /** The outputs of the model that are computed, in the order of {@link Run#results()}. */
  default List<String> outputs() {
    return List.of("y");
  }

  /** Below which number an operand of whole numbers stays. */
  default int classes() {
    return 1;
  }

  /** The graph that is measured. */
  default Graph graph() {
    return Model.of(text()).elaborate(Map.of(), false).graph(outputs());
  }

  /** The operands' numbers by name, in the order of the model, row-major; they depend on their place alone. */
  default Map<String, float[]> operands() {
    var operands = new LinkedHashMap<String, float[]>();
    for (var input : graph().inputs()) {
      var type = input.type();
      int count = Math.toIntExact(type.shape().elements());
      long seed = ((Source) input.node().op()).name().hashCode();
      operands.put(((Source) input.node().op()).name(),
          type.dtype().isFloat() ? Numbers.signed(count, seed) : Numbers.whole(count, classes(), seed));
    }
    return operands;
  }

  @Override
  default double bytes() {
    var graph = graph();
    return Stream.concat(graph.inputs().stream(), graph.outputs().values().stream())
        .collect(Collectors.summingDouble(value -> value.type().bytes()));
  }

  /** Ulps grow with the root of the terms: some thousand terms of either sign give about 1e-6 of the largest result. */
  @Override
  default double bound() {
    return 1e-5;
  }

  @Override
  default Effort effort(int threads) {
    return Effort.kernel(threads);
  }

  @Override
  default Run open(Backend machine, int threads) {
    return new GraphRun(machine, threads, graph(), operands());
  }

  @Override
  default Run exact(Backend machine, int threads) {
    return new GraphRun(machine, threads, graph().withFloat(DType.F64), operands());
  }
}
