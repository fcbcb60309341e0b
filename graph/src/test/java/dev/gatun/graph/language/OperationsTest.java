package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.graph.GraphRunner;
import dev.gatun.graph.Machines;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Op;
import dev.gatun.ops.Reference;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The page docs/ops.md is what the catalogue of operations says, with what its examples give: each is run by the ops'
 * definitions and on the fastest machine, and its gradient and that one's are compared with differences.
 * {@code -Dpages=write} writes the page anew.
 */
class OperationsTest {
  private static final int MOST_SHOWN = 12;
  private static final double STEP = 1e-5;
  private static final String HEAD = """
      # Operations

      Everything that a model can call, in the [language](language.md)'s own syntax: what it is, and an example with what
      comes out and the slope of the sum of that by the first operand that has one. Made from the catalogue by a test, which
      runs each example; so nothing is missing here, and nothing is wrong by more than the fourth digit.

      `kernel`, `stride`, `size` are an int or a list with one for each axis, `pad` also a list of pairs. `axis` counts from
      the end where it is negative; `keepdims` leaves size 1. Layers are written in the language: the `.gat` files in
      `graph/src/main/resources/dev/gatun/graph/language`.
      """;

  /** One operation of the catalogue. */
  private record Entry(String name, String meaning, Map<String, Reference> operands, String given, String example) {}

  private static Path root() {
    var root = Path.of("..");
    assumeTrue(Files.exists(root.resolve("docs")), "not run from the module's folder");
    return root;
  }

  @Test
  void thePageIsTheCatalogue() throws IOException {
    var page = root().resolve("docs").resolve("ops.md");
    var names = new TreeSet<String>();
    var text = new StringBuilder(HEAD);
    for (var line : catalogue().lines().toList()) {
      if (line.startsWith("== ")) {
        text.append("\n## ").append(line.substring(3)).append("\n\n");
      } else {
        var entry = entry(line);
        assertTrue(names.add(entry.name), entry.name + " stands twice in the catalogue");
        text.append("- **`").append(Library.instance().find(entry.name).signature()).append("`** ").append(entry.meaning)
            .append(". ").append(shown(entry)).append('\n');
      }
    }
    assertEquals(Library.instance().names(), names);
    if ("write".equals(System.getProperty("pages"))) {
      Files.writeString(page, text);
    }
    assertEquals(Files.readString(page), text.toString());
  }

  /** README says of each primitive why there is one. */
  @Test
  void readmeKnowsThePrimitives() throws IOException {
    var readme = Files.readString(root().resolve("README.md"));
    var primitives = Arrays.stream(Op.Primitive.class.getPermittedSubclasses()).map(Class::getSimpleName).toList();
    assertTrue(readme.contains(primitives.size() + " primitive operations"), primitives.size() + " primitives");
    for (var name : primitives) {
      var written = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
      assertTrue(readme.contains("`" + written + "`"), written + " is not in README");
    }
  }

