package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.plan.Planner;
import dev.gatun.graph.plan.Reason;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The plan of a model for a machine, and why it is as it is. Made from types alone: nothing is allocated, so that a
 * model may be larger than the memory here.
 *
 * @param memoryBytes what a session holds: parameters, states, caches and the plan's memory
 */
public record Explanation(Plan plan, List<Reason> reasons, long memoryBytes) {
  public Explanation {
    reasons = List.copyOf(reasons);
  }

  /** Of a run that computes all outputs. */
  public static Explanation ofRun(Elaborated elaborated, Backend machine) {
    return of(Planner.explain(elaborated.graph(), machine, Variables.offsets(Model.saved(elaborated)),
        Variables.offsets(Model.cached(elaborated))), Model.saved(elaborated), Model.cached(elaborated));
  }

  /**
   * Of a training step by the model's recipe.
   *
   * @param elaborated for a batch's sizes, with {@code training} true
   * @throws IllegalArgumentException if the model has no recipe
   * @throws dev.gatun.graph.language.LanguageException if the recipe does not stand
   */
  public static Explanation ofTraining(Elaborated elaborated, Backend machine) {
    Trainer.requireRecipe(elaborated);
    var training = TrainingGraph.of(elaborated, SettingsReader.read(elaborated.recipe(), samples(elaborated)));
    var types = new LinkedHashMap<>(Model.saved(elaborated));
    types.putAll(training.optimizerStates());
    return of(Planner.explain(training.graph(), machine, Variables.offsets(types), Map.of()), types, Map.of());
  }

  /** Samples of a batch: the first axis of an input. */
  private static int samples(Elaborated elaborated) {
    return elaborated.inputs().stream().map(input -> input.type().shape()).filter(shape -> shape.rank() > 0)
        .mapToInt(shape -> Math.toIntExact(shape.size(0))).findFirst().orElse(1);
  }

  /** The batch size of a model's recipe. */
  public static int batch(Elaborated elaborated) {
    Trainer.requireRecipe(elaborated);
    return SettingsReader.read(elaborated.recipe(), Integer.MAX_VALUE).batch();
  }

  private static Explanation of(Planner.Explained explained, Map<String, TensorType> model,
      Map<String, TensorType> session) {
    return new Explanation(explained.plan(), explained.reasons(),
        explained.plan().planBytes() + explained.plan().bytes(Plan.Place.PREPARED) + Variables.bytes(model)
            + Variables.bytes(session));
  }
}
