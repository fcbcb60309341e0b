package dev.gatun.graph.language;

import java.util.List;
import java.util.stream.Collectors;

/** What can be called. */
sealed interface Callee {

  /** As it is declared. */
  String name();

  /** The arguments that it takes. */
  List<Syntax.Formal> formals();

  /** Name, arguments and defaults, as messages print them: {@code linear(x, size, bias = true)}. */
  default String signature() {
    return name() + formals().stream().map(Callee::shown).collect(Collectors.joining(", ", "(", ")"));
  }

  private static String shown(Syntax.Formal formal) {
    return formal.name() + (formal.value() == null ? "" : " = " + Sources.text(formal.value()));
  }

  /** A block, with the file in which it stands. */
  record Block(Syntax.Block block, Unit unit) implements Callee {

    @Override
    public String name() {
      return block.name().text();
    }

    @Override
    public List<Syntax.Formal> formals() {
      return block.formals();
    }
  }

  /** A function that the language brings along. */
  record Builtin(Syntax.Block head, Body body) implements Callee {

    /** What it does. */
    interface Body {
      Datum apply(Arguments arguments);
    }

    @Override
    public String name() {
      return head.name().text();
    }

    @Override
    public List<Syntax.Formal> formals() {
      return head.formals();
    }
  }

  /**
   * A named layer: one set of parameters for all its calls.
   *
   * @param path of its declaration, with which its parameters' names begin
   * @param given arguments that the declaration fixes
   */
  record Shared(String name, String path, Callee inner, Given given) implements Callee {

    @Override
    public List<Syntax.Formal> formals() {
      return inner.formals();
    }
  }
}
