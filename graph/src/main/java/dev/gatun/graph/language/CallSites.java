package dev.gatun.graph.language;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which name each call of a body belongs to, and which names hold exactly one layer call. Both are read off the text,
 * so that a branch that is not taken changes no parameter's name.
 */
final class CallSites {

  /** No calls at all: the sites of a file. */
  static final CallSites NONE = new CallSites(new Syntax.NoneLiteral(null), _ -> false);

  private final Map<Syntax, String> owners = new IdentityHashMap<>();
  private final Map<String, Integer> layers = new HashMap<>();
  private final Predicate<String> isLayer;

  private record Visit(Syntax node, String owner, boolean repeated) {}

  /** @param isLayer whether a call of that name may own parameters or state */
  CallSites(Syntax root, Predicate<String> isLayer) {
    this.isLayer = isLayer;
    Deque<Visit> open = new ArrayDeque<>(List.of(new Visit(root, "", false)));
    while (!open.isEmpty()) {
      Visit visit = open.pop();
      String owner = owner(visit);
      boolean repeated = visit.repeated || visit.node instanceof Syntax.For || visit.node instanceof Syntax.Comprehension;
      call(visit.node, owner, repeated);
      Walk.children(visit.node).forEach(child -> open.push(new Visit(child, owner, repeated)));
    }
  }

  private static String owner(Visit visit) {
    return switch (visit.node) {
      case Syntax.Bind bind -> bind.targets().stream().filter(t -> !t.name().ignored()).findFirst()
          .map(t -> t.name().text()).orElse("");
      case Syntax.Output output -> output.name().text();
      case Syntax.Update update -> update.name().text();
      case Syntax _ -> visit.owner;
    };
  }

  private void call(Syntax node, String owner, boolean repeated) {
    String callee = switch (node) {
      case Syntax.Stage stage -> stage.callee().text();
      case Syntax.Call call when call.callee() instanceof Syntax.Variable(Place _, String name) -> name;
      case Syntax _ -> null;
    };
    if (node instanceof Syntax.Stage || node instanceof Syntax.Call) {
      owners.put(node, owner);
      if (callee == null || isLayer.test(callee)) {
        layers.merge(owner, repeated ? 2 : 1, Integer::sum);
      }
    }
  }

  /** The name that the statement of a call binds; empty if it binds none. */
  String owner(Syntax call) {
    return owners.getOrDefault(call, "");
  }

  /** Whether the statements that bind {@code owner} hold one layer call, outside any repetition. */
  boolean single(String owner) {
    return !owner.isEmpty() && layers.getOrDefault(owner, 0) == 1;
  }
}
