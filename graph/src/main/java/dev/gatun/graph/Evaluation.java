package dev.gatun.graph;

import dev.gatun.graph.language.Diagnostic;
import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.LanguageException;
import dev.gatun.graph.language.Recipe;
import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.ShapeException;
import dev.gatun.ops.Value;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The graph that measures a batch: the loss, and for each metric of the recipe a sum over the batch.
 *
 * @param graph its results are {@link TrainingGraph#LOSS} and the metrics' names
 * @param counts how much each result weighs: samples, or labels
 * @param means results that are means over the batch; the others are sums
 */
record Evaluation(Graph graph, Map<String, Double> counts, Set<String> means) {

  static Evaluation of(Elaborated elaborated, long batch) {
    var b = new Builder();
    var results = new LinkedHashMap<String, Value>();
    var counts = new LinkedHashMap<String, Double>();
    var means = new HashSet<>(Set.of(TrainingGraph.LOSS));
    var common = elaborated.recipe().common();
    results.put(TrainingGraph.LOSS, common.objective());
    counts.put(TrainingGraph.LOSS, (double) batch);
    for (var metric : common.metrics()) {
      switch (metric.value()) {
        case Recipe.Tensor tensor -> {
          results.put(metric.name(), tensor.value());
          means.add(metric.name());
          counts.put(metric.name(), (double) batch);
        }
        case Recipe.Call call when call.name().equals("accuracy") -> {
          results.put(metric.name(), correct(b, metric, call));
          counts.put(metric.name(), (double) tensor(call, 1, metric).shape().elements());
        }
        case Recipe.Call call -> throw fault(metric, "no metric is called `" + call.name() + "`",
            "known is accuracy(logits, label)");
        default -> throw fault(metric, "a metric is accuracy(logits, label), or one number", "");
      }
    }
    return new Evaluation(Graph.of(results, Map.of()), counts, means);
  }

  /** How many labels the largest logit meets. */
  private static Value correct(Builder b, Recipe.Metric metric, Recipe.Call call) {
    var logits = tensor(call, 0, metric);
    var label = tensor(call, 1, metric);
    int axis = call.named().get("axis") instanceof Recipe.Int i ? (int) i.value() : -1;
    try {
      var ones = b.cast(b.equal(b.argReduce(true, logits, axis), label), DType.F32);
      return b.sum(ones, Builder.allAxes(ones), false);
    } catch (ShapeException e) {
      throw fault(metric, "accuracy of " + logits.type() + " and " + label.type() + ": " + e.getMessage(),
          "a label is the number of its class, i32");
    }
  }

  private static Value tensor(Recipe.Call call, int at, Recipe.Metric metric) {
    if (at < call.positional().size() && call.positional().get(at) instanceof Recipe.Tensor t) {
      return t.value();
    }
    throw fault(metric, "accuracy wants the logits and the label", "accuracy(logits, label)");
  }

  private static LanguageException fault(Recipe.Metric metric, String message, String hint) {
    return new LanguageException(List.of(new Diagnostic(metric.place(), message, hint, List.of())));
  }
}
