package dev.gatun.graph.language;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Goes through trees without recursion, so that it may be used before their height is known. */
final class Walk {

  private Walk() {}

  /** The parts of a node in the order in which they are written. */
  static List<Syntax> children(Syntax node) {
    return switch (node) {
      case Syntax.File n -> List.copyOf(n.declarations());
      case Syntax.Import n -> of(n.names(), n.path());
      case Syntax.Constant n -> of(n.name(), n.value());
      case Syntax.Shared n -> of(n.name(), n.stage());
      case Syntax.Block n -> of(n.name(), n.formals(), n.body());
      case Syntax.Model n -> of(n.name(), n.inputs(), n.body());
      case Syntax.Train n -> of(n.name(), n.items());
      case Syntax.Setting n -> of(n.name(), n.pattern(), n.value());
      case Syntax.Minimize n -> of(n.value());
      case Syntax.Metric n -> of(n.name(), n.value());
      case Syntax.Augment n -> of(n.value());
      case Syntax.Step n -> of(n.name(), n.items());
      case Syntax.Formal n -> of(n.name(), n.type(), n.value());
      case Syntax.Input n -> of(n.name(), n.type());
      case Syntax.Type n -> of(n.dtype(), n.dims());
      case Syntax.SizeDim n -> of(n.value());
      case Syntax.Body n -> List.copyOf(n.statements());
      case Syntax.Declare n -> of(n.name(), n.type(), n.value());
      case Syntax.Update n -> of(n.name(), n.value());
      case Syntax.Output n -> of(n.name(), n.value());
      case Syntax.For n -> of(n.names(), n.list(), n.body());
      case Syntax.Bind n -> of(n.targets(), n.value());
      case Syntax.Target n -> of(n.name(), n.type());
      case Syntax.Result n -> List.copyOf(n.values());
      case Syntax.If n -> of(n.condition(), n.then(), n.otherwise());
      case Syntax.Scan n -> of(n.arguments(), n.feeds(), n.body());
      case Syntax.Feed n -> of(n.name(), n.value());
      case Syntax.Pipe n -> of(n.from(), n.stage());
      case Syntax.Stage n -> of(n.callee(), n.arguments());
      case Syntax.Argument n -> of(n.name(), n.value());
      case Syntax.Binary n -> of(n.left(), n.right());
      case Syntax.Unary n -> of(n.operand());
      case Syntax.Call n -> of(n.callee(), n.arguments());
      case Syntax.Indexed n -> of(n.from(), n.indices());
      case Syntax.Member n -> of(n.from(), n.name());
      case Syntax.Group n -> of(n.inner());
      case Syntax.ListOf n -> List.copyOf(n.values());
      case Syntax.Comprehension n -> of(n.value(), n.names(), n.list(), n.condition());
      case Syntax.At n -> of(n.value());
      case Syntax.Slice n -> of(n.start(), n.stop(), n.step());
      case Syntax.Name _, Syntax.AnyDim _, Syntax.AnyDims _, Syntax.Variable _, Syntax.IntLiteral _,
          Syntax.FloatLiteral _, Syntax.Text _, Syntax.BoolLiteral _, Syntax.NoneLiteral _, Syntax.Ellipsis _ ->
          List.of();
    };
  }

  /** The first node deeper than {@code limit} levels below {@code root}, or null. */
  static Syntax deeperThan(Syntax root, int limit) {
    Deque<List<Syntax>> levels = new ArrayDeque<>();
    levels.push(new ArrayList<>(List.of(root)));
    while (!levels.isEmpty()) {
      List<Syntax> level = levels.peek();
      if (level.isEmpty()) {
        levels.pop();
        continue;
      }
      Syntax node = level.removeLast();
      if (levels.size() > limit) {
        return node;
      }
      levels.push(new ArrayList<>(children(node)));
    }
    return null;
  }

  /** Every node of a tree that {@code enter} lets in, with the nodes below it, in the order written. */
  static List<Syntax> nodes(Syntax root, Predicate<Syntax> enter) {
    List<Syntax> found = new ArrayList<>();
    Deque<Syntax> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Syntax node = open.pop();
      if (enter.test(node)) {
        found.add(node);
        children(node).reversed().forEach(open::push);
      }
    }
    return found;
  }

  private static List<Syntax> of(Object... parts) {
    return Arrays.stream(parts).filter(Objects::nonNull)
        .flatMap(p -> p instanceof List<?> list ? list.stream() : Stream.of(p))
        .map(Syntax.class::cast).toList();
  }
}
