package dev.gatun.graph.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The model language in method calls. It writes the text of a program, so every layer and op of the language is there
 * by its name, and parameters get the names, graphs the nodes and trained weights the bits that the text would give.
 * Constants, imports, {@code for} and comprehensions are left to Java, which has its own. For one thread.
 */
public final class ProgramBuilder {

  private final List<String> declarations = new ArrayList<>();
  private final List<ModelBuilder> models = new ArrayList<>();

  /** A program that declares nothing yet. */
  public ProgramBuilder() {}

  /**
   * A block, to be called by its name.
   *
   * @param arguments {@link Term#name} for a plain one, {@link Term#typed}, {@link Term#named} for one with a default
   * @param body written once, whatever the calls; it reads the arguments by {@link BodyBuilder#get}
   */
  public void block(String name, List<Term> arguments, Consumer<BodyBuilder> body) {
    var inner = new BodyBuilder(null);
    body.accept(inner);
    declarations.add(BodyBuilder.noted("block " + Term.call(name, arguments.toArray()) + inner.braced()));
  }

  /** A layer whose one set of parameters serves all models of the program. */
  public Term shared(String name, String callee, Object... arguments) {
    declarations.add(BodyBuilder.noted("shared " + Term.named(name, Term.call(callee, arguments))));
    return Term.name(name);
  }

  /** A model, to be written on. */
  public ModelBuilder model(String name) {
    var model = new ModelBuilder(name);
    models.add(model);
    return model;
  }

  /** The program as a file would hold it, each statement with the line of Java that wrote it. */
  public String text() {
    return declarations.stream().map(declaration -> declaration + "\n\n").collect(Collectors.joining())
        + models.stream().map(ModelBuilder::text).collect(Collectors.joining("\n"));
  }

  /**
   * The program, for {@link dev.gatun.graph.Model#of(Program)}.
   *
   * @throws LanguageException if it does not stand; places are those of {@link #text}
   */
  public Program build() {
    return Program.of(new Source("program", text()), Map.of());
  }
}
