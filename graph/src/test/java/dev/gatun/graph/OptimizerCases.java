package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Every rule by which training moves a parameter, beside a few lines of plain arithmetic in double, over several steps.
 * The loss is mean((a − x)²) + mean((b·x + 1)²), so the gradients are 2(a − x)/3 and 2x(b·x + 1)/3.
 */
final class OptimizerCases {
  private static final int STEPS = 7;
  private static final double[] X = {1, -2, 0.3};
  private static final String TEXT = """
      model two(x: f64[N, 3]) {
        param a: f64[3] = 0.5
        param b: f64[3] = -0.25
        loss = cast(mean((a - x) * (a - x)) + mean((b * x + 1.0) * (b * x + 1.0)), f32)
      }
      train two { minimize loss; batch = none; steps = %d; %s }
      """;

  private static final double F64 = 1e-12;
  /** Adam subtracts β₂ᵗ, rounded by up to 2⁻²⁵, from 1, which leaves 1e-3: 3e-5 of the first moves of 0.05 each. */
  private static final double F32 = 1e-5;

  /** The number of values that a rule keeps for each element. */
  private static final int KEPT = 2;

  /** How one element moves. */
  private interface Rule {
    /**
     * The element after a step.
     *
     * @param kept what the rule keeps, 0 at first
     * @param t number of the step, from 1
     */
    double next(double p, double g, double rate, double[] kept, int t);
  }

  private static final Rule STILL = (p, _, _, _, _) -> p;
  private static final Rule SGD = (p, g, rate, _, _) -> p - rate * g;
  private static final Rule MOMENTUM = (p, g, rate, v, _) -> {
    v[0] = 0.9 * v[0] + g;
    return p - rate * v[0];
  };
  private static final Rule NESTEROV = (p, g, rate, v, _) -> {
    v[0] = 0.9 * v[0] + g;
    return p - rate * (g + 0.9 * v[0]);
  };

  private static Rule adam(double beta1, double beta2, double eps, double decay) {
    return (p, g, rate, m, t) -> {
      m[0] = beta1 * m[0] + (1 - beta1) * g;
      m[1] = beta2 * m[1] + (1 - beta2) * g * g;
      double mean = m[0] / (1 - Math.pow(beta1, t));
      double square = m[1] / (1 - Math.pow(beta2, t));
      return p - rate * (mean / (Math.sqrt(square) + eps) + decay * p);
    };
  }

  private static Rule rmsprop(double smoothing, double eps, double momentum) {
    return (p, g, rate, s, _) -> {
      s[0] = smoothing * s[0] + (1 - smoothing) * g * g;
      s[1] = momentum * s[1] + g / (Math.sqrt(s[0]) + eps);
      return p - rate * s[1];
    };
  }

  private static final Rule ADAGRAD = (p, g, rate, s, _) -> {
    s[0] += g * g;
    return p - rate * g / (Math.sqrt(s[0]) + 1e-10);
  };

  private static Rule lion(double beta1, double beta2, double decay) {
    return (p, g, rate, m, _) -> {
      double direction = Math.signum(beta1 * m[0] + (1 - beta1) * g);
      m[0] = beta2 * m[0] + (1 - beta2) * g;
      return p - rate * (direction + decay * p);
    };
  }

  /**
   * A recipe's settings and what they mean.
   *
   * @param rate of each step, from 0
   * @param clip most that the norm of both gradients may be
   * @param others further settings by name, where they are given
   */
  private record Case(String settings, Rule a, Rule b, IntToDoubleFunction rate, double l2OfA, double l2OfB,
      double clip, Map<String, Double> others) {
    private Case(String settings, Rule a, Rule b, IntToDoubleFunction rate, double l2OfA, double l2OfB, double clip) {
      this(settings, a, b, rate, l2OfA, l2OfB, clip, Map.of());
    }

    private Case(String settings, Rule rule, IntToDoubleFunction rate) {
      this(settings, rule, rate, Map.of());
    }

    private Case(String settings, Rule rule, IntToDoubleFunction rate, Map<String, Double> others) {
      this(settings, rule, rule, rate, 0, 0, Double.POSITIVE_INFINITY, others);
    }

    private double other(String name, double otherwise) {
      return others.getOrDefault(name, otherwise);
    }
  }

