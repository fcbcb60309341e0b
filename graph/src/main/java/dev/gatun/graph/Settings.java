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
 * @param clipNorm most that the norm of all gradients may be; 0 for no limit
 * @param decays L2 penalties by pattern
 * @param frozen patterns of what does not move
 * @param seed of the initial values, the order of samples and every draw
 */
public record Settings(int batch, int epochs, long steps, List<Patterned> optimizers, double clipNorm,
    List<Decay> decays, List<String> frozen, long seed) {
  public Settings {
    optimizers = List.copyOf(optimizers);
    decays = List.copyOf(decays);
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

  /** An L2 penalty: half of {@code factor} times the sum of squares is added to the loss, after clipping. */
  public record Decay(String pattern, double factor) {}

  /** Plain defaults: Adam at 1e-3, batches of 32, 10 epochs, seed 1. */
  public static Settings defaults() {
    var adam = new Optimizer.Adam(new Schedule.Constant(1e-3), 0.9, 0.999, 1e-8, 0);
    return new Settings(32, 10, 0, List.of(new Patterned("*", adam)), 0, List.of(), List.of(), 1);
  }

  public Settings withBatch(int other) {
    return new Settings(other, epochs, steps, optimizers, clipNorm, decays, frozen, seed);
  }

  /** Counts in epochs. */
  public Settings withEpochs(int other) {
    return new Settings(batch, other, 0, optimizers, clipNorm, decays, frozen, seed);
  }

  /** Counts in steps. */
  public Settings withSteps(long other) {
    return new Settings(batch, epochs, other, optimizers, clipNorm, decays, frozen, seed);
  }

  public Settings withSeed(long other) {
    return new Settings(batch, epochs, steps, optimizers, clipNorm, decays, frozen, other);
  }

  /** One optimiser for all parameters. */
  public Settings withOptimizer(Optimizer other) {
    return new Settings(batch, epochs, steps, List.of(new Patterned("*", other)), clipNorm, decays, frozen, seed);
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

  double l2(String name) {
    return decays.stream().filter(d -> Recipe.matches(d.pattern(), name)).mapToDouble(Decay::factor).sum();
  }
}
