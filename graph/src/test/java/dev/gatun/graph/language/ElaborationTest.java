package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.ops.Graph;
import dev.gatun.ops.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

@Execution(ExecutionMode.CONCURRENT)
class ElaborationTest {

  private static final Map<String, Long> SIZES = Map.of("N", 2L, "H", 64L, "W", 64L, "T", 5L, "K", 3L);

  private static Program program(String text) {
    return Program.of(new Source("t", text), Map.of());
  }

  /** Elaborates the only model of a text, free sizes being 2 if not given. */
  private static Elaborated elaborate(String text, boolean training) {
    return elaborate(program(text), Map.of(), training);
  }

  private static Elaborated elaborate(Program program, Map<String, Long> given, boolean training) {
    String model = program.models().getFirst();
    Map<String, Long> sizes = new HashMap<>();
    program.freeSizes(model).forEach(name -> sizes.put(name, given.getOrDefault(name, 2L)));
    return program.elaborate(model, sizes, training);
  }

  private static List<String> names(List<Variable> variables) {
    return variables.stream().map(Variable::name).toList();
  }

  private static long count(Elaborated model) {
    return model.parameters().stream().mapToLong(v -> v.type().shape().elements()).sum();
  }

  /** Examples of the reference: model, parameters, a result and its type for N = 2, H = W = 64, T = 5, K = 3. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      iris      | iris       | 15        | probabilities | f32[2, 3]
      lenet     | lenet      | 61706     | probabilities | f32[2, 10]
      inception | two_blocks | 496096    | x             | f32[2, 480, 28, 28]
      unet      | cells      | 31036546  | probabilities | f32[2, 2, 64, 64]
      wgan      | wgan       | 678786    | penalty       | f32[]
      wgan      | draw       | 540225    | image         | f32[2, 1, 28, 28]
      review    | review     | 1742082   | probabilities | f32[2, 2]
      gpt       | text       | 124439808 | loss          | f32[]
      gpt       | next       | 124439808 | logits        | f32[2, 50257]
      yolo      | yolo       | 25256     | score         | f32[2, 192, 3]
      residual  | tiny       | 17738     | probabilities | f32[2, 10]
      """)
  void examples(String file, String model, long parameters, String result, String type) {
    Program program = program(Trees.example(file));
    for (boolean training : new boolean[] {false, true}) {
      Elaborated elaborated = program.elaborate(model, SIZES, training);
      assertEquals(parameters, count(elaborated));
      assertEquals(type, elaborated.bindings().get(result).type().toString());
      assertFalse(elaborated.graph(List.of(result)).nodes().isEmpty());
    }
  }

  @ParameterizedTest
  @FieldSource("dev.gatun.graph.language.ElaborationFaults#ALL")
  void faults(String expected) {
    String[] parts = expected.split("\n---\n");
    var thrown = assertThrows(LanguageException.class,
        () -> elaborate(program(parts[0]), Map.of("H", 50L, "N", 50L, "B", 1L), true));
    assertEquals(parts[1].stripTrailing(), thrown.getMessage());
  }

  @Test
  void namesFollowPaths() {
    Elaborated model = elaborate("""
        block layer(x, heads) { x |> layer_norm |> linear(heads) }
        block residual(x, channels) {
          y = x |> linear(channels) |> linear(channels)
          skip = if channels == 0 { x |> linear(3) } else { x |> linear(channels) |> layer_norm }
          y + skip
        }
        shared head = linear(7)
        model m(x: f32[N, 4]) {
          fc1 = x |> linear(4) |> relu
          y = fc1 |> residual(4) |> residual(4)
          for _ in range(2) { x = x |> layer(4) }
          a = head(x); b = y |> head
          shared twin = linear(2)
          c, _ = twin(x), 1
          output z = x |> linear(1)
        }
        """.replace("c, _ = twin(x), 1", "c = twin(x)"), false);
    assertEquals(List.of("fc1.weight", "fc1.bias",
        "y.residual1.y.linear1.weight", "y.residual1.y.linear1.bias",
        "y.residual1.y.linear2.weight", "y.residual1.y.linear2.bias",
        "y.residual1.skip.linear1.weight", "y.residual1.skip.linear1.bias",
        "y.residual1.skip.layer_norm1.weight", "y.residual1.skip.layer_norm1.bias",
        "y.residual2.y.linear1.weight", "y.residual2.y.linear1.bias",
        "y.residual2.y.linear2.weight", "y.residual2.y.linear2.bias",
        "y.residual2.skip.linear1.weight", "y.residual2.skip.linear1.bias",
        "y.residual2.skip.layer_norm1.weight", "y.residual2.skip.layer_norm1.bias",
        "x.layer1.layer_norm1.weight", "x.layer1.layer_norm1.bias", "x.layer1.linear1.weight", "x.layer1.linear1.bias",
        "x.layer2.layer_norm1.weight", "x.layer2.layer_norm1.bias", "x.layer2.linear1.weight", "x.layer2.linear1.bias",
        "head.weight", "head.bias", "twin.weight", "twin.bias", "z.weight", "z.bias"), names(model.parameters()));
  }

  @Test
  void namesAreStableUnderEditsElsewhere() {
    String before = "model m(x: f32[N, 4]) { a = x |> linear(3) |> relu |> linear(2); c = linear(x, 5) }";
    String after = "block g(x) { linear(x, 1) }\n"
        + "model m(x: f32[N, 4]) { q = g(x); a = x |> linear(3) |> tanh |> linear(2); r = linear(q, 9); c = linear(x, 5) }";
    List<String> more = names(elaborate(after, false).parameters());
    assertTrue(more.containsAll(names(elaborate(before, false).parameters())), more::toString);
  }

  @ParameterizedTest
  @FieldSource("dev.gatun.graph.language.Trees#EXAMPLES")
  void elaboratingTwiceGivesEqualGraphs(String name) {
    Program program = program(Trees.example(name));
    for (String model : program.models()) {
      assertEquals(text(program.elaborate(model, SIZES, true)), text(program.elaborate(model, SIZES, true)));
    }
  }

  /** Every node as text, with its operands by number. */
  private static String text(Elaborated model) {
    Map<Value, String> numbers = new HashMap<>();
    StringBuilder text = new StringBuilder();
    Map<String, Value> results = new LinkedHashMap<>(model.outputs());
    results.putAll(model.bindings());
    for (var node : Graph.ordered(results.values())) {
      String operands = node.inputs().stream().map(numbers::get).collect(Collectors.joining(" "));
      text.append(node.op().label()).append(' ').append(operands).append('\n');
      node.outputs().forEach(v -> numbers.put(v, "v" + numbers.size()));
    }
    return text.append(names(model.parameters())).toString();
  }

