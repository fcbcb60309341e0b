package dev.gatun.graph.language;

import dev.gatun.graph.language.Syntax.Body;
import dev.gatun.graph.language.Syntax.If;
import dev.gatun.graph.language.Syntax.Result;
import dev.gatun.graph.language.Syntax.Scan;
import dev.gatun.graph.language.Syntax.Statement;
import java.util.List;

/** What holds of a tree before any name has a meaning: its height, and that no value is dropped or missing. */
final class Rules {

  /** Levels of a tree; keeps every later recursion over it far from the end of the stack. */
  private static final int HIGHEST = 500;

  private final List<Diagnostic> faults;

  private Rules(List<Diagnostic> faults) {
    this.faults = faults;
  }

  static void check(Syntax.File file, List<Diagnostic> faults) {
    Syntax deep = Walk.deeperThan(file, HIGHEST);
    if (deep != null) {
      faults.add(new Diagnostic(deep.place(), "an expression has more than " + HIGHEST + " levels",
          "give a part of it a name"));
      return;
    }
    new Rules(faults).inside(file);
  }

  /** Checks the bodies below a node. */
  private void inside(Syntax node) {
    switch (node) {
      case Syntax.Block block -> body(block.body(), true, "a block");
      case Syntax.Model model -> body(model.body(), false, "");
      case Syntax.For loop -> {
        inside(loop.list());
        body(loop.body(), false, "");
      }
      case Scan scan -> {
        scan.arguments().forEach(this::inside);
        scan.feeds().forEach(this::inside);
        boolean carries = scan.feeds().stream().anyMatch(Syntax.Feed::carried);
        body(scan.body(), !carries || endsInResult(scan.body()), "a scan that carries nothing");
      }
      case If choice -> choice(choice, true);
      case Syntax other -> Walk.children(other).forEach(this::inside);
    }
  }

  private static boolean endsInResult(Body body) {
    return !body.statements().isEmpty() && body.statements().getLast() instanceof Result;
  }

  private void choice(If choice, boolean wanted) {
    inside(choice.condition());
    body(choice.then(), wanted, "an `if` whose value is used");
    switch (choice.otherwise()) {
      case null -> { }
      case Body body -> body(body, wanted, "an `if` whose value is used");
      case If next -> choice(next, wanted);
    }
  }

  /** @param owner who needs a result; read only if {@code wanted} */
  private void body(Body body, boolean wanted, String owner) {
    int last = body.statements().size() - 1;
    if (wanted && !endsInResult(body)) {
      fault(new Diagnostic(body.place(), owner + " has a result: the last statement of this body gives none",
          "end the body with a value"));
    }
    for (int i = 0; i <= last; i++) {
      statement(body.statements().get(i), wanted && i == last);
    }
  }

  private void statement(Statement statement, boolean wanted) {
    if (statement instanceof Result(Place place, var values)) {
      if (values.size() == 1 && values.getFirst() instanceof If choice) {
        choice(choice, wanted);
        return;
      }
      if (!wanted) {
        boolean negative = startsWithMinus(values.getFirst());
        fault(new Diagnostic(negative ? place.start() : place,
            "the value of this expression is not used", negative
                ? "a line that begins with `-` is a new statement: end the line before with the `-`"
                : "bind it to a name, or make it the last statement of a block"));
      }
    }
    Walk.children(statement).forEach(this::inside);
  }

  private static boolean startsWithMinus(Syntax.Expression expression) {
    return switch (expression) {
      case Syntax.Unary unary -> unary.operator() == Syntax.Operator.NEGATE;
      case Syntax.Binary binary -> startsWithMinus(binary.left());
      case Syntax.Pipe pipe -> startsWithMinus(pipe.from());
      case Syntax.Expression _ -> false;
    };
  }

  private void fault(Diagnostic diagnostic) {
    if (faults.size() < Parser.MOST_FAULTS) {
      faults.add(diagnostic);
    }
  }
}
