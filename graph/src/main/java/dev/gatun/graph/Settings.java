package dev.gatun.graph;

import dev.gatun.graph.language.Recipe;
import java.util.List;

/**
 * How to train, with every default in place: what a recipe says, and what the caller overrides.
 *
 * @param batch samples in a step
 * @param epochs times through the data; ignored where {@code steps} is not 0
 * @param steps steps in all; 0 to count in epochs
 * @param optimizers the first whose pattern fits moves a parameter
 * @param shaping what is done to gradients and parameters beside the optimisers
 * @param frozen patterns of what does not move
 * @param seed of the initial values, the order of samples and every draw
 */
public record Settings(int batch, int epochs, long steps, List<Patterned> optimizers, Shaping shaping,
    List<String> frozen, long seed) {
  public Settings {
    optimizers = List.copyOf(optimizers);
    frozen = List.copyOf(frozen);
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, found " + batch);
    }
    if (epochs < 1 && steps < 1) {
      throw new IllegalArgumentException("epochs must be at least 1, found " + epochs);
    }
  }

  /** An optimiser and the names that it moves. */
  public record Patterned(String pattern, Optimizer optimizer) {}

  /** A number for the names that fit. */
  public record Factor(String pattern, double value) {
    private static double sum(List<Factor> factors, String name) {
      return factors.stream().filter(f -> Recipe.matches(f.pattern, name)).mapToDouble(Factor::value).sum();
    }
  }

  /**
   * What is done to gradients and parameters beside the optimisers, in this order.
   *
   * @param accumulate batches whose gradients are averaged before anything moves
   * @param clipValue most that an element of a gradient may be, either way; 0 for no limit
   * @param clipNorm most that the norm of all gradients may be; 0 for no limit
   * @param l1 times the sum of absolute values is added to the loss
   * @param l2 half of it times the sum of squares is added to the loss
   * @param clipWeights most that an element of a parameter may be after a step, either way
   * @param average how much of its past a running mean of the parameters keeps at each step, which is measured and saved
   *     in their place; 0 for none
   */
  public record Shaping(int accumulate, double clipValue, double clipNorm, List<Factor> l1, List<Factor> l2,
      List<Factor> clipWeights, double average) {
    public Shaping {
      l1 = List.copyOf(l1);
      l2 = List.copyOf(l2);
      clipWeights = List.copyOf(clipWeights);
    }

    static Shaping none() {
      return new Shaping(1, 0, 0, List.of(), List.of(), List.of(), 0);
    }

    double l1(String name) {
      return Factor.sum(l1, name);
    }

    double l2(String name) {
      return Factor.sum(l2, name);
    }

    /** The smallest bound whose pattern fits; 0 if there is none. */
    double clipWeights(String name) {
      return clipWeights.stream().filter(f -> Recipe.matches(f.pattern, name)).mapToDouble(Factor::value).min()
          .orElse(0);
    }
  }

  /** Plain defaults: Adam at 1e-3, batches of 32, 10 epochs, seed 1. */
  public static Settings defaults() {
    var adam = new Optimizer.Adam(new Schedule.Constant(1e-3), 0.9, 0.999, 1e-8, 0);
    return new Settings(32, 10, 0, List.of(new Patterned("*", adam)), Shaping.none(), List.of(), 1);
  }

  public Settings withBatch(int other) {
    return new Settings(other, epochs, steps, optimizers, shaping, frozen, seed);
  }

  /** Counts in epochs. */
  public Settings withEpochs(int other) {
    return new Settings(batch, other, 0, optimizers, shaping, frozen, seed);
  }

  /** Counts in steps. */
  public Settings withSteps(long other) {
    return new Settings(batch, epochs, other, optimizers, shaping, frozen, seed);
  }

  public Settings withSeed(long other) {
    return new Settings(batch, epochs, steps, optimizers, shaping, frozen, other);
  }

  /** One optimiser for all parameters. */
  public Settings withOptimizer(Optimizer other) {
    return new Settings(batch, epochs, steps, List.of(new Patterned("*", other)), shaping, frozen, seed);
  }

  /** One rate for all optimisers, or one highest rate: the forms of their schedules stay. */
  public Settings withRate(double other) {
    var moved = optimizers.stream().map(o -> new Patterned(o.pattern,
        o.optimizer.withRate(o.optimizer.rate().withRate(other)))).toList();
    return new Settings(batch, epochs, steps, moved, shaping, frozen, seed);
  }

  boolean isFrozen(String name) {
    return frozen.stream().anyMatch(pattern -> Recipe.matches(pattern, name));
  }

  /** The number of the optimiser that moves a parameter. */
  int optimizer(String name) {
    for (int i = 0; i < optimizers.size(); i++) {
      if (Recipe.matches(optimizers.get(i).pattern(), name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no optimizer is for " + name + ": add a plain `optimizer = …`");
  }
}
