package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints what a kernel computes as readable pseudo-Java: a loop for each axis, an assignment for each result. Operands
 * are x0, x1, …, results y0, y1, …; an operand that is repeated along an axis has no index there. What occurs twice has
 * a name of its own.
 */
public final class KernelText {
  /** How firmly an operator binds, from || on; a name or call binds most. */
  private static final int TERNARY = 0;
  private static final int OR = 1;
  private static final int AND = 2;
  private static final int EQUALITY = 3;
  private static final int COMPARISON = 4;
  private static final int SUM = 5;
  private static final int FACTOR = 6;
  private static final int SIGN = 7;
  private static final int NAME = 8;

  private final StringBuilder out = new StringBuilder();
  private final List<String> operands;
  private final List<String> results;
  private final String folds;
  /** Names of what was computed before, in the loops that are open. */
  private final Map<Expr, String> known = new LinkedHashMap<>();
  private String indent = "";

  private record Text(String text, int binding) {
    String within(int least) {
      return binding < least ? "(" + text + ")" : text;
    }
  }

  private KernelText(List<String> operands, List<String> results, String folds) {
    this.operands = operands;
    this.results = results;
    this.folds = folds;
  }

  /** A step as text, several lines. */
  public static String of(Plan.Run run) {
    return of(run.spec(), run.in().stream().map(Plan.Operand::strides).toList());
  }

  private static String of(KernelSpec spec, List<List<Long>> strides) {
    return switch (spec) {
      case KernelSpec.Map map -> map(map, indexed("x", map.in(), strides, 0), named("y", map.out().size()));
      case KernelSpec.Row row -> row(row, indexed("x", row.in(), strides, 0), named("y", row.out().size()));
      case KernelSpec.Direct direct -> direct(direct, strides);
      case KernelSpec.Chain chain -> chain(chain);
      case KernelSpec.View v -> "y0 = view of x0\n";
      case KernelSpec.Regroup r -> "y0 = reshape(x0)\n";
      case KernelSpec.Place p -> "y0 = placed x0, x1, …\n";
      case KernelSpec.Repeat r -> "loop\n";
    };
  }

  /** A spec in a few words: what is computed last, or folded. */
  public static String name(KernelSpec spec) {
    return switch (spec) {
      case KernelSpec.Map map -> map.exprs().stream().map(KernelText::outermost).distinct().limit(3)
          .collect(Collectors.joining(", "));
      case KernelSpec.Row row -> row.folds().stream().map(fold -> fold.fold().name().toLowerCase(Locale.ROOT))
          .distinct().collect(Collectors.joining(" and ")) + " over " + row.axes();
      case KernelSpec.Direct direct -> direct.op().word();
      case KernelSpec.Chain chain -> "chain of " + chain.links().size();
      case KernelSpec.View v -> "view";
      case KernelSpec.Regroup r -> "reshape";
      case KernelSpec.Place p -> "placing";
      case KernelSpec.Repeat r -> "loop";
    };
  }

  private static String outermost(Expr e) {
    return switch (e) {
      case Expr.Input i -> "copy";
      case Expr.Literal l -> "constant";
      case Expr.Fold f -> "fold";
      case Expr.Position p -> "positions";
      case Expr.Draw d -> "draw";
      case Expr.Apply1 a -> a.fn().name().toLowerCase(Locale.ROOT);
      case Expr.Apply2 a -> a.fn().name().toLowerCase(Locale.ROOT);
      case Expr.Choose c -> "where";
      case Expr.Convert c -> "cast";
    };
  }

  private static List<String> named(String letter, int count) {
    return IntStream.range(0, count).mapToObj(i -> letter + i).toList();
  }

  /** Names with indices: none along an axis that is repeated, or of size 1. */
  private static List<String> indexed(String letter, List<TensorType> types, List<List<Long>> strides, int first) {
    var names = new ArrayList<String>();
    for (int i = 0; i < types.size(); i++) {
      var moved = strides == null ? null : strides.get(first + i);
      names.add(letter + i + indices(types.get(i), moved));
    }
    return names;
  }

