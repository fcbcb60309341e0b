package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.LanguageException;
import dev.gatun.memory.TensorArena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a recipe's settings mean, and which are refused at their place. */
class SettingsTest {
  private static final Clouds DATA = Clouds.draw(100, 1);

  private static Model model(String settings) {
    return Model.of("""
        model tiny(image: f32[N, 1, 6, 6], label: i32[N]) {
          loss = cross_entropy(image |> flatten |> linear(3), label)
        }
        train tiny { minimize loss; %s }
        """.formatted(settings));
  }

  private static String trained(String settings, int batch) {
    var model = model(settings);
    try (var arena = TensorArena.root("test", 1L << 26); var trainer = new Trainer(model,
        Trainer.settings(model, DATA).withBatch(batch), Machines.best(), arena, 1, DATA)) {
      trainer.train();
      return Checkpoint.parametersDigest(model, trainer.variables());
    }
  }

  /** A time in epochs follows the batch with which training really runs, not the recipe's. */
  @Test
  void timesInEpochsFollowTheBatch() {
    for (var rate : List.of("cosine(0.1, warmup = %s)", "step_decay(0.1, every = %s)")) {
      var settings = "epochs = 3; batch = 10; optimizer = sgd(" + rate + ")";
      assertEquals(trained(settings.formatted("4"), 25), trained(settings.formatted("epochs(1)"), 25), rate);
      assertNotEquals(trained(settings.formatted("10"), 25), trained(settings.formatted("epochs(1)"), 25), rate);
      assertEquals(trained(settings.formatted("10"), 10), trained(settings.formatted("epochs(1)"), 10), rate);
    }
  }

  @Test
  void noBatchIsTheWholeSet() {
    assertEquals(100, Trainer.settings(model("batch = none"), DATA).batch());
  }

  @Test
  void dataKeepsItsArguments() {
    var call = model("data = clouds(window = 3)").data();
    assertEquals("clouds", call.name());
    assertEquals("{window=Int[value=3]}", call.named().toString());
    assertEquals(null, model("batch = 3").data());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      batch = 0 | `batch` wants a whole number from 1 to 2147483647
      batch = 0.5 | `batch` wants a whole number from 1 to 2147483647
      epochs = 3_000_000_000 | `epochs` wants a whole number from 1 to 2147483647
      epochs = "many" | `epochs` wants a whole number from 1 to 2147483647
      steps = -1 | `steps` wants a whole number from 1 to 9223372036854775807
      seed = 1.5 | `seed` wants a whole number from -9223372036854775808 to 9223372036854775807
      clip_norm = -1 | a number that is not negative was expected
      optimizer = sgd(-0.1) | a number that is not negative was expected
      optimizer = sgd(cosine(0.1, warmup = epochs(-1))) | a number that is not negative was expected
      optimizer = sgd(0.1, speed = 2) | sgd has no argument `speed`
      optimizer = magic | no optimizer is called `magic`
      data = 3 | a name was expected
      """)
  void refusedAtTheirPlace(String setting, String message) {
    var fault = assertThrows(LanguageException.class, () -> Trainer.settings(model(setting), DATA));
    assertTrue(fault.getMessage().contains("model:4:") && fault.getMessage().contains(message), fault.getMessage());
  }
}
