package dev.gatun.bench;

import dev.gatun.graph.Session;
import dev.gatun.graph.Variables;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The same steps with gradients in f64, each update done here: what trainings in f32 are measured from. */
final class ExactTraining implements Run {
  private static final long LIMIT = 16L << 30;

  private final TensorArena arena = TensorArena.root("exact", LIMIT);
  private final TrainingStep step;
  private final RandomSamples data;
  private final List<TrainingStep.Parameter> initial;
  private final Variables variables;
  private final Session session;
  private final Session.Loaded loaded;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> gradients = new LinkedHashMap<>();
  private final double[] losses;

  ExactTraining(Backend machine, int threads, TrainingStep step, List<TrainingStep.Parameter> initial) {
    this.step = step;
    this.initial = initial;
    data = step.data();
    losses = new double[step.network().batches()];
    var model = step.network().model();
    var graph = differentiated(Training.objective(model.elaborate(model.sizes(data.fields(), step.batch()), true)));
    var types = new LinkedHashMap<String, TensorType>();
    initial.forEach(p -> types.put(p.variable().name(), p.variable().type().withDType(DType.F64)));
    variables = new Variables(machine, arena, types);
    types.forEach((name, type) -> {
      parameters.put(name, arena.allocate(DType.F64, type.shape()));
      gradients.put(name, arena.allocate(DType.F64, type.shape()));
    });
    initial.forEach(p -> parameters.get(p.variable().name()).setDoubles(p.values()));
    parameters.forEach(variables::write);
    session = new Session(machine, arena, variables, Map.of(), threads);
    loaded = session.load(Planner.plan(graph, machine, variables.offsets(), Map.of()));
  }

  /** The loss in f64 and its gradient by each parameter, under the parameter's name. */
  private static Graph differentiated(Graph objective) {
    var b = new Builder();
    var exact = objective.rewrite(b, node -> node.op().withFloat(DType.F64));
    var loss = exact.outputs().get("loss");
    var varied = exact.inputs().stream().filter(input -> source(input).role() == Source.Role.PARAMETER).toList();
    var found = b.gradients(loss, varied);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", loss);
    for (int i = 0; i < varied.size(); i++) {
      outputs.put(source(varied.get(i)).name(), found.get(i));
    }
    return Graph.of(outputs, Map.of());
  }

  private static Source source(Value input) {
    return (Source) input.node().op();
  }

  @Override
  public void run() {
    for (int i = 0; i < losses.length; i++) {
      int first = i * step.batch();
      give("x", new TensorType(DType.F64, step.network().samples(step.batch())),
          Numbers.doubles(data.samples(first, step.batch())));
      give("label", TensorType.of(DType.I32, step.batch()), Numbers.doubles(data.labels(first, step.batch())));
      loaded.run();
      losses[i] = loaded.scalar("loss");
      parameters.forEach((name, parameter) -> {
        loaded.get(name, gradients.get(name));
        var moved = parameter.toDoubles();
        var gradient = gradients.get(name).toDoubles();
        for (int j = 0; j < moved.length; j++) {
          moved[j] -= step.network().rate() * gradient[j];
        }
        parameter.setDoubles(moved);
        variables.write(name, parameter);
      });
    }
  }

  private void give(String input, TensorType type, double[] numbers) {
    try (var scratch = GraphRun.scratch(type)) {
      var tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setDoubles(numbers);
      loaded.set(input, tensor);
    }
  }

  @Override
  public List<double[]> results() {
    return TrainingStep.movements(initial, parameters.values().stream().map(Tensor::toDoubles).toList(), losses);
  }

  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
