package dev.gatun.graph.language;

import java.util.ArrayList;
import java.util.List;

/** Writes a model: its inputs, the statements of its body, its outputs, and the recipe that trains it. */
public final class ModelBuilder extends BodyBuilder {

  private final String name;
  private final List<String> inputs = new ArrayList<>();
  private RecipeBuilder recipe;

  ModelBuilder(String name) {
    super(null);
    this.name = Term.checked(name);
  }

  /** An input: {@code input("image", type(F32, "N", 1, 28, 28))}; sizes that begin with a capital are free. */
  public Term input(String name, Term type) {
    var typed = Term.typed(name, type);
    check(typed);
    inputs.add(noted(typed.text() + ","));
    return bind(name);
  }

  /** {@code output name = value}. */
  public Term output(String name, Object value) {
    line("output ", Term.name(name), " = ", Term.of(value));
    return bind(name);
  }

  /** The recipe; every call gives the same one. */
  public RecipeBuilder train() {
    if (recipe == null) {
      recipe = new RecipeBuilder(this);
    }
    return recipe;
  }

  String text() {
    var head = inputs.isEmpty() ? "()" : "(\n" + String.join("\n", inputs).indent(4) + ")";
    var model = "model " + name + head + braced() + "\n";
    return recipe == null ? model : model + "\ntrain " + name + recipe.braced() + "\n";
  }
}
