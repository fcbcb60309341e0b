package dev.gatun.tools.zoo;

import static dev.gatun.graph.language.Term.call;
import static dev.gatun.graph.language.Term.choose;
import static dev.gatun.graph.language.Term.in;
import static dev.gatun.graph.language.Term.name;
import static dev.gatun.graph.language.Term.named;
import static dev.gatun.graph.language.Term.slice;
import static dev.gatun.graph.language.Term.type;
import static dev.gatun.graph.language.Term.typed;
import static dev.gatun.memory.DType.F32;
import static dev.gatun.memory.DType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.graph.Checkpoint;
import dev.gatun.graph.Machines;
import dev.gatun.graph.Model;
import dev.gatun.graph.Trainer;
import dev.gatun.graph.language.BodyBuilder;
import dev.gatun.graph.language.ProgramBuilder;
import dev.gatun.graph.language.Syntax.Operator;
import dev.gatun.graph.language.Term;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Value;
import dev.gatun.tools.data.DataFolders;
import dev.gatun.tools.data.DataSets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Models of the zoo in method calls are the models of their files: names, graphs, and the bits after training. */
class ZooInJavaTest {

  private static Term convolution(Term x, Object channels, Term... more) {
    var arguments = new java.util.ArrayList<Object>(List.of(channels));
    arguments.addAll(List.of(more));
    return x.pipe("conv", arguments.toArray());
  }

  private static ProgramBuilder digits() {
    var program = new ProgramBuilder();
    program.block("pair", List.of(name("x"), name("channels")), b -> {
      var x = b.get("x");
      for (int i = 0; i < 2; i++) {
        x = b.let("x", convolution(x, b.get("channels"), named("kernel", 3), named("pad", 1),
            named("init", call("he_normal"))).pipe("relu"));
      }
      b.result(call("max_pool", x, 2));
    });
    var m = program.model("digits");
    var image = m.input("image", type(F32, "N", 1, 8, 8));
    var label = m.input("label", type(I32, "N"));
    var features = m.let("features", image.pipe("pair", 16).pipe("pair", 32));
    var hidden = m.let("hidden", features.pipe("flatten").pipe("dropout", 0.2).pipe("linear", 96).pipe("relu"));
    var logits = m.let("logits", call("linear", hidden, 10));
    var loss = m.let("loss", call("cross_entropy", logits, label, named("smoothing", 0.1)));
    m.output("probabilities", call("softmax", logits));
    m.train().set("data", name("digits")).set("batch", 32).set("epochs", 12).minimize(loss)
        .set("optimizer", call("adam", call("cosine", 3e-3, named("warmup", 45))))
        .metric(call("accuracy", logits, label));
    return program;
  }

  private static ProgramBuilder lenet() {
    var program = new ProgramBuilder();
    var m = program.model("lenet");
    var image = m.input("image", type(F32, "N", 1, 28, 28));
    var label = m.input("label", type(I32, "N"));
    var c1 = m.let("c1", convolution(image, 6, named("kernel", 5), named("pad", 2)).pipe("relu").pipe("max_pool", 2));
    var c3 = m.let("c3", convolution(c1, 16, named("kernel", 5)).pipe("relu").pipe("max_pool", 2));
    var f5 = m.let("f5", c3.pipe("flatten").pipe("linear", 120).pipe("relu"));
    var f6 = m.let("f6", f5.pipe("linear", 84).pipe("relu"));
    var logits = m.let("logits", call("linear", f6, 10));
    var loss = m.let("loss", call("cross_entropy", logits, label));
    m.output("probabilities", call("softmax", logits));
    m.train().set("data", name("fashion_mnist")).set("batch", 64).set("epochs", 10).minimize(loss)
        .set("optimizer", call("adamw", call("cosine", 2e-3, named("warmup", 200)), named("decay", 0.01)))
        .metric(call("accuracy", logits, label));
    return program;
  }

  private static ProgramBuilder resnet() {
    var program = new ProgramBuilder();
    program.block("unit", List.of(name("x"), name("channels"), named("kernel", 3), named("stride", 1)), b ->
        b.result(convolution(b.get("x"), b.get("channels"), named("kernel", b.get("kernel")),
            named("stride", b.get("stride")), named("pad", b.get("kernel").binary(Operator.FLOOR_DIVIDE, 2)),
            named("bias", false), named("init", call("he_normal"))).pipe("batch_norm")));
    program.block("residual", List.of(name("x"), name("channels"), named("stride", 1)), b -> {
      var x = b.get("x");
      var channels = b.get("channels");
      var stride = named("stride", b.get("stride"));
      var y = b.let("y", x.pipe("unit", channels, stride).pipe("relu").pipe("unit", channels));
      var same = b.get("stride").binary(Operator.EQUAL, 1)
          .binary(Operator.AND, call("channels", x).binary(Operator.EQUAL, channels));
      var skip = b.let("skip", choose(same, x, x.pipe("unit", channels, named("kernel", 1), stride)));
      b.result(call("relu", y.plus(skip)));
    });
    var m = program.model("resnet");
    var image = m.input("image", type(F32, "N", 1, 28, 28));
    var label = m.input("label", type(I32, "N"));
    var x = m.let("x", image.pipe("unit", 16).pipe("relu"));
    for (int factor : new int[] {1, 2, 4}) {
      x = m.let("x", x.pipe("residual", factor * 16, named("stride", factor > 1 ? 2 : 1)));
    }
    var logits = m.let("logits", x.pipe("global_avg_pool").pipe("linear", 10));
    var loss = m.let("loss", call("cross_entropy", logits, label));
    m.output("probabilities", call("softmax", logits));
    m.train().minimize(loss).set("l2", "*.weight", 1e-4);
    return program;
  }