  private static final List<Case> CASES = List.of(
      new Case("optimizer = sgd(0.1)", SGD, _ -> 0.1),
      new Case("optimizer = sgd(0.1, momentum = 0.9)", MOMENTUM, _ -> 0.1),
      new Case("optimizer = sgd(0.1, momentum = 0.9, nesterov = true)", NESTEROV, _ -> 0.1),
      new Case("optimizer = adam(0.05)", adam(0.9, 0.999, 1e-8, 0), _ -> 0.05),
      new Case("optimizer = adam(0.05, beta1 = 0.7, beta2 = 0.9, eps = 0.01)", adam(0.7, 0.9, 0.01, 0), _ -> 0.05),
      new Case("optimizer = adamw(0.05)", adam(0.9, 0.999, 1e-8, 0.01), _ -> 0.05),
      new Case("optimizer = adamw(0.05, decay = 0.3)", adam(0.9, 0.999, 1e-8, 0.3), _ -> 0.05),
      new Case("optimizer = rmsprop(0.05)", rmsprop(0.99, 1e-8, 0), _ -> 0.05),
      new Case("optimizer = rmsprop(0.05, smoothing = 0.8, eps = 0.01, momentum = 0.5)", rmsprop(0.8, 0.01, 0.5),
          _ -> 0.05),
      new Case("optimizer = adagrad(0.1)", ADAGRAD, _ -> 0.1),
      new Case("optimizer = lion(0.05)", lion(0.9, 0.99, 0), _ -> 0.05),
      new Case("optimizer = lion(0.05, decay = 0.3, beta1 = 0.5, beta2 = 0.7)", lion(0.5, 0.7, 0.3), _ -> 0.05),
      new Case("optimizer = sgd(one_cycle(0.1, rise = 0.6))", SGD, t -> {
        double top = 0.6 * STEPS - 1;
        double part = t < top ? t / top : (t - top) / (STEPS - 1 - top);
        double from = t < top ? 0.1 / 25 : 0.1;
        double to = t < top ? 0.1 : 0.1 / 250_000;
        return to + (from - to) * (1 + Math.cos(Math.PI * part)) / 2;
      }),
      new Case("optimizer = sgd(0.1); l1 = 0.2", SGD, _ -> 0.1, Map.of("l1", 0.2)),
      new Case("optimizer = sgd(0.1, momentum = 0.9); clip_value = 0.3", MOMENTUM, _ -> 0.1, Map.of("clip_value", 0.3)),
      new Case("optimizer = sgd(0.1); clip_weights = 0.45", SGD, _ -> 0.1, Map.of("clip_weights", 0.45)),
      new Case("optimizer = adam(0.05); accumulate = 2; l1 = 0.1", adam(0.9, 0.999, 1e-8, 0), _ -> 0.05,
          Map.of("accumulate", 2.0, "l1", 0.1)),
      new Case("optimizer = sgd(0.1, momentum = 0.9); average = 0.8", MOMENTUM, _ -> 0.1, Map.of("average", 0.8)),
      new Case("optimizer = adam(0.05); average = 0.5; accumulate = 2; l2 = 0.3", adam(0.9, 0.999, 1e-8, 0),
          adam(0.9, 0.999, 1e-8, 0), _ -> 0.05, 0.3, 0.3, Double.POSITIVE_INFINITY, Map.of("average", 0.5, "accumulate", 2.0)),
      new Case("optimizer = lion(0.05); accumulate = 3", lion(0.9, 0.99, 0), _ -> 0.05, Map.of("accumulate", 3.0)),
      new Case("optimizer = adam(cosine(0.05, warmup = 2))", adam(0.9, 0.999, 1e-8, 0),
          t -> t < 2 ? 0.05 * (t + 1) / 2 : 0.05 * (1 + Math.cos(Math.PI * (t - 2) / (STEPS - 2))) / 2),
      new Case("optimizer = sgd(linear_decay(0.1))", SGD, t -> 0.1 * (STEPS - t) / STEPS),
      new Case("optimizer = sgd(step_decay(0.1, every = 3, factor = 0.5))", SGD, t -> 0.1 * Math.pow(0.5, t / 3)),
      new Case("optimizer = sgd(0.1, momentum = 0.9); freeze = \"b\"", MOMENTUM, STILL, _ -> 0.1, 0, 0,
          Double.POSITIVE_INFINITY),
      new Case("optimizer = sgd(0.1); freeze = [\"a*\", \"b\"]", STILL, _ -> 0.1),
      new Case("optimizer \"b\" = sgd(0.05); optimizer = adam(0.05)", adam(0.9, 0.999, 1e-8, 0), SGD, _ -> 0.05, 0, 0,
          Double.POSITIVE_INFINITY),
      new Case("optimizer \"a\" = adam(0.05); optimizer \"*\" = adamw(0.05, decay = 0.3)", adam(0.9, 0.999, 1e-8, 0),
          adam(0.9, 0.999, 1e-8, 0.3), _ -> 0.05, 0, 0, Double.POSITIVE_INFINITY),
      new Case("optimizer = sgd(0.1); l2 \"a\" = 0.4", SGD, SGD, _ -> 0.1, 0.4, 0, Double.POSITIVE_INFINITY),
      new Case("optimizer = sgd(0.1); l2 = 0.1; l2 \"b\" = 0.4", SGD, SGD, _ -> 0.1, 0.1, 0.5,
          Double.POSITIVE_INFINITY),
      new Case("optimizer = sgd(0.1, momentum = 0.9); clip_norm = 0.5", MOMENTUM, MOMENTUM, _ -> 0.1, 0, 0, 0.5),
      new Case("optimizer = adam(0.05); clip_norm = 0.5; l2 = 0.2", adam(0.9, 0.999, 1e-8, 0),
          adam(0.9, 0.999, 1e-8, 0), _ -> 0.05, 0.2, 0.2, 0.5),
      new Case("optimizer = sgd(0.1); clip_norm = 0.5; freeze = \"a\"", STILL, SGD, _ -> 0.1, 0, 0, 0.5));

