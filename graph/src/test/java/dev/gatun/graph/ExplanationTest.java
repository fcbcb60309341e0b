package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.plan.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of a plan is what the plan is. */
class ExplanationTest {
  private static final String TWO_LAYERS = """
      model two(x: f32[N, 40], label: i32[N]) {
        h = x |> linear(30) |> relu
        logits = h |> linear(10)
        loss = cross_entropy(logits, label)
        output logits
      }
      train two { minimize loss; batch = 24; optimizer = sgd(0.1) }
      """;

  private static Explanation run(String text, Map<String, Long> sizes) {
    return Explanation.ofRun(Model.of(text).elaborate(sizes, false), Machines.named("cpu"));
  }

  private static List<String> sentences(Explanation explanation) {
    return explanation.reasons().stream().map(reason -> reason.kernel() + " " + reason.sentence()).toList();
  }

  @Test
  void saysWhatWasJoined() {
    var explanation = run(TWO_LAYERS, Map.of("N", 8L));
    assertEquals(2, explanation.plan().steps().size());
    var said = sentences(explanation);
    assertTrue(said.contains("max is one kernel with mat_mul at model:2:12, in linear(30)"), said.toString());
  }

  @Test
  void saysWhyKernelsStandApart() {
    var text = """
        model m(x: f32[8, 40], w: f32[40, 8]) {
          h = x @ w
          output y = relu(h)
          output z = exp(transpose(h))
        }
        """;
    var said = sentences(run(text, Map.of()));
    assertTrue(said.contains("max is apart from mat_mul at model:2:9: its result is read elsewhere, too"),
        said.toString());
  }

  private static final String NORMALISED = """
      model m(x: f32[4, 8, 12, 12]) {
        output y = x |> conv(16, kernel = 3, bias = false) |> batch_norm
      }
      """;

  /** What is folded into a weight and prepared; and that --exact is why it is not. */
  @Test
  void saysWhatIsFoldedIntoWeights() {
    var said = sentences(run(NORMALISED, Map.of()));
    assertTrue(said.stream().anyMatch(s -> s.startsWith("convolve has what scales each channel behind it")),
        said.toString());
    assertTrue(said.stream().anyMatch(s -> s.contains("is computed when parameters change, not in each run: 4.5 KiB")),
        said.toString());
    var exact = sentences(Explanation.ofRun(Model.of(NORMALISED).elaborate(Map.of(), false),
        Machines.exact(Machines.named("cpu"))));
    assertTrue(exact.stream().anyMatch(s -> s.startsWith("convolve keeps its weight")
        && s.endsWith("folded into it only without --exact")), exact.toString());
    assertTrue(exact.stream().noneMatch(s -> s.contains("has what scales")), exact.toString());
  }

  /** A budget too small for what would be prepared: it is said, and nothing else of it. */
  @Test
  void saysThatTheBudgetPreparesNothing() {
    var elaborated = Model.of(NORMALISED).elaborate(Map.of(), false);
    var cpu = Machines.named("cpu");
    var whole = Explanation.ofRun(elaborated, cpu);
    assertTrue(whole.plan().preparation() != null);
    var tight = Explanation.ofRun(elaborated, cpu, whole.memoryBytes() - 1);
    var said = sentences(tight);
    assertTrue(tight.plan().preparation() == null);
    assertTrue(said.stream().anyMatch(s -> s.startsWith("the plan prepares nothing when parameters change")),
        said.toString());
    assertTrue(said.stream().noneMatch(s -> s.contains("folded")), said.toString());
  }

  @Test
  void saysWhichProductsAreOneAndWhatFollowsThem() {
    var text = """
        model m(x: f32[2, 8, 16]) {
          q = x |> linear(16) |> reshape([2, 8, 2, 8])
          k = x |> linear(16) |> reshape([2, 8, 2, 8])
          output y = transpose(q, [0, 2, 1, 3]) @ transpose(k, [0, 2, 3, 1])
          output h = x |> linear(24) |> relu
        }
        """;
    var said = sentences(run(text, Map.of()));
    assertTrue(said.stream().anyMatch(s -> s.startsWith("mat_mul is one product with 1 more of the same left operand")
        && s.contains("model:3")), said.toString());
    assertTrue(said.stream().anyMatch(s -> s.startsWith("mat_mul is reshaped after the arithmetic that follows it (")),
        said.toString());
  }

