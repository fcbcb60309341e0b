package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.LanguageException;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What training must do on every machine. */
abstract class TrainerContract {
  private static final String TEXT = """
      model tiny(image: f32[N, 1, 6, 6], label: i32[N]) {
        x = image |> conv(4, kernel = 3, pad = 1) |> batch_norm |> relu |> max_pool(2)
        logits = x |> flatten |> dropout(0.2) |> linear(16) |> relu |> linear(3)
        loss = cross_entropy(logits, label)
        output probabilities = softmax(logits)
      }
      train tiny {
        minimize loss; optimizer = %s; batch = 16; epochs = 4; clip_norm = 5.0
        metric accuracy(logits, label)
      }
      """;
  private static final Clouds DATA = Clouds.draw(100, 1);

  @TempDir
  Path folder;

  abstract Backend machine();

  private static Model model(String optimizer) {
    return Model.of(TEXT.formatted(optimizer));
  }

  private Trainer trainer(Model model, TensorArena arena, int threads) {
    return new Trainer(model, Trainer.settings(model, DATA), machine(), arena, threads, DATA);
  }

  private String digest(String optimizer, int threads) {
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model(optimizer), arena, threads)) {
      trainer.train();
      assertTrue(trainer.evaluate(DATA).get("accuracy") > 0.95, () -> optimizer + " " + trainer.evaluate(DATA));
      return Checkpoint.parametersDigest(trainer.model(), trainer.variables());
    }
  }

  /** Every optimiser learns the task, the smaller last batch included. */
  @Test
  void learns() {
    for (var optimizer : new String[] {"sgd(0.3)", "sgd(0.05, momentum = 0.9)", "sgd(0.05, momentum = 0.9, nesterov = true)",
        "adam(1e-2)", "adamw(cosine(2e-2, warmup = 3), decay = 0.01)"}) {
      digest(optimizer, 1);
    }
  }

  @Test
  void parametersMoveAsTheFormulasSay() {
    OptimizerCases.check(machine());
  }

  @Test
  void sameBitsForAnyThreadCount() {
    assertEquals(digest("adam(1e-2)", 1), digest("adam(1e-2)", 2));
  }

  /** Stopped anywhere (here in the middle of an epoch), saved and resumed, training reaches the same bits. */
  @ParameterizedTest
  @ValueSource(strings = {"adam(1e-2)", "sgd(plateau(0.1, factor = 0.5, patience = 0)); average = 0.9; accumulate = 3"})
  void resumesToTheSameBits(String settings) throws IOException {
    var model = model(settings);
    var file = folder.resolve("half.safetensors");
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 1)) {
      var stopper = new Trainer.Listener() {
        @Override
        public void step(int epoch, long stepOfEpoch, long stepsInEpoch, double loss) {
          if (epoch == 1 && stepOfEpoch == 2) {
            trainer.requestStop();
          }
        }
      };
      assertTrue(trainer.epoch(stopper));
      assertFalse(trainer.epoch(stopper));
      Checkpoint.save(trainer, file);
    }
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 2)) {
      Checkpoint.resume(trainer, file);
      assertEquals(10, trainer.step());
      trainer.train();
      assertEquals(digest(settings, 1), Checkpoint.parametersDigest(trainer.model(), trainer.variables()));
    }
  }

  /**
   * What does not fit shows before the first step: training and measuring ask for no more memory than they have then.
   */
  @Test
  void allMemoryIsAskedForBeforeTraining() {
    var test = Clouds.draw(37, 2);
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model("adam(1e-2)"), arena, 1)) {
      trainer.prepareEvaluation(test);
      long before = arena.usedBytes();
      trainer.train();
      trainer.evaluate(test);
      assertEquals(before, arena.usedBytes());
    }
  }

  /** A recipe that cannot be measured is refused before training. */
  @Test
  void metricsAreReadBeforeTraining() {
    var model = Model.of(TEXT.formatted("sgd(0.1)").replace("metric accuracy", "metric likeness"));
    try (var arena = TensorArena.root("test", 1L << 30)) {
      var fault = assertThrows(LanguageException.class, () -> trainer(model, arena, 1));
      assertTrue(fault.getMessage().contains("model:9:3: no metric is called `likeness`"), fault::getMessage);
    }
  }

  /** They have no gradient. What is frozen may be anything that computes. */
  @Test
  void parametersOfIntegersAreRefusedAtTheirPlace() {
    var text = """
        model tiny(image: f32[N, 1, 6, 6], label: i32[N]) {
          param scale: i32[6] = 1
          logits = image * cast(scale, f32) |> flatten |> linear(3)
          loss = cross_entropy(logits, label)
        }
        train tiny { minimize loss; optimizer = sgd(0.1); steps = 2%s }
        """;
    try (var arena = TensorArena.root("test", 1L << 30)) {
      var fault = assertThrows(LanguageException.class, () -> trainer(Model.of(text.formatted("")), arena, 1));
      assertTrue(fault.getMessage().startsWith("model:2:9: parameters are trained in f32 or f64, found scale: i32[6]\n"),
          fault::getMessage);
      try (var trainer = trainer(Model.of(text.formatted("; freeze = \"scale\"")), arena, 1)) {
        trainer.train();
        assertEquals(2, trainer.step());
      }
    }
  }

  /** Nothing is copied beside the budget, and what lies in the host's memory is saved from there. */
  @Test
  void savingFitsTheBudget() throws IOException {
    var file = folder.resolve("tiny.safetensors");
    var model = model("adam(1e-2)");
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 1)) {
      trainer.epoch(new Trainer.Listener() {});
      long peak = arena.peakBytes();
      Checkpoint.save(trainer, file);
      long more = arena.peakBytes() - peak;
      long copies = arena.peakBytes() - arena.usedBytes();
      long bytes = trainer.variables().types().values().stream().mapToLong(TensorType::bytes).sum();
      boolean inPlace = machine().allocate(arena, 64).host() != null;
      assertTrue(inPlace ? more == 0 : copies >= bytes, () -> more + " more, " + copies + " for copies of " + bytes);
    }
  }

  @Test
  void weightsOfAnotherModelAreRefused() throws IOException {
    var file = folder.resolve("tiny.safetensors");
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model("sgd(0.1)"), arena, 1)) {
      Checkpoint.save(trainer, file);
      var predictor = Model.of("model other(image: f32[N, 1, 6, 6]) { output y = image |> flatten |> linear(3) }");
      var fault = assertThrows(CheckpointException.class,
          () -> new Predictor(predictor, file, machine(), arena, 1));
      assertEquals(file + ": it has no y.weight: it is of another model, or of other constants", fault.getMessage());
    }
  }

  /** What a training of these settings says to resuming what another saved; null if it goes on. */
  private String resumed(Model from, Settings saved, Model to, Settings wanted, Dataset data) throws IOException {
    var file = folder.resolve("tiny.safetensors");
    try (var arena = TensorArena.root("test", 1L << 30);
        var first = new Trainer(from, saved, machine(), arena, 1, DATA);
        var second = new Trainer(to, wanted, machine(), arena, 1, data)) {
      Checkpoint.save(first, file);
      Checkpoint.resume(second, file);
      return null;
    } catch (CheckpointException fault) {
      return fault.getMessage().replace(file + ": ", "");
    }
  }

  /** A file goes on only under the settings that it was begun with; the message names the one that differs. */
  @Test
  void trainingOfOtherSettingsIsNotResumed() throws IOException {
    var model = model("sgd(0.1)");
    var settings = Trainer.settings(model, DATA);
    assertEquals(null, resumed(model, settings, model, settings, DATA));
    assertEquals("it is of seed 9, wanted is 1", resumed(model, settings.withSeed(9), model, settings, DATA));
    assertEquals("it is of batch 8, wanted is 16", resumed(model, settings.withBatch(8), model, settings, DATA));
    var rate = Trainer.settings(model("sgd(0.2)"), DATA);
    assertEquals("it is of optimizer sgd(0.1, momentum = 0.0, nesterov = false), wanted is sgd(0.2, momentum = 0.0, "
        + "nesterov = false)", resumed(model, settings, model, rate, DATA));
    var clipped = Model.of(TEXT.formatted("sgd(0.1)").replace("clip_norm = 5.0", "freeze = \"logits*\"; l2 = 0.5"));
    assertEquals("it is of clip_norm 5.0, wanted is 0.0",
        resumed(model, settings, model, Trainer.settings(clipped, DATA), DATA));
    var constant = Model.of("const slope = 2.0\n" + TEXT.formatted("sgd(0.1)"));
    var other = Model.of("const slope = 3.0\n" + TEXT.formatted("sgd(0.1)"));
    assertEquals("it is of constants slope = 2.0, wanted is slope = 3.0",
        resumed(constant, settings, other, settings, DATA));
    var fault = resumed(model, settings, model, settings, Clouds.draw(100, 2));
    assertTrue(fault.matches("it is of data 100 samples of image: f32\\[1, 6, 6\\], label: i32\\[\\] with checksum "
        + "[0-9a-f]+, wanted is 100 samples of .*"), fault);
  }

  /** More epochs make training longer, unless the rates of the steps done would have been others. */
  @Test
  void trainingIsMadeLongerWhereNoScheduleDependsOnIt() throws IOException {
    for (var rate : new String[] {"0.1", "step_decay(0.1, every = epochs(1))"}) {
      var model = model("sgd(" + rate + ")");
      var settings = Trainer.settings(model, DATA);
      assertEquals(null, resumed(model, settings.withEpochs(4), model, settings.withEpochs(9), DATA), rate);
    }
    for (var rate : new String[] {"cosine(0.1)", "linear_decay(0.1)"}) {
      var model = model("sgd(" + rate + ")");
      var settings = Trainer.settings(model, DATA);
      assertEquals("it is of length 4 epochs, wanted is 9 epochs",
          resumed(model, settings.withEpochs(4), model, settings.withEpochs(9), DATA), rate);
      assertEquals(null, resumed(model, settings.withEpochs(4), model, settings.withSteps(28), DATA), rate);
    }
  }

  /** A loss that is no finite number stops training with a word on what may help. */
  @Test
  void lossesThatAreNotFiniteStopTraining() {
    for (var loss : Map.of("cross_entropy(log(image - 100.0) |> flatten |> linear(3), label)", "NaN",
        "cross_entropy(image |> flatten |> linear(3), label - 1)", "NaN",
        "cross_entropy(image |> flatten |> linear(3), label + 1, smoothing = 0.1, ignore = 1)", "NaN",
        "exp(1000.0 + mean(image |> flatten |> linear(1)))", "Infinity").entrySet()) {
      var model = Model.of("""
          model bad(image: f32[N, 1, 6, 6], label: i32[N]) {
            loss = %s
          }
          train bad { minimize loss; optimizer = sgd(0.1) }
          """.formatted(loss.getKey()));
      try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 1)) {
        var fault = assertThrows(TrainingException.class, () -> trainer.train());
        assertEquals("the loss is " + loss.getValue() + " after step 1: lower the rate, or set clip_norm"
            + (loss.getValue().equals("NaN") ? ", and look for labels that are none of the classes" : ""),
            fault.getMessage());
      }
    }
  }

  /** The last update's harm no loss tells; still it is not saved over the last good file. */
  @Test
  void weightsThatAreNotFiniteAreNotSaved() throws IOException {
    var file = folder.resolve("good.safetensors");
    var model = Model.of("""
        model bad(image: f32[N, 1, 6, 6], label: i32[N]) {
          loss = mean(image |> flatten |> linear(1, bias = false))
        }
        train bad { minimize loss; optimizer = sgd(1e39); batch = none; steps = 1 }
        """);
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 1)) {
      Checkpoint.save(trainer, file);
      var good = Files.readAllBytes(file);
      trainer.train();
      var fault = assertThrows(TrainingException.class, () -> Checkpoint.save(trainer, file));
      assertTrue(fault.getMessage().matches("loss\\.weight holds -?Infinity after step 1: lower the rate, or set "
          + "clip_norm; .*good\\.safetensors is left as it was"), fault::getMessage);
      assertArrayEquals(good, Files.readAllBytes(file));
    }
  }

  /** A model's own state may be infinite. */
  @Test
  void statesMayBeInfinite() throws IOException {
    var model = Model.of("""
        model m(image: f32[N, 1, 6, 6], label: i32[N]) {
          state largest: f32[] = 0
          update largest = exp(mean(image) + 1000.0)
          loss = cross_entropy(image |> flatten |> linear(3), label)
        }
        train m { minimize loss; steps = 1 }
        """);
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 1)) {
      trainer.train();
      assertEquals(Double.POSITIVE_INFINITY, trainer.variables().tensor("largest", arena).toDoubles()[0]);
      Checkpoint.save(trainer, folder.resolve("m.safetensors"));
    }
  }

  /** Weights saved by a trainer give a predictor the same measure. */
  @Test
  void predictorMeasuresWhatTheTrainerDid() throws IOException {
    var model = model("adam(1e-2)");
    var file = folder.resolve("trained.safetensors");
    try (var arena = TensorArena.root("test", 1L << 30); var trainer = trainer(model, arena, 1)) {
      trainer.train();
      Checkpoint.save(trainer, file);
      try (var predictor = new Predictor(model, file, machine(), arena, 1)) {
        assertEquals(trainer.evaluate(DATA), predictor.evaluate(DATA, 16));
      }
    }
  }
}
