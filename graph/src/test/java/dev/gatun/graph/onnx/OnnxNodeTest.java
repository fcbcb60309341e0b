package dev.gatun.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.graph.GraphRunner;
import dev.gatun.graph.Machines;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.DType;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.Reference;
import dev.gatun.ops.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Functions and layers of the language against numbers that others published: the node cases of ONNX's conformance
 * suite (Debian package libonnx-testdata). Those whose operator, or form of it, has no counterpart here are printed.
 */
@Execution(ExecutionMode.CONCURRENT)
class OnnxNodeTest {
  private static final Path CASES = Path.of("/usr/share/libonnx-testdata/data/node");
  /** What two sums of f32 in another order differ by: the largest case adds some thousand terms. */
  private static final double TOLERANCE = 2e-5;
  /** Operators whose operands and results were both rounded when they were published, to four digits. */
  private static final Map<String, Double> ROUNDED = Map.of("RoiAlign", 1e-4);

  /** A case of the suite as a program, or the reason why it has none. */
  private record Case(String name, String operator, String text, Map<String, Reference> sources,
      Map<String, Reference> results) {}

  @TestFactory
  List<DynamicTest> nodes() throws IOException {
    assumeTrue(Files.isDirectory(CASES), "the conformance suite is not installed: apt install libonnx-testdata");
    var tests = new ArrayList<DynamicTest>();
    var without = new TreeMap<String, List<String>>();
    try (var folders = Files.list(CASES)) {
      for (var folder : folders.sorted().toList()) {
        var found = read(folder);
        if (found.text == null) {
          without.computeIfAbsent(found.operator, _ -> new ArrayList<>()).add(found.name);
        } else {
          tests.add(DynamicTest.dynamicTest(found.name, () -> check(found)));
        }
      }
    }
    int count = without.values().stream().mapToInt(List::size).sum();
    System.out.println(tests.size() + " node cases have a counterpart; without one are " + count + ":\n"
        + without.entrySet().stream().map(e -> "  " + e.getKey() + ": " + String.join(" ", e.getValue()))
        .collect(Collectors.joining("\n")));
    return tests;
  }

  private static Case read(Path folder) throws IOException {
    var name = folder.getFileName().toString().replaceFirst("test_", "");
    var graph = message(folder.resolve("model.onnx")).messages(7).getFirst();
    var nodes = graph.messages(1);
    if (nodes.size() != 1) {
      return new Case(name, "graphs of several nodes", null, null, null);
    }
    var operator = nodes.getFirst().text(4);
    var data = folder.resolve("test_data_set_0");
    var inputs = tensors(data, "input_", graph.messages(11).stream().map(v -> v.text(1)).toList());
    var outputs = tensors(data, "output_", graph.messages(12).stream().map(v -> v.text(1)).toList());
    var node = OnnxNode.of(nodes.getFirst(), inputs, outputs);
    boolean known = inputs.values().stream().allMatch(x -> x != null && computes(x.type().dtype(), operator))
        && outputs.values().stream().allMatch(y -> y != null && y.type().shape().elements() > 0);
    var form = known ? OnnxOperators.of(node) : null;
    if (form == null) {
      return new Case(name, operator, null, null, null);
    }
    var sources = new HashMap<>(form.parameters());
    var declared = new ArrayList<String>();
    for (int i = 0; i < node.inputs().size(); i++) {
      if (node.has(i)) {
        sources.put("x" + i, node.values().get(i));
        var type = node.values().get(i).type();
        declared.add("x" + i + ": " + type.dtype().label() + Arrays.toString(type.shape().sizes()));
      }
    }
    var results = new LinkedHashMap<String, Reference>();
    for (int i = 0; i < node.outputs().size(); i++) {
      if (node.wants(i)) {
        results.put("y" + i, node.results().get(i));
      }
    }
    return new Case(name, operator, form.declarations() + "model m(" + String.join(", ", declared) + ") { " + form.body()
        + " }", sources, results);
  }

  private static boolean computes(DType dtype, String operator) {
    return switch (dtype) {
      case I8 -> false;
      case F16, BF16 -> operator.startsWith("Cast");
      default -> true;
    };
  }

  private static Protobuf message(Path file) throws IOException {
    return Protobuf.parse(ByteBuffer.wrap(Files.readAllBytes(file)));
  }

  /** The tensors in a folder by the names of a graph's inputs or outputs; null where one is no tensor known here. */
  private static Map<String, Reference> tensors(Path folder, String prefix, List<String> names) throws IOException {
    var found = new LinkedHashMap<String, Reference>();
    for (int i = 0; i < names.size(); i++) {
      var file = folder.resolve(prefix + i + ".pb");
      found.put(names.get(i), Files.exists(file) ? tensor(message(file)) : null);
    }
    return found;
  }

  private static Reference tensor(Protobuf message) {
    try {
      return OnnxTensor.read(message);
    } catch (RuntimeException e) {
      return null; // a sequence or an optional, whose fields mean other things
    }
  }

  private static void check(Case given) {
    var model = Program.of(new Source("onnx", given.text), Map.of()).elaborate("m", Map.of(), false);
    var graph = model.graph(List.copyOf(given.results.keySet()));
    var defined = GraphRunner.define(graph, given.sources);
    graph.outputs().forEach((name, value) -> compare(given, name, defined.get(value)));
    for (Backend machine : List.of(new Interpreter(), Machines.best())) {
      var outcome = GraphRunner.run(graph, machine, 2, given.sources);
      outcome.outputs().forEach((name, result) -> compare(given, machine.name() + " " + name, result));
    }
  }

  private static void compare(Case given, String what, Reference found) {
    var want = given.results.get(what.substring(what.lastIndexOf(' ') + 1));
    assertEquals(want.type().shape(), found.type().shape(), what + " of " + given.text);
    double scale = Arrays.stream(want.data()).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    double allowed = TOLERANCE * (1e-3 + scale) + ROUNDED.getOrDefault(given.operator, 0.0);
    boolean exact = !want.type().dtype().isFloat();
    for (int i = 0; i < want.data().length; i++) {
      double w = want.at(i);
      double f = found.at(i);
      boolean same = Double.compare(w, f) == 0 || w == f || !exact && Math.abs(w - f) <= allowed;
      assertTrue(same, what + "[" + i + "]: published " + w + ", found " + f + ", by " + given.text);
    }
  }
}
