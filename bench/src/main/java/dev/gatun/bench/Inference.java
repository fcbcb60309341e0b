package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.graph.Machines;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The logits of a network for so many samples, with the weights that its training begins with. */
public record Inference(Network network, int batch) implements Work {
  /** The output. */
  static final String LOGITS = "logits";

  @Override
  public String name() {
    return network.title() + " inference, batch " + batch;
  }

  /** The same network's training step, which has its parameters and samples. */
  public TrainingStep training() {
    return new TrainingStep(network, batch);
  }

  /** The samples' numbers, row-major. */
  public float[] samples() {
    return training().data().samples(0, batch);
  }

  private Graph graph() {
    var model = network.model();
    return model.elaborate(model.sizes(training().data().fields(), batch), false).graph(List.of(LOGITS));
  }

  private Map<String, float[]> operands() {
    var operands = new HashMap<String, float[]>();
    try (var drawn = new Training(Machines.best(), 1, training())) {
      drawn.saved().forEach((name, values) -> operands.put(name, Numbers.floats(values)));
    }
    operands.put("x", samples());
    return operands;
  }

  @Override
  public double flops() {
    return Flops.of(graph());
  }

  /** What it moves depends on the engine. */
  @Override
  public double bytes() {
    return 0;
  }

  @Override
  public boolean isExact() {
    return false;
  }

  /** Rounding of some ten layers; a layer left out changes all digits. */
  @Override
  public double bound() {
    return 1e-4;
  }

  @Override
  public Effort effort(int threads) {
    return Effort.inference(threads);
  }

  @Override
  public Run open(Backend machine, int threads) {
    return new GraphRun(machine, threads, graph(), operands());
  }

  @Override
  public Run exact(Backend machine, int threads) {
    return new GraphRun(machine, threads, graph().withFloat(DType.F64), operands());
  }
}