  /** A recipe's graph is made by several builders. */
  @Test
  void saysHowManyTermsAreShared() {
    var text = TWO_LAYERS.replace("sgd(0.1)", "adam(0.1)");
    var elaborated = Model.of(text).elaborate(Map.of("N", 24L), true);
    var said = sentences(Explanation.ofTraining(elaborated, Machines.named("cpu")));
    var shared = "the plan computes [0-9]+ terms? that equals? (another|others) once";
    assertTrue(said.stream().anyMatch(s -> s.matches(shared)), said.toString());
  }

  @Test
  void weighsTheWaysToRunAConvolution() {
    var text = """
        model m(x: f32[4, 64, 28, 28]) {
          output y = x |> conv(64, kernel = 3, pad = 1)
        }
        """;
    var explanation = run(text, Map.of());
    var weighed = explanation.reasons().stream().map(Reason::text).filter(t -> t.startsWith("runs as ")).toList();
    assertEquals(1, weighed.size());
    assertTrue(weighed.getFirst().matches("runs as conv.winograd4: expected are [0-9.]+ ms by conv.channels, "
        + "[0-9.]+ ms by conv.winograd4"), weighed.getFirst());
    assertTrue(explanation.plan().text().contains("conv.winograd4"));
  }

  /** The plan of a step is the trainer's own. */
  @Test
  void explainsATrainingStep() {
    var model = Model.of(TWO_LAYERS);
    int batch = Explanation.batch(model.elaborate(Map.of("N", 1L), true));
    assertEquals(24, batch);
    var explanation = Explanation.ofTraining(model.elaborate(Map.of("N", 24L), true), Machines.named("cpu"));
    assertTrue(explanation.memoryBytes() > explanation.plan().planBytes() + 4 * (40 * 30 + 30 + 30 * 10 + 10));
    assertEquals(List.of("label", "x"), explanation.plan().sources().keySet().stream()
        .filter(name -> name.equals("x") || name.equals("label")).sorted().toList());
    var untrained = "model m(x: f32[2]) {\n output y = x\n}";
    var elaborated = Model.of(untrained).elaborate(Map.of(), true);
    assertThrows(IllegalArgumentException.class, () -> Explanation.ofTraining(elaborated, Machines.named("cpu")));
  }

  /** Whatever shares bytes never lives at the same time, and the peak is the most that is alive. */
  @Test
  void livesThatMeetShareNoByte() {
    var explanation = Explanation.ofTraining(Model.of(TWO_LAYERS).elaborate(Map.of("N", 24L), true),
        Machines.named("cpu"));
    var lifetimes = Lifetimes.of(explanation.plan());
    long most = 0;
    for (int step = 0; step < lifetimes.steps().size(); step++) {
      int now = step;
      var alive = lifetimes.lives().stream().filter(life -> life.covers(now)).toList();
      most = Math.max(most, lifetimes.bytes(step));
      for (int i = 1; i < alive.size(); i++) {
        var before = alive.get(i - 1).buffer();
        assertTrue(before.offset() + before.bytes() <= alive.get(i).buffer().offset(), before + " meets "
            + alive.get(i).buffer() + " at kernel " + step);
      }
    }
    assertEquals(most, lifetimes.bytes(lifetimes.peak()));
    assertTrue(most <= explanation.plan().planBytes());
  }

  @Test
  void whatLivesThroughALoopLivesInAllOfIt() {
    var text = """
        model m(x: f32[2, 5, 4], w: f32[4, 4]) {
          a = exp(x)
          y, h = scan step in a, h = zeros([2, 4]) {
            h = tanh(step + h @ w)
            h
          }
          output y
          output last = h
        }
        """;
    var lifetimes = Lifetimes.of(run(text, Map.of()).plan());
    var overlapping = lifetimes.lives().stream().filter(one -> lifetimes.lives().stream().anyMatch(other -> other != one
        && other.first() <= one.last() && one.first() <= other.last()
        && other.buffer().offset() < one.buffer().offset() + one.buffer().bytes()
        && one.buffer().offset() < other.buffer().offset() + other.buffer().bytes())).toList();
    assertEquals(List.of(), overlapping);
  }
}