  /** The zoo's classifier, with the library's LSTM written out: a block with a scan. */
  private static ProgramBuilder lstm() {
    var program = new ProgramBuilder();
    program.block("lstm", List.of(typed("x", type(F32, "N", "T", "C")), name("size"), name("mask")), b -> {
      var size = b.get("size");
      var init = b.let("init", call("uniform", size.binary(Operator.POWER, -0.5)));
      var gates = Term.name("size").binary(Operator.MULTIPLY, 4);
      var inner = b.param("weight_ih", type(F32, gates, "C"), init);
      var outer = b.param("weight_hh", type(F32, gates, "size"), init);
      var first = b.param("bias_ih", type(F32, gates), init);
      var second = b.param("bias_hh", type(F32, gates), init);
      var z = b.let("z", b.get("x").matmul(call("transpose", inner)).plus(first).plus(second));
      var live = b.let("live", b.get("mask").at(slice(null, null), slice(null, null), null));
      var zeros = call("zeros", List.of(b.get("N"), size));
      b.let(List.of("y", "h"), b.scan(List.of(), List.of(in("zt", z), in("on", live), named("h", zeros),
          named("c", zeros)), s -> lstmStep(s, outer)));
      b.result(b.get("y"), b.get("h"));
    });
    var m = program.model("lstm_classifier");
    var token = m.input("token", type(I32, "N", "T"));
    var length = m.input("length", type(I32, "N"));
    var label = m.input("label", type(I32, "N"));
    var mask = m.let("mask", call("arange", name("T")).binary(Operator.LESS, length.at(slice(null, null), null)));
    var x = m.let("x", call("embedding", token, 5, 16));
    m.let(List.of("_", "h"), call("lstm", x, 64, named("mask", mask)));
    var logits = m.let("logits", call("linear", m.get("h"), 2));
    var loss = m.let("loss", call("cross_entropy", logits, label));
    m.output("probabilities", call("softmax", logits));
    m.train().set("data", name("brackets")).set("batch", 64).set("epochs", 20).minimize(loss)
        .set("optimizer", call("adam", call("cosine", 5e-3))).set("clip_norm", 1.0)
        .metric(call("accuracy", logits, label));
    return program;
  }

  private static void lstmStep(BodyBuilder s, Term weight) {
    var on = s.get("on");
    s.let(List.of("i", "f", "g", "o"), call("split", s.get("zt").plus(s.get("h").matmul(call("transpose", weight))), 4,
        named("axis", -1)));
    var c = s.let("c", call("where", on, call("sigmoid", s.get("f")).times(s.get("c"))
        .plus(call("sigmoid", s.get("i")).times(call("tanh", s.get("g")))), s.get("c")));
    var h = s.let("h", call("where", on, call("sigmoid", s.get("o")).times(call("tanh", c)), s.get("h")));
    s.result(call("where", on, h, 0.0));
  }

  private static Map<String, Long> sizes(String name) {
    return name.equals("lstm") ? Map.of("N", 4L, "T", 6L) : Map.of("N", 4L);
  }

  private static void sameGraph(String name, ProgramBuilder program) {
    var written = Model.of(Zoo.find(name).text());
    var built = Model.of(program.build());
    for (boolean training : new boolean[] {true, false}) {
      var expected = written.elaborate(sizes(name), training);
      var found = built.elaborate(sizes(name), training);
      assertEquals(Model.saved(expected), Model.saved(found));
      assertEquals(expected.parameters().stream().map(p -> p.name() + p.initialiser()).toList(),
          found.parameters().stream().map(p -> p.name() + p.initialiser()).toList());
      assertEquals(text(expected.graph()), text(found.graph()));
      assertEquals(text(expected.graph(List.of("loss"))), text(found.graph(List.of("loss"))));
    }
  }

  /** The nodes in order, their operands by number, and what leaves the graph. */
  private static String text(Graph graph) {
    var numbers = new HashMap<Value, String>();
    var out = new StringBuilder();
    graph.inputs().forEach(input -> {
      out.append(input.node().op()).append('\n');
      numbers.put(input, "%" + numbers.size());
    });
    for (Node node : graph.nodes()) {
      out.append(node.op()).append(node.inputs().stream().map(numbers::get).toList()).append('\n');
      node.outputs().forEach(value -> numbers.put(value, "%" + numbers.size()));
    }
    out.append(graph.outputs().entrySet().stream().map(e -> e.getKey() + " " + numbers.get(e.getValue())).toList());
    return out.append(graph.updates().entrySet().stream().map(e -> numbers.get(e.getKey()) + " "
        + numbers.get(e.getValue())).collect(Collectors.joining(", "))).toString();
  }

  private static String digest(Model model, String data, int steps) {
    var split = DataSets.find(data).load(new DataFolders(null, null), Map.of());
    var settings = Trainer.settings(model, split.train()).withSteps(steps);
    try (var arena = TensorArena.root("test", 1L << 30);
        var trainer = new Trainer(model, settings, Machines.best(), arena, 2, split.train())) {
      trainer.train();
      return Checkpoint.parametersDigest(model, trainer.variables());
    }
  }

  @Test
  void graphsAreTheSame() {
    sameGraph("digits", digits());
    sameGraph("lenet", lenet());
    sameGraph("resnet-small", resnet());
    sameGraph("lstm", lstm());
  }

  /** An epoch of 1438 digits has 45 steps, the last of them smaller; ten of the other model say as much. */
  @Test
  void trainingGivesTheSameBits() {
    assertEquals(digest(Model.of(Zoo.find("digits").text()), "digits", 45),
        digest(Model.of(digits().build()), "digits", 45));
    assertEquals(digest(Model.of(Zoo.find("lstm").text()), "brackets", 10),
        digest(Model.of(lstm().build()), "brackets", 10));
  }
}
