package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model with weights, ready to be run or measured. One caller at a time; its plans may be shared. */
public final class Predictor implements AutoCloseable {
  private final Model model;
  private final Backend machine;
  private final TensorArena arena;
  private final Variables variables;
  private final Session session;
  private final Map<Request, Session.Loaded> plans = new LinkedHashMap<>();

  private record Request(Map<String, Long> sizes, List<String> results) {}

  /**
   * A model with weights from a file.
   *
   * @param sizes any binding of the free sizes; variables do not depend on it
   * @param parent its memory is counted there
   * @throws CheckpointException if the file is of another model
   */
  public Predictor(Model model, Map<String, Long> sizes, Path weights, Backend machine, TensorArena parent, int threads)
      throws IOException {
    this.model = model;
    this.machine = machine;
    this.arena = parent.child("model " + model.name());
    try {
      var types = Model.saved(model.elaborate(sizes, false));
      this.variables = new Variables(machine, arena, types);
      this.session = new Session(machine, arena, variables, null, threads);
      Checkpoint.load(weights, variables, types);
    } catch (RuntimeException | IOException e) {
      Trainer.closeAll(arena);
      throw e;
    }
  }

  /** The loss and the recipe's metrics over a data set, {@code batch} samples at a time. */
  public Map<String, Double> evaluate(Dataset data, int batch) {
    return new Scorer(model, machine, session, variables, arena, batch).score(data);
  }

  public Variables variables() {
    return variables;
  }

  /** The plan of some results (outputs, or names of the model's body) for given sizes. */
  public Plan plan(Map<String, Long> sizes, Collection<String> results) {
    return Planner.plan(model.elaborate(sizes, false).graph(results), machine, variables.offsets(), Map.of());
  }

  /**
   * Runs the model once.
   *
   * @param inputs by name; only those that the results need must be there
   * @param into owns the tensors returned
   * @return the results, in the order asked for
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes, Collection<String> results,
      TensorArena into) {
    var request = new Request(Map.copyOf(sizes), List.copyOf(results));
    var loaded = plans.computeIfAbsent(request, r -> session.load(plan(sizes, results)));
    loaded.plan().sources().forEach((name, operand) -> {
      boolean given = loaded.plan().buffers().get(operand.buffer()).place() == Plan.Place.PLAN;
      boolean random = name.equals(Elaborated.SEED) || name.equals(Elaborated.RUN);
      if (given && !random) {
        if (!inputs.containsKey(name)) {
          throw new IllegalArgumentException("the model wants the input " + name + ": " + operand.type());
        }
        loaded.set(name, inputs.get(name));
      }
    });
    loaded.run();
    var answers = new LinkedHashMap<String, Tensor>();
    results.forEach(name -> {
      var type = loaded.plan().outputs().get(name).type();
      var tensor = into.allocate(type.dtype(), type.shape());
      loaded.get(name, tensor);
      answers.put(name, tensor);
    });
    return answers;
  }

  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