  private static String indices(TensorType type, List<Long> strides) {
    var indices = IntStream.range(0, type.shape().rank())
        .filter(axis -> type.shape().size(axis) != 1 && (strides == null || strides.get(axis) != 0))
        .mapToObj(axis -> "i" + axis).collect(Collectors.joining(", "));
    return indices.isEmpty() ? "" : "[" + indices + "]";
  }

  private static String map(KernelSpec.Map map, List<String> operands, List<String> results) {
    var text = new KernelText(operands, results, "r");
    var axes = IntStream.range(0, map.space().rank()).boxed().toList();
    text.loops(map.space(), axes);
    text.assign(map.exprs(), 0, indices(new TensorType(DType.F32, map.space()), null));
    return text.closed();
  }

  private static String row(KernelSpec.Row row, List<String> operands, List<String> results) {
    var text = new KernelText(operands, results, "r");
    var rank = IntStream.range(0, row.space().rank()).boxed().toList();
    var outer = rank.stream().filter(axis -> !row.axes().contains(axis)).toList();
    text.loops(row.space(), outer);
    for (int i = 0; i < row.folds().size(); i++) {
      var fold = row.folds().get(i);
      text.line(type(fold.dtype()) + " r" + i + " = " + start(fold) + ";");
      int before = text.depth();
      text.loops(row.space(), row.axes());
      text.names(List.of(fold.value()));
      var value = text.expr(fold.value());
      text.line(switch (fold.fold()) {
        case SUM -> "r" + i + " += " + value.text + ";";
        case PRODUCT -> "r" + i + " *= " + value.within(FACTOR) + ";";
        case MAX -> "r" + i + " = max(r" + i + ", " + value.text + ");";
        case MIN -> "r" + i + " = min(r" + i + ", " + value.text + ");";
      });
      text.close(before);
    }
    text.assign(row.rowExprs(), 0, indices(new TensorType(DType.F32, row.rowShape()), null));
    if (!row.mapExprs().isEmpty()) {
      text.loops(row.space(), row.axes());
      text.assign(row.mapExprs(), row.rowExprs().size(), indices(new TensorType(DType.F32, row.space()), null));
    }
    return text.closed();
  }

  private static String start(KernelSpec.Reduction fold) {
    return switch (fold.fold()) {
      case SUM -> "0";
      case PRODUCT -> "1";
      case MAX -> "lowest";
      case MIN -> "highest";
    };
  }

  private static String direct(KernelSpec.Direct direct, List<List<Long>> strides) {
    int own = direct.operands();
    var result = direct.epilogue() == null ? "y0" : "t";
    var head = IntStream.range(0, direct.results().size()).mapToObj(i -> i == 0 ? result : "y" + i)
        .collect(Collectors.joining(", ")) + " = " + call(direct.op(), named("x", own)) + ";\n";
    if (direct.epilogue() == null) {
      return head;
    }
    var names = new ArrayList<String>(List.of("t" + indices(direct.epilogue().in().getFirst(), null)));
    var types = direct.epilogue().in();
    for (int i = 1; i < types.size(); i++) {
      names.add("x" + (own + i - 1) + indices(types.get(i), strides == null ? null : strides.get(own + i - 1)));
    }
    return head + map(direct.epilogue(), names, List.of("y0"));
  }

  private static String call(Op.Primitive op, List<String> operands) {
    return switch (op) {
      case MatMul _ -> operands.get(0) + " @ " + operands.get(1);
      case Convolve c -> switch (c.role()) {
        case OUTPUT -> "convolve";
        case DATA -> "convolve_data";
        case WEIGHT -> "convolve_weight";
      } + "(" + String.join(", ", operands) + geometry(c.geometry(), c.groups()) + ")";
      default -> op.label() + " of " + String.join(", ", operands);
    };
  }