  private OptimizerCases() {}

  /** Checks all rules: with parameters in f64, in f32, and with one of each. */
  static void check(Backend machine) {
    for (var one : CASES) {
      check(machine, one, TEXT, F64);
      check(machine, one, TEXT.replace("f64", "f32"), F32);
      check(machine, one, TEXT.replace("a: f64[3]", "a: f32[3]").replace("(a - x)", "(cast(a, f64) - x)"), F32);
    }
  }

  private static void check(Backend machine, Case one, String text, double tolerance) {
    var model = Model.of(text.formatted(STEPS, one.settings));
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var x = arena.allocate(text.contains("x: f64") ? DType.F64 : DType.F32, Shape.of(1, X.length));
      x.setDoubles(X);
      var data = Dataset.of(Map.of("x", x));
      try (var trainer = new Trainer(model, Trainer.settings(model, data), machine, arena, 1, data)) {
        trainer.train();
        var expected = expected(one);
        for (int i = 0; i < 2 * X.length; i++) {
          var name = i < X.length ? "a" : "b";
          double found = trainer.variables().tensor(name, arena).toDoubles()[i % X.length];
          assertEquals(expected[i], found, tolerance, () -> one.settings + ": " + name + " in\n" + text);
        }
      }
    }
  }

  /** The elements of a, then those of b, after all steps. */
  private static double[] expected(Case one) {
    int n = X.length;
    var p = new double[2 * n];
    Arrays.fill(p, 0, n, 0.5);
    Arrays.fill(p, n, 2 * n, -0.25);
    var kept = new double[2 * n][KEPT];
    int batches = (int) one.other("accumulate", 1);
    double past = one.other("average", 0);
    var sums = new double[2 * n];
    double weights = 0;
    for (int t = batches - 1; t < STEPS; t += batches) {
      var g = new double[2 * n];
      for (int i = 0; i < n; i++) {
        g[i] = one.a == STILL ? 0 : 2 * (p[i] - X[i]) / n;
        g[n + i] = one.b == STILL ? 0 : 2 * X[i] * (p[n + i] * X[i] + 1) / n;
      }
      double most = one.other("clip_value", Double.POSITIVE_INFINITY);
      Arrays.setAll(g, i -> Math.clamp(g[i], -most, most));
      double scale = Math.min(1, one.clip / (Math.sqrt(Arrays.stream(g).map(e -> e * e).sum()) + 1e-6));
      for (int i = 0; i < 2 * n; i++) {
        var rule = i < n ? one.a : one.b;
        double l2 = i < n ? one.l2OfA : one.l2OfB;
        double gradient = g[i] * scale + l2 * p[i] + one.other("l1", 0) * Math.signum(p[i]);
        double bound = one.other("clip_weights", Double.POSITIVE_INFINITY);
        p[i] = Math.clamp(rule.next(p[i], gradient, one.rate.applyAsDouble(t), kept[i], (t + 1) / batches), -bound, bound);
        sums[i] = past * sums[i] + p[i];
      }
      weights = past * weights + 1;
    }
    if (past > 0) {
      for (int i = 0; i < 2 * n; i++) {
        p[i] = sums[i] / weights;
      }
    }
    return p;
  }
}
