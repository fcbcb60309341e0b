package dev.gatun.graph;

import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.TensorType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures a model on data sets: the loss and the recipe's metrics, with {@code training} false. */
final class Scorer {
  private final Model model;
  private final Backend machine;
  private final Session session;
  private final Variables variables;
  private final TensorArena arena;
  private final int batch;
  private final Map<Batch, Scored> plans = new HashMap<>();

  /** What a plan depends on. */
  private record Batch(int size, Map<String, TensorType> fields) {}

  /** A plan for one batch size. */
  private record Scored(Feed feed, Evaluation evaluation) {}

  Scorer(Model model, Backend machine, Session session, Variables variables, TensorArena arena, int batch) {
    this.model = model;
    this.machine = machine;
    this.session = session;
    this.variables = variables;
    this.arena = arena;
    this.batch = batch;
  }

  /** Makes the plans that {@link #score} needs, and gives them memory. */
  void prepare(Dataset data) {
    if (data.size() > 0) {
      plan(data, Math.min(batch, data.size()));
    }
    if (data.size() % batch > 0) {
      plan(data, data.size() % batch);
    }
  }

  /** Means over a data set, read in its order. */
  Map<String, Double> score(Dataset data) {
    var rows = new int[data.size()];
    java.util.Arrays.setAll(rows, i -> i);
    var sums = new LinkedHashMap<String, Double>();
    var counts = new LinkedHashMap<String, Double>();
    for (int from = 0; from < data.size(); from += batch) {
      int count = Math.min(batch, data.size() - from);
      var plan = plan(data, count);
      plan.feed.fill(data, rows, from, count, 0, 0);
      plan.feed.loaded().run();
      plan.evaluation.counts().forEach((name, weight) -> {
        double value = plan.feed.loaded().scalar(name);
        sums.merge(name, plan.evaluation.means().contains(name) ? value * weight : value, Double::sum);
        counts.merge(name, weight, Double::sum);
      });
    }
    sums.replaceAll((name, sum) -> sum / counts.get(name));
    return sums;
  }

  private Scored plan(Dataset data, int count) {
    return plans.computeIfAbsent(new Batch(count, data.fields()), made -> {
      var elaborated = model.elaborate(model.sizes(made.fields, made.size), false);
      var evaluation = Evaluation.of(elaborated, made.size);
      var loaded = session.load(Planner.plan(evaluation.graph(), machine, variables.offsets(), Map.of()));
      return new Scored(new Feed(loaded, arena, made.fields, made.size), evaluation);
    });
  }
}
