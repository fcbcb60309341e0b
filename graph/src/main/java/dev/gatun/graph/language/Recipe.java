package dev.gatun.graph.language;

import dev.gatun.ops.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to train a model, as its file says it. What the language itself does not know (optimisers, schedules, data sets,
 * metrics, augmentations) stays a name with arguments, for whoever trains to resolve; the places let messages point.
 *
 * @param common what holds for every step
 * @param steps the steps that take turns; empty if the recipe has none
 */
public record Recipe(Place place, Phase common, List<Phase> steps) {

  public Recipe {
    steps = List.copyOf(steps);
  }

  /** Whether a parameter's name fits a pattern, in which {@code *} stands for any text. */
  public static boolean matches(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int resume = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = n;
      } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    return pattern.substring(p).chars().allMatch(c -> c == '*');
  }

  /**
   * The settings of the recipe, or of one step.
   *
   * @param name of the step; empty for the recipe itself
   * @param objective the number to minimise, or null
   */
  public record Phase(String name, List<Setting> settings, Value objective, Place objectivePlace, List<Metric> metrics,
      List<Augmentation> augmentations) {

    public Phase {
      settings = List.copyOf(settings);
      metrics = List.copyOf(metrics);
      augmentations = List.copyOf(augmentations);
    }
  }

  /**
   * {@code batch = 64}, {@code optimizer "head.*" = sgd(0.1)}.
   *
   * @param pattern which parameters it is for, or null
   */
  public record Setting(String name, String pattern, Item value, Place place) {}

  /** {@code metric accuracy(logits, label)}: a {@link Call} of a known metric, or a {@link Tensor} of one number. */
  public record Metric(String name, Item value, Place place) {}

  /**
   * {@code augment [image, mask] |> random_flip |> random_crop(32)}.
   *
   * @param inputs the names of the inputs, which share each draw
   * @param stages in the order in which they are applied
   */
  public record Augmentation(List<String> inputs, List<Call> stages, Place place) {

    public Augmentation {
      inputs = List.copyOf(inputs);
      stages = List.copyOf(stages);
    }
  }

  /** A value of a recipe. */
  public sealed interface Item {}

  /** An int. */
  public record Int(long value) implements Item {}

  /** A float. */
  public record Real(double value) implements Item {}

  /** True or false. */
  public record Truth(boolean value) implements Item {}

  /** A string. */
  public record Text(String value) implements Item {}

  /** None. */
  public record None() implements Item {}

  /** A list. */
  public record Many(List<Item> items) implements Item {

    public Many {
      items = List.copyOf(items);
    }
  }

  /** A tensor of the model. */
  public record Tensor(Value value) implements Item {}

  /** A name with its arguments, such as {@code adamw(1e-3, decay = 0.1)} or {@code iris}. */
  public record Call(String name, List<Item> positional, Map<String, Item> named, Place place) implements Item {

    public Call {
      positional = List.copyOf(positional);
      named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
    }
  }
}
