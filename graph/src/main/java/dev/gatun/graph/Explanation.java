package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.plan.Planner;
import dev.gatun.graph.plan.Reason;
import dev.gatun.memory.BudgetException;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The plan of a model for a machine, and why it is as it is. Made from types alone: nothing is allocated, so that a
 * model may be larger than the memory here.
 *
 * @param again how many kernels run again to keep within a budget
 * @param memoryBytes what a session holds: parameters, states, caches and the plan's memory
 */
public record Explanation(Plan plan, List<Reason> reasons, int again, long memoryBytes) {
  public Explanation {
    reasons = List.copyOf(reasons);
  }

  /** Of a run that computes all outputs. */
  public static Explanation ofRun(Elaborated elaborated, Backend machine) {
    return ofRun(elaborated, machine, Planner.UNLIMITED);
  }

  /**
   * The same within a budget, as {@link Planner} keeps it.
   *
   * @param budget bytes that parameters, states, caches and the plan's memory may have together
   * @throws dev.gatun.memory.BudgetException if no plan was found that fits
   */
  public static Explanation ofRun(Elaborated elaborated, Backend machine, long budget) {
    return of(elaborated.graph(), machine, Model.saved(elaborated), Model.cached(elaborated), budget);
  }

  /**
   * Of a training step by the model's recipe.
   *
   * @param elaborated for a batch's sizes, with {@code training} true
   * @throws IllegalArgumentException if the model has no recipe
   * @throws dev.gatun.graph.language.LanguageException if the recipe does not stand
   */
  public static Explanation ofTraining(Elaborated elaborated, Backend machine) {
    return ofTraining(elaborated, machine, Planner.UNLIMITED);
  }

  /**
   * The same within a budget, as {@link Planner} keeps it.
   *
   * @param budget bytes that parameters, states, those of the optimisers and the plan's memory may have together
   * @throws dev.gatun.memory.BudgetException if no plan was found that fits
   */
  public static Explanation ofTraining(Elaborated elaborated, Backend machine, long budget) {
    Trainer.requireRecipe(elaborated);
    var training = TrainingGraph.of(elaborated, SettingsReader.read(elaborated.recipe(), samples(elaborated)));
    var types = new LinkedHashMap<>(Model.saved(elaborated));
    types.putAll(training.optimizerStates());
    return of(training.graph(), machine, types, Map.of(), budget);
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

  private static Explanation of(Graph graph, Backend machine, Map<String, TensorType> model,
      Map<String, TensorType> session, long budget) {
    long kept = Variables.bytes(model) + Variables.bytes(session);
    if (kept > budget) {
      throw BudgetException.ofVariables(kept, budget);
    }
    var explained = Planner.explain(graph, machine, Variables.offsets(model), Variables.offsets(session),
        budget - kept);
    var plan = explained.plan();
    return new Explanation(plan, explained.reasons(), explained.again(), plan.memoryBytes() + kept);
  }
}