  private static String catalogue() throws IOException {
    try (var in = OperationsTest.class.getResourceAsStream("operations.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Entry entry(String line) {
    var parts = Arrays.stream(line.split("(?<!\\\\)\\|", 4)).map(String::strip).map(p -> p.replace("\\|", "|")).toList();
    assertEquals(4, parts.size(), line);
    var operands = new LinkedHashMap<String, Reference>();
    for (var given : parts.get(2).isEmpty() ? new String[0] : parts.get(2).split("; ")) {
      var sides = given.split(" = ");
      operands.put(sides[0], operand(sides[1]));
    }
    assertTrue(parts.get(3).matches(".*\\b" + parts.get(0) + "\\b.*"), line);
    return new Entry(parts.get(0), parts.get(1), operands, parts.get(2), parts.get(3));
  }

  /** A list of numbers as the language writes it. */
  private static Reference operand(String list) {
    var dtype = list.contains("e") && !list.matches(".*\\de.*") ? DType.BOOL : list.contains(".") ? DType.F32 : DType.I32;
    var sizes = new ArrayList<Long>();
    var rest = list;
    while (rest.startsWith("[")) {
      int depth = 0;
      long count = 1;
      for (char c : rest.toCharArray()) {
        depth += c == '[' ? 1 : c == ']' ? -1 : 0;
        count += c == ',' && depth == 1 ? 1 : 0;
        if (depth == 0) {
          break;
        }
      }
      sizes.add(count);
      rest = rest.substring(1);
    }
    var numbers = Arrays.stream(list.replaceAll("[\\[\\] ]", "").split(","))
        .mapToDouble(n -> n.equals("true") ? 1 : n.equals("false") ? 0 : (float) Double.parseDouble(n)).toArray();
    return Reference.of(new TensorType(dtype, Shape.of(sizes.stream().mapToLong(n -> n).toArray())), numbers);
  }

  private static String shown(Entry entry) {
    var inputs = entry.operands.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue().type().dtype().label()
        + Arrays.toString(e.getValue().type().shape().sizes())).collect(Collectors.joining(", "));
    var text = "model m(" + inputs + ") { result = " + entry.example + " }";
    var model = Program.of(new Source("operations.txt", text), Map.of()).elaborate("m", Map.of(), false);
    var result = model.bindings().get("result");
    var graph = model.graph(List.of("result"));
    boolean decided = model.parameters().isEmpty() && model.states().isEmpty()
        && graph.inputs().stream().allMatch(v -> model.bindings().containsValue(v));
    var owned = model.parameters().stream().map(p -> "`" + p.name().replaceFirst("^result\\.", "") + "` " + p.type())
        .collect(Collectors.joining(", "));
    var given = entry.given.isEmpty() ? "" : "With " + entry.given.replace("; ", ", ") + ", ";
    return given + "`" + entry.example + "` is " + result.type() + (decided ? " " + numbers(run(graph, "result", entry))
        + slope(model, result, entry) : "") + (owned.isEmpty() ? "" : ", of parameters " + owned) + ".";
  }

  private static String slope(Elaborated model, Value result, Entry entry) {
    if (!result.dtype().isFloat()) {
      return "";
    }
    var text = "";
    for (var name : entry.operands.keySet()) {
      var operand = model.bindings().get(name);
      boolean reached = operand.dtype().isFloat()
          && Graph.reachableFrom(List.of(operand), Graph.ordered(List.of(result))).contains(result.node());
      if (reached) {
        var b = new Builder();
        var copies = copied(b, model, result);
        var y = copies.get(result);
        var loss = b.sum(y, Builder.allAxes(y), false);
        var gradient = b.gradients(loss, List.of(copies.get(operand))).getFirst();
        text = text.isEmpty() ? "; slope by " + name + " " + numbers(run(Graph.of(Map.of("slope", gradient), Map.of()),
            "slope", entry)) : text;
        // What stops a gradient is declared to differ from the slope.
        if (!entry.name.equals("stop_gradient")) {
          differentiate(entry, name, loss, gradient);
          var weighted = b.mul(gradient, b.reshape(b.unary(UnaryFn.SIN, b.add(b.cast(b.index(
              Shape.of(gradient.shape().elements()), 0), DType.F32), 0.7)), gradient.shape()));
          var second = b.sum(weighted, Builder.allAxes(gradient), false);
          differentiate(entry, name, second, b.gradients(second, List.of(copies.get(operand))).getFirst());
        }
      }
    }
    return text;
  }

  /** A result in a graph of its own, for the model's builder is not at hand. */
  private static Map<Value, Value> copied(Builder b, Elaborated model, Value result) {
    var copies = new HashMap<Value, Value>();
    for (var input : model.graph(List.of("result")).inputs()) {
      copies.put(input, b.apply(input.node().op(), List.of()).getFirst());
    }
    for (var node : Graph.ordered(List.of(result))) {
      var in = node.inputs().stream().map(copies::get).toList();
      var out = copies.containsKey(node.outputs().getFirst()) ? List.<Value>of() : b.apply(node.op(), in);
      for (int i = 0; i < out.size(); i++) {
        copies.put(node.outputs().get(i), out.get(i));
      }
    }
    return copies;
  }

  /** A gradient against central differences in a random direction, in double by the definitions. */
  private static void differentiate(Entry entry, String operand, Value loss, Value gradient) {
    var graph = Graph.of(Map.of("loss", loss, "gradient", gradient), Map.of());
    var x = entry.operands.get(operand);
    var direction = new Random(5).doubles(x.data().length, -1, 1).toArray();
    var slopes = GraphRunner.define(graph, entry.operands).get(gradient);
    double slope = 0;
    var ends = new double[2];
    for (int i = 0; i < direction.length; i++) {
      slope += slopes.at(i) * direction[i];
    }
    for (int side = 0; side < 2; side++) {
      var moved = x.data().clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (side == 0 ? STEP : -STEP) * direction[i];
      }
      var operands = new HashMap<>(entry.operands);
      operands.put(operand, Reference.of(x.type(), moved));
      ends[side] = GraphRunner.define(graph, operands).get(loss).at(0);
    }
    double measured = (ends[0] - ends[1]) / (2 * STEP);
    assertEquals(measured, slope, 1e-6 * (0.1 + Math.abs(measured) + Math.abs(ends[0])), entry.example + " by " + operand);
  }

  private static Reference run(Graph graph, String name, Entry entry) {
    var defined = GraphRunner.define(graph, entry.operands).get(graph.outputs().get(name));
    var found = GraphRunner.run(graph, Machines.best(), 1, entry.operands).outputs().get(name);
    for (int i = 0; i < defined.data().length; i++) {
      assertEquals(defined.at(i), found.at(i), 1e-5 * (1 + Math.abs(defined.at(i))), entry.example + "[" + i + "]");
    }
    return defined;
  }

  private static String numbers(Reference x) {
    var shape = x.type().shape();
    if (x.data().length > MOST_SHOWN) {
      return "…";
    }
    return numbers(x, shape, 0, 0, x.data().length);
  }

  private static String numbers(Reference x, Shape shape, int axis, int from, int count) {
    if (axis == shape.rank()) {
      return number(x.at(from), x.type().dtype());
    }
    int size = (int) shape.size(axis);
    var parts = new ArrayList<String>();
    for (int i = 0; i < size; i++) {
      parts.add(numbers(x, shape, axis + 1, from + i * count / size, count / size));
    }
    return "[" + String.join(", ", parts) + "]";
  }

  /** Four digits, but none that are 0 at the end. */
  private static String number(double x, DType dtype) {
    if (dtype == DType.BOOL) {
      return x == 0 ? "false" : "true";
    }
    var rounded = new java.math.BigDecimal(x).round(new java.math.MathContext(4)).stripTrailingZeros();
    return rounded.signum() == 0 || rounded.abs().doubleValue() < 1e-9 ? "0" : rounded.toPlainString().length() > 9
        ? rounded.toString().toLowerCase(Locale.ROOT) : rounded.toPlainString();
  }
}