  /** What is not as usual. */
  private static String geometry(Geometry g, int groups) {
    var text = new StringBuilder(", kernel = ").append(g.kernel());
    if (g.stride().stream().anyMatch(s -> s != 1)) {
      text.append(", stride = ").append(g.stride());
    }
    if (g.padLow().stream().anyMatch(p -> p != 0) || !g.padLow().equals(g.padHigh())) {
      text.append(", pad = ").append(g.padLow()).append(g.padLow().equals(g.padHigh()) ? "" : " to " + g.padHigh());
    }
    if (g.dilation().stream().anyMatch(d -> d != 1)) {
      text.append(", dilation = ").append(g.dilation());
    }
    return text.append(groups == 1 ? "" : ", groups = " + groups).toString();
  }

  /** Link after link: operands of the chain are x, what they hand on is v. */
  private static String chain(KernelSpec.Chain chain) {
    var text = new StringBuilder();
    int next = chain.in().size();
    for (var link : chain.links()) {
      var names = link.in().stream().map(p -> value(chain, p.value()) + (p.transposed() ? "ᵀ" : "")).toList();
      var made = new ArrayList<String>();
      for (int i = 0; i < link.spec().out().size(); i++) {
        made.add(value(chain, next++));
      }
      text.append(switch (link.spec()) {
        case KernelSpec.Map map -> map(map, withIndices(names, map.in()), made);
        case KernelSpec.Row row -> row(row, withIndices(names, row.in()), made);
        default -> made.getFirst() + " = " + String.join(" @ ", names) + ";\n";
      });
    }
    return text.toString();
  }

  private static List<String> withIndices(List<String> names, List<TensorType> types) {
    return IntStream.range(0, names.size()).mapToObj(i -> names.get(i) + indices(types.get(i), null)).toList();
  }

  private static String value(KernelSpec.Chain chain, int number) {
    int result = chain.results().indexOf(number);
    return number < chain.in().size() ? "x" + number : result >= 0 ? "y" + result : "v" + number;
  }

  private int depth() {
    return indent.length() / 2;
  }

  private void line(String text) {
    out.append(indent).append(text).append('\n');
  }

  /** Opens a loop for each of the axes; those of size 1 need none. */
  private void loops(dev.gatun.memory.Shape space, List<Integer> axes) {
    for (int axis : axes) {
      if (space.size(axis) != 1) {
        line("for (int i" + axis + " = 0; i" + axis + " < " + space.size(axis) + "; i" + axis + "++) {");
        indent += "  ";
      }
    }
  }

  private void close(int depth) {
    while (depth() > depth) {
      indent = indent.substring(2);
      line("}");
    }
    known.clear();
  }

  private String closed() {
    close(0);
    return out.toString();
  }

  private void assign(List<Expr> exprs, int first, String indices) {
    names(exprs);
    for (int i = 0; i < exprs.size(); i++) {
      line(results.get(first + i) + indices + " = " + expr(exprs.get(i)).text + ";");
    }
  }

  /** Gives a name to what occurs more than once in expressions that are computed side by side. */
  private void names(List<Expr> exprs) {
    var counts = new LinkedHashMap<Expr, Integer>();
    exprs.forEach(e -> count(e, counts));
    counts.forEach((e, times) -> {
      if (times > 1 && !known.containsKey(e)) {
        var name = "t" + known.size();
        line(type(e.dtype()) + " " + name + " = " + expr(e).text + ";");
        known.put(e, name);
      }
    });
  }

  /** Counts what is computed, parts before what they are part of. */
  private static void count(Expr e, Map<Expr, Integer> counts) {
    boolean leaf = switch (e) {
      case Expr.Input i -> true;
      case Expr.Literal l -> true;
      case Expr.Fold f -> true;
      default -> false;
    };
    if (leaf || counts.merge(e, 0, (before, zero) -> before + 1) > 1) {
      return;
    }
    if (counts.get(e) == 0) {
      e.parts().forEach(part -> count(part, counts));
      counts.remove(e);
      counts.put(e, 1);
    }
  }