  @Test
  void sharedStateIsUpdatedByEveryCall() {
    Elaborated model = elaborate("""
        shared norm = batch_norm
        model m(x: f32[N, 3, 2, 2]) { output a = norm(x); output b = norm(2 * x) }
        """, true);
    assertEquals(List.of("norm.running_mean", "norm.running_var"), names(model.states()));
    assertEquals(4, model.updates().size());
    Value mean = model.states().getFirst().value();
    Value first = model.updates(List.of(model.outputs().get("a"))).get(mean);
    Value second = model.updates(model.outputs().values()).get(mean);
    assertNotEquals(first, second);
    assertTrue(Graph.ordered(List.of(second)).contains(first.node()));
    assertTrue(model.updates(List.of(model.inputs().getFirst().value())).isEmpty());
  }

  @Test
  void everyDrawHasItsOwnKey() {
    String text = "model m(x: f32[N, 3]) { a = dropout(x); b = dropout(x); c = dropout(x) + dropout(x) }";
    Elaborated model = elaborate(text, true);
    assertNotEquals(model.bindings().get("a"), model.bindings().get("b"));
    Elaborated identity = elaborate(text, false);
    assertEquals(identity.bindings().get("x"), identity.bindings().get("a"));
  }

  @Test
  void compileTimeValues() {
    Elaborated model = elaborate("""
        const depth = 3; const widths = [2 * i for i in range(1, depth + 1) if i != 2]
        model m(x: f32[N, 4]) {
          a = full([widths[0], widths[-1], 7 // 2, -7 % 3, 2 ^ 3, len(widths[1:]), int(2.5), round(2.6)], 1.5)
          b = full([sum([1, 2]), product([2, 2]), maximum(1, 3), size(x, 1), rank(x), N + 1] + shape(x), true)
          c = if depth > 2 and not false { full([per_axis(2, 3)[2]], 1) } else { none }
          for i, w in zip([1, 2], reverse([3, 4])) { d = full([i, w], 0.0) }
          e = x[:, ::-1] [-1] [none, ..., 1:3]
          f = [relu, tanh][1](x)
        }
        """, false);
    assertEquals("f32[2, 6, 3, 2, 8, 1, 2, 3]", model.bindings().get("a").type().toString());
    assertEquals("bool[3, 4, 3, 4, 2, 3, 2, 4]", model.bindings().get("b").type().toString());
    assertEquals("i32[2]", model.bindings().get("c").type().toString());
    assertEquals("f32[2, 3]", model.bindings().get("d").type().toString());
    assertEquals("f32[1, 2]", model.bindings().get("e").type().toString());
    assertEquals("f32[2, 4]", model.bindings().get("f").type().toString());
  }

