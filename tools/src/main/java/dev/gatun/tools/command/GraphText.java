package dev.gatun.tools.command;

import dev.gatun.graph.GraphView;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A graph as a text for Graphviz or Mermaid, calls as boxes around what they made. */
final class GraphText {
  private final GraphView view;
  private final StringBuilder out = new StringBuilder();
  private final IntFunction<String> node;
  private final BiFunction<Integer, String, String> open;
  private final String close;

  private GraphText(GraphView view, IntFunction<String> node, BiFunction<Integer, String, String> open, String close) {
    this.view = view;
    this.node = node;
    this.open = open;
    this.close = close;
  }

  /** For Graphviz. */
  static String dot(GraphView view) {
    var text = new GraphText(view, number -> "n" + number + " [label=\"" + dotted(label(view.nodes().get(number)))
        + "\"" + shape(view.nodes().get(number).kind()) + "];", (number, name) -> "subgraph cluster" + number
        + " { label=\"" + dotted(name) + "\";", "}");
    text.out.append("digraph \"").append(dotted(view.model())).append("\" {\n")
        .append("  rankdir=TB; node [shape=box, fontname=\"sans-serif\", fontsize=10];\n");
    text.group(-1, "  ");
    text.edges("  n%d -> n%d;\n");
    return text.out.append("}\n").toString();
  }

  /** For Mermaid. */
  static String mermaid(GraphView view) {
    var text = new GraphText(view, number -> "n" + number + "[\"" + mermaid(label(view.nodes().get(number))) + "\"]",
        (number, name) -> "subgraph g" + number + "[\"" + Html.escaped(name) + "\"]", "end");
    text.out.append("flowchart TB\n");
    text.group(-1, "  ");
    text.edges("  n%d --> n%d\n");
    return text.out.toString();
  }

  private static List<String> label(GraphView.Box box) {
    return List.of(box.label(), box.type());
  }

  private static String shape(GraphView.Kind kind) {
    return switch (kind) {
      case INPUT, OUTPUT -> ", shape=oval";
      case PARAMETER, STATE, CONSTANT -> ", shape=note, style=filled, fillcolor=\"#eeeeee\"";
      case OP -> "";
    };
  }

  private static String dotted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String dotted(List<String> lines) {
    return String.join("\\n", lines.stream().map(GraphText::dotted).toList());
  }

  private static String mermaid(List<String> lines) {
    return String.join("<br/>", lines.stream().map(Html::escaped).toList());
  }

  /** The calls and nodes within a call, or outside of all. */
  private void group(int number, String indent) {
    for (int g = 0; g < view.groups().size(); g++) {
      if (view.groups().get(g).outer() == number) {
        out.append(indent).append(open.apply(g, view.groups().get(g).name())).append('\n');
        group(g, indent + "  ");
        out.append(indent).append(close).append('\n');
      }
    }
    IntStream.range(0, view.nodes().size()).filter(i -> view.nodes().get(i).group() == number)
        .forEach(i -> out.append(indent).append(node.apply(i)).append('\n'));
  }

  private void edges(String form) {
    for (int i = 0; i < view.nodes().size(); i++) {
      for (int input : view.nodes().get(i).inputs()) {
        out.append(String.format(form, input, i));
      }
    }
  }
}