  private Text expr(Expr e) {
    var name = known.get(e);
    return name != null ? new Text(name, NAME) : switch (e) {
      case Expr.Input i -> new Text(operands.get(i.index()), NAME);
      case Expr.Literal l -> literal(l);
      case Expr.Fold f -> new Text(folds + f.index(), NAME);
      case Expr.Position p -> position(p);
      case Expr.Draw d -> call("draw", List.of(d.k0(), d.k1(), d.position()));
      case Expr.Apply1 a -> apply(a);
      case Expr.Apply2 a -> apply(a);
      case Expr.Choose c -> new Text(expr(c.condition()).within(OR) + " ? " + expr(c.x()).within(OR) + " : "
          + expr(c.y()).within(TERNARY), TERNARY);
      case Expr.Convert c -> new Text("(" + type(c.dtype()) + ") " + expr(c.x()).within(SIGN), SIGN);
    };
  }

  private static Text literal(Expr.Literal l) {
    double value = l.value();
    var text = l.dtype() == DType.BOOL ? Boolean.toString(value != 0)
        : value == Math.rint(value) && Math.abs(value) < 1e9 && Double.doubleToRawLongBits(value) != Long.MIN_VALUE
            ? Long.toString((long) value) : l.dtype() == DType.F64 ? Double.toString(value)
                : Float.toString((float) value);
    return new Text(text, text.startsWith("-") ? SIGN : NAME);
  }

  private static Text position(Expr.Position p) {
    var parts = new ArrayList<String>();
    for (int axis = 0; axis < p.coefficients().size(); axis++) {
      long by = p.coefficients().get(axis);
      if (by != 0) {
        parts.add((by == 1 ? "" : by + " * ") + "i" + axis);
      }
    }
    if (p.base() != 0 || parts.isEmpty()) {
      parts.add(Long.toString(p.base()));
    }
    return new Text(String.join(" + ", parts), parts.size() > 1 ? SUM : parts.getFirst().contains("*") ? FACTOR : NAME);
  }

  private Text apply(Expr.Apply1 a) {
    return switch (a.fn()) {
      case NEG -> new Text("-" + expr(a.x()).within(SIGN), SIGN);
      case NOT -> new Text("!" + expr(a.x()).within(SIGN), SIGN);
      default -> call(a.fn().name().toLowerCase(Locale.ROOT), List.of(a.x()));
    };
  }

  private Text apply(Expr.Apply2 a) {
    return switch (a.fn()) {
      case ADD -> infix(a, " + ", SUM, SUM);
      case SUB -> infix(a, " - ", SUM, FACTOR);
      case MUL -> infix(a, " * ", FACTOR, isQuotient(a.y()) ? SIGN : FACTOR);
      case DIV -> infix(a, " / ", FACTOR, SIGN);
      case REM -> infix(a, " % ", FACTOR, SIGN);
      case EQUAL -> infix(a, " == ", EQUALITY, COMPARISON);
      case NOT_EQUAL -> infix(a, " != ", EQUALITY, COMPARISON);
      case LESS -> infix(a, " < ", COMPARISON, SUM);
      case LESS_EQUAL -> infix(a, " <= ", COMPARISON, SUM);
      case GREATER -> infix(a, " > ", COMPARISON, SUM);
      case GREATER_EQUAL -> infix(a, " >= ", COMPARISON, SUM);
      case AND -> infix(a, " && ", AND, AND);
      case OR -> infix(a, " || ", OR, OR);
      case MIN, MAX, POW, FLOOR_DIV -> call(a.fn().name().toLowerCase(Locale.ROOT), List.of(a.x(), a.y()));
    };
  }

  /** Which is computed before a product by it. */
  private static boolean isQuotient(Expr e) {
    return e instanceof Expr.Apply2 of && (of.fn() == BinaryFn.DIV || of.fn() == BinaryFn.REM);
  }

  private Text infix(Expr.Apply2 a, String sign, int binding, int right) {
    return new Text(expr(a.x()).within(binding) + sign + expr(a.y()).within(right), binding);
  }

  private Text call(String name, List<Expr> arguments) {
    return new Text(name + arguments.stream().map(e -> expr(e).text).collect(Collectors.joining(", ", "(", ")")), NAME);
  }

  private static String type(DType dtype) {
    return switch (dtype) {
      case F32 -> "float";
      case F64 -> "double";
      case I32 -> "int";
      case I64 -> "long";
      case I8 -> "byte";
      case BOOL -> "boolean";
      case F16, BF16, U8 -> dtype.label();
    };
  }
}