  @Test
  void overridesReplaceConstants() {
    Source source = new Source("t", "const width = 4; const twice = 2 * width; const rate = 0.5; const name = \"a\"\n"
        + "model m(x: f32[N, 1]) { y = linear(x, twice) }");
    Program program = Program.of(source, Map.of("width", "8", "rate", "1"));
    assertEquals("f32[2, 16]", elaborate(program, Map.of(), false).bindings().get("y").type().toString());
    for (var wrong : List.of(Map.of("width", "0.5"), Map.of("widht", "3"), Map.of("width", "twice"), Map.of("name", "3"),
        Map.of("width", "1 }; const x = 2"), Map.of("width", ""))) {
      assertThrows(IllegalArgumentException.class, () -> Program.of(source, wrong));
    }
  }

  @Test
  void inputsAsWritten() {
    Program program = program(Trees.example("unet"));
    assertEquals(Map.of("image", "f32[N, 1, H, W]", "mask", "i32[N, H, W]"), program.inputs("cells"));
    assertEquals(List.of("N", "H", "W"), List.copyOf(program.freeSizes("cells")));
    assertTrue(program.hasRecipe("cells"));
  }

  @Test
  void sizesMustBeGiven() {
    Program program = program("model m(x: f32[N, 1]) { output x }");
    assertThrows(IllegalArgumentException.class, () -> program.elaborate("m", Map.of(), false));
    assertThrows(IllegalArgumentException.class, () -> program.elaborate("m", Map.of("N", 0L), false));
    assertThrows(IllegalArgumentException.class, () -> program.elaborate("n", Map.of("N", 1L), false));
  }

  @Test
  void recipes() {
    Recipe recipe = program(Trees.example("wgan")).elaborate("wgan", SIZES, true).recipe();
    assertEquals(List.of("data", "batch", "epochs", "optimizer"),
        recipe.common().settings().stream().map(Recipe.Setting::name).toList());
    var adam = assertInstanceOf(Recipe.Call.class, recipe.common().settings().getLast().value());
    assertEquals(List.of(new Recipe.Real(1e-4)), adam.positional());
    assertEquals(Map.of("beta1", new Recipe.Real(0.0), "beta2", new Recipe.Real(0.9)), adam.named());
    assertNull(recipe.common().objective());
    assertEquals(List.of("critic", "generator"), recipe.steps().stream().map(Recipe.Phase::name).toList());
    assertEquals("f32[]", recipe.steps().getFirst().objective().type().toString());

    Elaborated iris = program(Trees.example("iris")).elaborate("iris", SIZES, true);
    assertEquals(iris.bindings().get("loss"), iris.recipe().common().objective());
    var accuracy = assertInstanceOf(Recipe.Call.class, iris.recipe().common().metrics().getFirst().value());
    assertEquals(List.of(new Recipe.Tensor(iris.bindings().get("logits")),
        new Recipe.Tensor(iris.bindings().get("label"))), accuracy.positional());

    var unet = program(Trees.example("unet")).elaborate("cells", SIZES, true).recipe().common();
    assertEquals(List.of("image", "mask"), unet.augmentations().getFirst().inputs());
    assertEquals(List.of("random_flip", "random_rotate"),
        unet.augmentations().getFirst().stages().stream().map(Recipe.Call::name).toList());
  }

  @ParameterizedTest
  @CsvSource({"a*,ab,true", "*,,true", "a.*.weight,a.b.weight,true", "a.*.weight,a.weight,false", "*a*b,xaxb,true",
      "a,ab,false", "*.weight,x.weights,false"})
  void patterns(String pattern, String name, boolean fits) {
    assertEquals(fits, Recipe.matches(pattern, name == null ? "" : name));
  }

  @Test
  void deepProgramsNeedNoStackOfTheirCaller() throws InterruptedException {
    String wrapped = "(".repeat(15) + "f(x, n - 1)" + ")".repeat(15);
    Program program = program("block f(x, n) { if n == 0 { x } else { y = x + (0 + " + wrapped + "); y } }\n"
        + "model m(x: f32[N]) { y = f(x, 190); z = x" + " + (1 - x)".repeat(150) + "; w = f(x, 400) }");
    Throwable[] thrown = new Throwable[1];
    Thread thread = new Thread(null, () -> {
      try {
        elaborate(program, Map.of(), false);
      } catch (LanguageException | StackOverflowError e) {
        thrown[0] = e;
      }
    }, "small", 1 << 18);
    thread.start();
    thread.join();
    assertInstanceOf(LanguageException.class, thrown[0]);
    assertTrue(thrown[0].getMessage().contains("deep"), thrown[0]::getMessage);
  }
}
