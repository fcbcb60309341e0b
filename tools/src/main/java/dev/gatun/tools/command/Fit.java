package dev.gatun.tools.command;

import java.util.function.Supplier;

/** Turns the engine's refusal of a model and a data set that do not fit into a message about both. */
final class Fit {
  private Fit() {}

  static void check(ModelOptions model, DataOptions.Loaded data, Runnable work) {
    of(model, data, () -> {
      work.run();
      return model;
    });
  }

  static <T> T of(ModelOptions model, DataOptions.Loaded data, Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw new InputException("model " + model.name() + " and data set " + data.source().name() + " do not fit: "
          + e.getMessage(), e);
    }
  }
}
