package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.ops.Binary;
import dev.gatun.ops.Constant;
import dev.gatun.ops.Cost;
import dev.gatun.ops.Frame;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Op;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source;
import dev.gatun.ops.Unary;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model's graph as people look at it: ops with what they cost, in the calls in which they were made.
 *
 * @param nodes each after those that it reads; a node's number is its place here
 * @param groups calls, each after the one around it; likewise
 */
public record GraphView(String model, List<Box> nodes, List<Group> groups) {
  /** What a box stands for. */
  public enum Kind {
    INPUT, PARAMETER, STATE, CONSTANT, OP, OUTPUT
  }

  /**
   * A node.
   *
   * @param group its call, −1 outside of all
   * @param type of its first result
   * @param inputs numbers of the boxes that it reads
   * @param flops see {@link Cost}; {@code bytes} of all operands and results
   * @param parameters numbers that training changes, of a parameter
   */
  public record Box(Kind kind, int group, String label, String detail, String type, List<Integer> inputs, double flops,
      double bytes, long parameters, String place) {
    public Box {
      inputs = List.copyOf(inputs);
    }
  }

  /** A call; {@code outer} is the number of the one around it, −1 if there is none. */
  public record Group(int outer, String name, String place) {}

  public GraphView {
    nodes = List.copyOf(nodes);
    groups = List.copyOf(groups);
  }

  /** The graph of all outputs of a model. */
  public static GraphView of(Elaborated elaborated) {
    return new Maker().make(elaborated);
  }

  private static final class Maker {
    private final List<Box> boxes = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();
    private final Map<Frame, Integer> numbers = new IdentityHashMap<>();
    private final Map<Node, Integer> places = new IdentityHashMap<>();

    private GraphView make(Elaborated elaborated) {
      var graph = elaborated.graph();
      Stream.concat(graph.inputs().stream().map(Value::node), graph.nodes().stream()).forEach(this::add);
      graph.outputs().forEach((name, value) -> boxes.add(new Box(Kind.OUTPUT, -1, name, "", value.type().toString(),
          List.of(places.get(value.node())), 0, 0, 0, "")));
      return new GraphView(elaborated.model(), boxes, groups);
    }

    private void add(Node node) {
      places.put(node, boxes.size());
      var type = node.outputTypes().getFirst();
      var inputs = node.inputs().stream().map(value -> places.get(value.node())).distinct().toList();
      var label = node.op().label();
      int open = label.indexOf('(');
      var name = name(node.op(), open < 0 ? label : label.substring(0, open));
      var detail = node.op() instanceof Source || open < 0 ? "" : label.substring(open + 1, label.length() - 1);
      var kind = kind(node.op());
      long parameters = kind == Kind.PARAMETER ? type.shape().elements() : 0;
      boxes.add(new Box(kind, group(node.frame()), name, detail, type.toString(), inputs, flops(node),
          kind == Kind.OP ? bytes(node) : 0, parameters, node.origin()));
    }

    /** What people call it: of an elementwise op its function. */
    private static String name(Op.Primitive op, String otherwise) {
      return switch (op) {
        case Source source -> source.name();
        case Unary unary -> unary.fn().name().toLowerCase(Locale.ROOT);
        case Binary binary -> binary.fn().name().toLowerCase(Locale.ROOT);
        default -> otherwise;
      };
    }

    private int group(Frame frame) {
      if (frame == null) {
        return -1;
      }
      var known = numbers.get(frame);
      if (known != null) {
        return known;
      }
      int outer = group(frame.outer());
      numbers.put(frame, groups.size());
      groups.add(new Group(outer, frame.name(), frame.place()));
      return groups.size() - 1;
    }

    private static Kind kind(Op.Primitive op) {
      return switch (op) {
        case Source source -> switch (source.role()) {
          case INPUT -> Kind.INPUT;
          case PARAMETER -> Kind.PARAMETER;
          case STATE, CACHE, PREPARED -> Kind.STATE;
        };
        case Constant c -> Kind.CONSTANT;
        default -> Kind.OP;
      };
    }

    private static double flops(Node node) {
      return switch (node.op()) {
        case Source s -> 0;
        case Constant c -> 0;
        case Scan scan -> scan.length() * Graph.ordered(scan.body().results()).stream()
            .mapToDouble(Maker::flops).sum();
        default -> Cost.flops(node.op().lower(Op.Call.of(node)));
      };
    }

    private static double bytes(Node node) {
      return Stream.concat(node.inputTypes().stream(), node.outputTypes().stream()).mapToDouble(t -> t.bytes()).sum();
    }
  }
}
