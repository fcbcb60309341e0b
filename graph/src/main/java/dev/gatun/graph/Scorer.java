package dev.gatun.graph;

import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Measures a model on data sets: the loss and the recipe's metrics, with {@code training} false. */
final class Scorer {
  /** Where nobody says how many samples to measure at a time: that many, or what fits into so many bytes. */
  private static final int AT_ONCE = 512;
  private static final long BYTES_AT_ONCE = 64 << 20;

  private final Model model;
  private final Backend machine;
  private final Session session;
  private final Variables variables;
  private final TensorArena arena;
  private final OptionalInt batch;
  private final Map<Batch, Planned> plans = new HashMap<>();
  private final Map<Batch, Feed> feeds = new HashMap<>();

  /** What a plan depends on. */
  private record Batch(int size, Map<String, TensorType> fields) {}

  /** A plan for one batch size. */
  private record Planned(Plan plan, Evaluation evaluation) {}

  /** @param batch samples at a time; if empty, few plans serve and little memory */
  Scorer(Model model, Backend machine, Session session, Variables variables, TensorArena arena, OptionalInt batch) {
    this.model = model;
    this.machine = machine;
    this.session = session;
    this.variables = variables;
    this.arena = arena;
    this.batch = batch;
  }

  /** Makes the plans that {@link #score} needs, and gives them memory. */
  void prepare(Dataset data) {
    int most = batch(data);
    if (data.size() > 0) {
      feed(new Batch(most, data.fields()));
    }
    if (data.size() % most > 0) {
      feed(new Batch(data.size() % most, data.fields()));
    }
  }

  /** Means over a data set, read in its order. */
  Map<String, Double> score(Dataset data) {
    var rows = new int[data.size()];
    java.util.Arrays.setAll(rows, i -> i);
    var sums = new LinkedHashMap<String, Double>();
    var counts = new LinkedHashMap<String, Double>();
    int most = batch(data);
    for (int from = 0; from < data.size(); from += most) {
      var part = new Batch(Math.min(most, data.size() - from), data.fields());
      var feed = feed(part);
      feed.fill(data, rows, from, part.size, 0, 0);
      feed.loaded().run();
      var evaluation = plan(part).evaluation;
      evaluation.counts().forEach((name, weight) -> {
        double value = feed.loaded().scalar(name);
        sums.merge(name, evaluation.means().contains(name) ? value * weight : value, Double::sum);
        counts.merge(name, weight, Double::sum);
      });
    }
    sums.replaceAll((name, sum) -> sum / counts.get(name));
    return sums;
  }

  /** How many samples to measure at a time; at least 1. */
  private int batch(Dataset data) {
    int most = Math.max(1, Math.min(batch.orElse(AT_ONCE), data.size()));
    if (batch.isPresent() || data.size() == 0) {
      return most;
    }
    long bytes = plan(new Batch(most, data.fields())).plan.memoryBytes();
    long allowed = Math.min(BYTES_AT_ONCE, arena.freeBytes() / 4);
    return bytes <= allowed ? most : (int) Math.max(1, most * allowed / bytes);
  }

  private Planned plan(Batch wanted) {
    return plans.computeIfAbsent(wanted, made -> {
      var elaborated = model.elaborate(model.sizes(made.fields, made.size), false);
      var evaluation = Evaluation.of(elaborated, made.size);
      return new Planned(Planner.plan(evaluation.graph(), machine, variables.offsets(), Map.of()), evaluation);
    });
  }

  private Feed feed(Batch wanted) {
    return feeds.computeIfAbsent(wanted, made -> {
      var planned = plan(made);
      var loaded = session.load(Feed.bytes(planned.plan), room -> planned.plan.memoryBytes() <= room ? planned.plan
          : Planner.plan(planned.evaluation.graph(), machine, variables.offsets(), Map.of(), room).plan());
      return new Feed(loaded, made.fields, made.size);
    });
  }
}
