package dev.gatun.graph.language;

import java.util.Set;
import java.util.function.Consumer;

/** Writes the recipe of a model, or one step of it; every method gives the recipe back. */
public final class RecipeBuilder {

  private final ModelBuilder model;
  private final StringBuilder items = new StringBuilder();

  RecipeBuilder(ModelBuilder model) {
    this.model = model;
  }

  /** {@code minimize loss}. */
  public RecipeBuilder minimize(Object loss) {
    return item("minimize ", loss);
  }

  /** {@code batch = 64}: any setting by its name. */
  public RecipeBuilder set(String setting, Object value) {
    return item("", Term.named(setting, value));
  }

  /** {@code l2 "*.weight" = 1e-4}: a setting for the parameters whose names fit a pattern. */
  public RecipeBuilder set(String setting, String pattern, Object value) {
    return item(Term.checked(setting) + " " + Term.of(pattern) + " = ", value);
  }

  /** {@code metric accuracy(logits, label)}. */
  public RecipeBuilder metric(Object value) {
    return item("metric ", value);
  }

  /** {@code augment [image, mask] |> random_flip}. */
  public RecipeBuilder augment(Object value) {
    return item("augment ", value);
  }

  /** {@code step critic { … }}. */
  public RecipeBuilder step(String name, Consumer<RecipeBuilder> step) {
    var inner = new RecipeBuilder(model);
    step.accept(inner);
    return item("step " + Term.checked(name), Term.block(inner.braced(), Set.of()));
  }

  private RecipeBuilder item(String word, Object value) {
    var term = Term.of(value);
    model.check(term);
    items.append(BodyBuilder.noted(word + term.text())).append('\n');
    return this;
  }

  String braced() {
    return " {\n" + items.toString().indent(2) + "}";
  }
}
