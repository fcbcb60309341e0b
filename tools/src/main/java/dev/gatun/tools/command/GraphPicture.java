package dev.gatun.tools.command;

import dev.gatun.graph.GraphView;
import dev.gatun.memory.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A graph as an SVG picture, its blocks folded, weights and constants left out. Boxes lie in layers, each below all
 * that it reads, those of a layer in the order of what they read.
 */
final class GraphPicture {
  private static final double GAP = 34;
  private static final double SIDE = 22;
  private static final double MARGIN = 20;
  private static final double LETTER = 7.3;
  private static final double LINE = 15;

  private final GraphView view;
  /** What stands for each node: itself, or the outermost block around it, which is numbered from the nodes' end on. */
  private final int[] shown;
  private final Map<Integer, Box> boxes = new LinkedHashMap<>();

  private static final class Box {
    private final String kind;
    private final List<String> lines = new ArrayList<>();
    private final Set<Integer> reads = new LinkedHashSet<>();
    private double flops;
    private double bytes;
    private long parameters;
    private int layer = -1;
    private double x;
    private double y;

    private Box(String kind, String name) {
      this.kind = kind;
      lines.add(name);
    }

    private double width() {
      return lines.stream().mapToInt(String::length).max().orElse(0) * LETTER + 18;
    }

    private double height() {
      return lines.size() * LINE + 10;
    }

    private double middle() {
      return x + width() / 2;
    }
  }

  private GraphPicture(GraphView view) {
    this.view = view;
    shown = IntStream.range(0, view.nodes().size()).map(this::shown).toArray();
  }

  static String of(GraphView view) {
    var picture = new GraphPicture(view);
    picture.fill();
    return picture.draw(picture.layers());
  }

  private int shown(int node) {
    int group = view.nodes().get(node).group();
    while (group >= 0 && view.groups().get(group).outer() >= 0) {
      group = view.groups().get(group).outer();
    }
    return group < 0 ? node : view.nodes().size() + group;
  }

  private static boolean isGiven(GraphView.Box node) {
    return switch (node.kind()) {
      case PARAMETER, STATE, CONSTANT -> true;
      case INPUT, OP, OUTPUT -> false;
    };
  }

  private void fill() {
    int nodes = view.nodes().size();
    for (int i = 0; i < nodes; i++) {
      var node = view.nodes().get(i);
      boolean folded = shown[i] >= nodes;
      if (!folded && isGiven(node)) {
        continue;
      }
      var box = boxes.computeIfAbsent(shown[i], number -> folded
          ? new Box("fold", view.groups().get(number - nodes).name())
          : new Box(node.kind().name().toLowerCase(Locale.ROOT), node.label()));
      if (!folded) {
        box.lines.add(node.type());
      }
      box.flops += node.flops();
      box.bytes += node.bytes();
      box.parameters += node.parameters();
      for (int input : node.inputs()) {
        if (shown[input] != shown[i] && !(shown[input] < nodes && isGiven(view.nodes().get(input)))) {
          box.reads.add(shown[input]);
        }
      }
    }
    boxes.values().forEach(box -> {
      var costs = new ArrayList<String>();
      if (box.parameters > 0) {
        costs.add(PlanTable.count(box.parameters) + " params");
      }
      if (box.flops > 0) {
        costs.add(PlanTable.count(box.flops) + " flops");
      }
      if (box.bytes > 0) {
        costs.add(Bytes.text((long) box.bytes));
      }
      if (!costs.isEmpty()) {
        box.lines.add(String.join(" · ", costs));
      }
    });
  }

  private int layer(Box box) {
    if (box.layer < 0) {
      box.layer = 0;
      box.layer = box.reads.stream().mapToInt(read -> layer(boxes.get(read)) + 1).max().orElse(0);
    }
    return box.layer;
  }

  /** Gives all boxes their places. */
  private List<List<Box>> layers() {
    var layers = new ArrayList<List<Box>>();
    for (var box : boxes.values()) {
      while (layers.size() <= layer(box)) {
        layers.add(new ArrayList<>());
      }
      layers.get(box.layer).add(box);
    }
    double widest = layers.stream().mapToDouble(GraphPicture::width).max().orElse(0);
    double y = MARGIN;
    for (var layer : layers) {
      layer.sort(Comparator.comparingDouble(box -> box.reads.stream().mapToDouble(read -> boxes.get(read).middle())
          .average().orElse(widest / 2)));
      double x = MARGIN + (widest - width(layer)) / 2;
      double height = layer.stream().mapToDouble(Box::height).max().orElse(0);
      for (var box : layer) {
        box.x = x;
        box.y = y + (height - box.height()) / 2;
        x += box.width() + SIDE;
      }
      y += height + GAP;
    }
    return layers;
  }

  private static double width(List<Box> layer) {
    return layer.stream().mapToDouble(box -> box.width() + SIDE).sum() - SIDE;
  }

  private String draw(List<List<Box>> layers) {
    double width = 2 * MARGIN + layers.stream().mapToDouble(GraphPicture::width).max().orElse(0);
    double height = MARGIN + boxes.values().stream().mapToDouble(box -> box.y + box.height()).max().orElse(0);
    var out = new StringBuilder(String.format(Locale.ROOT, """
        <svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="monospace" font-size="12">
        <title>%s</title>
        <rect width="100%%" height="100%%" fill="#fbfbfa"/>
        """, width, height, Html.escaped(view.model())));
    for (var box : boxes.values()) {
      for (int read : box.reads) {
        var from = boxes.get(read);
        double top = from.y + from.height();
        double bend = Math.max(14, Math.abs(box.y - top) / 2);
        out.append(String.format(Locale.ROOT,
            "<path fill=\"none\" stroke=\"#b9c0c6\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>\n",
            from.middle(), top, from.middle(), top + bend, box.middle(), box.y - bend, box.middle(), box.y));
      }
    }
    boxes.values().forEach(box -> draw(box, out));
    return out.append("</svg>\n").toString();
  }

  private static void draw(Box box, StringBuilder out) {
    var colour = switch (box.kind) {
      case "fold" -> "#e6effb";
      case "input" -> "#e4f4e8";
      case "output" -> "#fbeedd";
      default -> "#ffffff";
    };
    out.append(String.format(Locale.ROOT,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\" fill=\"%s\" stroke=\"#b9c0c6\"/>\n",
        box.x, box.y, box.width(), box.height(), colour));
    for (int i = 0; i < box.lines.size(); i++) {
      out.append(String.format(Locale.ROOT,
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"%s\">%s</text>\n", box.middle(),
          box.y + 16 + LINE * i, i == 0 ? "#1c2024" : "#687076", Html.escaped(box.lines.get(i))));
    }
  }
}
