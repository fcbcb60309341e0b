package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Npy;
import dev.gatun.memory.Safetensors;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are missing, damaged or of something else: exit code 3, the place, the remedy, and nothing written. */
class BadInputTest {
  @TempDir
  private static Path shared;
  private static Path weights;

  @TempDir
  private Path folder;

  @BeforeAll
  static void trainOnce() {
    weights = shared.resolve("mlp.safetensors");
    Shell.run("train", "mlp", "--steps", "2", "--out", weights.toString()).good();
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  @Test
  void syntaxError() throws IOException {
    var model = file("two.gat", "model two(x: f32[N, 4] {", "}");
    Shell.run("train", model.toString()).fails(3, model
        + ":1:24: expected `,` or `)` after a model's input, found `{`\n"
        + "model two(x: f32[N, 4] {\n                       ^ the `(` of 1:10 is still open");
  }

  @Test
  void unknownOp() throws IOException {
    var model = file("m.gat", "model m(x: f32[N, 4]) {", "  output y = liner(x, 3)", "}");
    Shell.run("inspect", model.toString()).fails(3, model + ":2:14: no block, op or shared layer is called `liner`\n"
        + "  output y = liner(x, 3)\n             ^^^^^ did you mean `linear`?");
  }

  @Test
  void noFigures() throws IOException {
    var figures = file("figures.tsv", "# Written by gatun bench --save; one row a line, see docs/commands.md.", "gemm");
    Shell.run("bench", "gemm", "--against", figures.toString()).fails(3, "gatun: " + figures + ": line 2 is no row");
    Shell.run("bench", "gemm", "--save", figures.toString()).fails(3, "gatun: " + figures + ": line 2 is no row");
    Shell.run("bench", "gemm", "--save", folder.toString()).fails(3,
        "gatun: cannot write " + folder + ": it is a folder");
    Files.write(figures, new byte[] {(byte) 0xff, (byte) 0xfe});
    Shell.run("bench", "gemm", "--against", figures.toString()).fails(3, "gatun: " + figures + " is not UTF-8 text");
    var empty = file("empty.tsv", "# Written by gatun bench --save; one row a line, see docs/commands.md.");
    Shell.run("bench", "gemm", "--against", empty.toString()).fails(2,
        "gatun: --against compares factors beside other engines: --peers is needed as well");
    Shell.run("bench", "gemm", "--against", folder.resolve("no").toString()).fails(3,
        "gatun: there is no file " + folder.resolve("no"));
  }

  @Test
  void shapeClash() throws IOException {
    var model = file("m.gat", "model m(a: f32[N, 3], b: f32[N, 4]) { output y = a + b }");
    var shell = Shell.run("check", model.toString());
    assertEquals(3, shell.code());
    assertTrue(shell.err().contains(model + ":1:52: `+`: f32[N, 3] and f32[N, 4] do not broadcast"), shell.err());
  }

  @Test
  void missingModelFile() {
    var model = folder.resolve("no.gat");
    Shell.run("train", model.toString()).fails(3, "gatun: there is no file " + model);
  }

  /** What is no program at all, for each verb that reads one. */
  @ParameterizedTest
  @ValueSource(strings = {"train", "check", "inspect", "fmt"})
  void modelFilesThatAreNone(String verb) throws IOException {
    var binary = Files.write(folder.resolve("b.gat"), new byte[] {(byte) 0xFF, 0, 1, 2});
    Shell.run(verb, binary.toString()).fails(3, "gatun: " + binary + " is not UTF-8 text");
    var large = Files.writeString(folder.resolve("l.gat"), " ".repeat(5 << 20));
    Shell.run(verb, large.toString()).fails(3, "gatun: " + large + " is larger than 4 MiB");
    var inner = Files.createDirectory(folder.resolve("d.gat"));
    Shell.run(verb, inner.toString()).fails(3, "gatun: " + inner + " is no file");
    var missing = folder.resolve("no.gat");
    Shell.run(verb, missing.toString()).fails(3, "gatun: there is no file " + missing);
    var cut = Files.writeString(folder.resolve("c.gat"), "model m(x: f32[N, 4]) {");
    assertEquals(3, Shell.run(verb, cut.toString()).code());
  }

  @Test
  void fileWithoutModel() throws IOException {
    var empty = file("e.gat", "const a = 3");
    for (var verb : new String[] {"train", "inspect"}) {
      Shell.run(verb, empty.toString()).fails(3, "gatun: " + empty + ": the file declares no model");
    }
    assertEquals(empty + ": stands, and declares no model", Shell.run("check", empty.toString()).good().out().strip());
  }

  /** A token for which the model has no row. */
  @Test
  void dataOutOfTheModelsRange() throws IOException {
    var model = file("m.gat", "model m(token: i32[N, T]) {", "  loss = mean(embedding(token, 3, 4))", "}",
        "train m { data = brackets; minimize loss }");
    var out = folder.resolve("w");
    var shell = Shell.run("train", model.toString(), "--out", out.toString());
    assertEquals(3, shell.code(), shell.err());
    assertTrue(shell.err().matches("gatun: gather.*: index \\d is not in 0\\.\\.2 · at \\Q" + model
        + ":2:15, in embedding(3, 4); the data does not fit the model\\E\n"), shell.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void modelWithoutRecipe() throws IOException {
    var model = file("m.gat", "model m(x: f32[N, 4]) { output y = 2 * x }");
    Shell.run("train", model.toString()).fails(3, "gatun: " + model
        + ": model m has no recipe: add `train m { minimize loss }`");
  }

  @Test
  void recipeThatNamesNoKnownData() throws IOException {
    var model = file("m.gat", "model m(x: f32[N, 4]) { loss = mean(x) }", "train m { data = iriss; minimize loss }");
    Shell.run("train", model.toString()).fails(3, "gatun: " + model + ":2:18: no data set is called `iriss` (there are "
        + "digits, fashion-mnist, mnist, characters, brackets)");
  }

  /** What is wrong with a recipe shows before training, not when the first epoch is measured; and to `check` too. */
  @ParameterizedTest
  @CsvSource(delimiter = '~', textBlock = """
      data = digits; metric acuracy(logits, label) ~ :6:33: no metric is called `acuracy`
      data = digits; metric accuracy(label, logits) ~ :6:33: accuracy of i32[
      data = digits; metric accuracy(logits) ~ :6:33: accuracy wants the logits and the label
      data = digits; optimizer = magic(0.1) ~ :6:45: no optimizer is called `magic`
      data = digits; augment image |> random_flip ~ :6:33: augmentation is not known yet
      data = digits; patience = 5 ~ :6:33: a recipe has no setting `patience`
      data = digits(window = 3) ~ data set digits has no argument `window`
      data = digitz ~ :6:25: no data set is called `digitz`: did you mean `digits`?
      """)
  void recipesThatCannotBeTrained(String settings, String message) throws IOException {
    var model = file("m.gat", "model m(image: f32[N, 1, 8, 8], label: i32[N]) {",
        "  logits = image |> flatten |> linear(10)", "  loss = cross_entropy(logits, label)", "}", "train m {", "  minimize loss; " + settings, "}");
    var out = folder.resolve("w");
    var trained = Shell.run("train", model.toString(), "--out", out.toString());
    assertEquals(3, trained.code(), trained.err());
    assertEquals("", trained.out());
    assertFalse(Files.exists(out));
    assertTrue(trained.err().contains(message), trained.err());
    var checked = Shell.run("check", model.toString());
    assertEquals(3, checked.code(), checked.err());
    assertEquals(trained.err().replaceAll("\\[\\d+", "[N"), checked.err().replaceAll("\\[\\d+", "[N"));
  }

  @Test
  void missingData() {
    var out = folder.resolve("w.safetensors");
    Shell.run("train", "lenet", "--data-dir", folder.toString(), "--out", out.toString()).fails(3,
        "gatun: fashion-mnist was not found in " + folder + " or " + folder.resolve("fashion-mnist")
            + ": install it with `apt-get install dataset-fashion-mnist`, or name its folder with --data-dir");
    assertFalse(Files.exists(out));
  }

  @Test
  void truncatedData() throws IOException {
    var images = Files.write(folder.resolve("train-images-idx3-ubyte"),
        new byte[] {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2, 3});
    Shell.run("train", "lenet", "--data-dir", folder.toString()).fails(3, "gatun: " + images
        + ": expected 1568 bytes of data, as its header says, found 3 (is the file cut short?)");
  }

  @Test
  void dataThatDoesNotFit() {
    Shell.run("train", "mlp", "--data", "brackets", "--out", folder.resolve("w").toString()).fails(3,
        "gatun: model mlp and data set brackets do not fit: the data set has no field for the input image: it has "
            + "[token, length, label]");
    assertFalse(Files.exists(folder.resolve("w")));
  }

  @Test
  void missingWeights() {
    var missing = folder.resolve("no.safetensors");
    for (var verb : new String[] {"eval", "run"}) {
      Shell.run(verb, "mlp", "--weights", missing.toString()).fails(3, "gatun: there is no file " + missing
          + ": train first with `gatun train mlp`, or name the weights with --weights");
    }
    Shell.run("train", "mlp", "--resume", "--out", missing.toString()).fails(3,
        "gatun: there is nothing to resume: no file " + missing + "; train without --resume first");
  }

  @Test
  void damagedWeights() throws IOException {
    var bytes = Files.readAllBytes(weights);
    var damaged = Files.write(folder.resolve("w.safetensors"), Arrays.copyOf(bytes, bytes.length - 100));
    for (var verb : new String[] {"eval", "run"}) {
      var shell = Shell.run(verb, "mlp", "--weights", damaged.toString());
      assertEquals(3, shell.code(), shell.err());
      assertTrue(shell.err().startsWith("gatun: " + damaged + ": expected "), shell.err());
    }
    var before = Files.readAllBytes(damaged);
    assertEquals(3, Shell.run("train", "mlp", "--resume", "--out", damaged.toString()).code());
    assertArrayEquals(before, Files.readAllBytes(damaged), "a file that cannot be read is not written over");
  }

  @Test
  void weightsOfAnotherModel() {
    Shell.run("eval", "lstm", "--weights", weights.toString()).fails(3, "gatun: " + weights
        + ": it has no x.weight: it is of another model, or of other constants");
    Shell.run("eval", "mlp", "--set", "hidden=64", "--weights", weights.toString()).fails(3, "gatun: " + weights
        + ": x.linear1.weight is f32[128, 64] in it, the model wants f32[64, 64]");
    Shell.run("train", "lstm", "--resume", "--out", weights.toString()).fails(3, "gatun: " + weights
        + ": it is of model mlp, wanted is lstm_classifier");
  }

  /** A file that says of itself what no training writes. */
  @ParameterizedTest
  @CsvSource({"gatun.step, -5", "gatun.step, 1.5", "gatun.step, 99999999999999999999", "gatun.loss, much"})
  void damagedTrainingState(String key, String value) throws IOException {
    var damaged = folder.resolve("w.safetensors");
    try (var arena = TensorArena.root("test", 1 << 24)) {
      var content = Safetensors.read(weights, arena);
      var metadata = new LinkedHashMap<>(content.metadata());
      metadata.put(key, value);
      Safetensors.write(damaged, content.tensors(), metadata);
    }
    Shell.run("train", "mlp", "--resume", "--out", damaged.toString()).fails(3, "gatun: " + damaged + ": its " + key
        + " is " + value + ", which no training writes");
  }

  /** Training that would not come to the bits that it would have reached in one go is not resumed. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      --seed=2 | seed 1, wanted is 2
      --batch=16 | batch 32, wanted is 16
      --rate=0.5 | optimizer adam@
      """)
  void resumingWithAnotherSetting(String flag, String message) throws IOException {
    var before = Files.readAllBytes(weights);
    var shell = Shell.run("train", "mlp", "--steps", "2", "--resume", flag, "--out", weights.toString());
    assertEquals(3, shell.code(), shell.err());
    assertTrue(shell.err().startsWith("gatun: " + weights + ": it is of " + message.replace("@", "")), shell.err());
    assertArrayEquals(before, Files.readAllBytes(weights));
  }

  @Test
  void resumingWithOtherConstants() {
    var shell = Shell.run("train", "mlp", "--steps", "2", "--resume", "--set", "hidden=64", "--out",
        weights.toString());
    assertEquals(3, shell.code());
    assertTrue(shell.err().startsWith("gatun: " + weights + ": it is of constants hidden = 128"), shell.err());
    assertTrue(shell.err().contains(", wanted is hidden = 64"), shell.err());
  }

  @Test
  void inputsThatDoNotFit() throws IOException {
    var array = folder.resolve("x.npy");
    try (var arena = TensorArena.root("test", 1 << 20)) {
      Npy.write(array, arena.allocate(DType.F32, Shape.of(2, 1, 8, 9)));
    }
    Shell.run("run", "mlp", "--weights", weights.toString(), "--input", "image=" + array).fails(3,
        "gatun: the input image is f32[2, 1, 8, 8], found f32[2, 1, 8, 9]");
    try (var arena = TensorArena.root("test", 1 << 20)) {
      Npy.write(array, arena.allocate(DType.F32, Shape.of(0, 1, 8, 8)));
    }
    Shell.run("run", "mlp", "--weights", weights.toString(), "--input", "image=" + array).fails(3,
        "gatun: the input image is f32[0, 1, 8, 8], which holds nothing: give at least one sample");
    var text = file("t.npy", "not an array");
    Shell.run("run", "mlp", "--weights", weights.toString(), "--input", "image=" + text).fails(3, "gatun: " + text
        + ": expected the bytes 93 4E 55 4D 50 59 (NUMPY) at the start, found others");
  }

  /** No data set is asked for where none is named: a size is what is missing. */
  @Test
  void freeSizesOfAModelWithoutRecipe() throws IOException {
    var model = Files.writeString(folder.resolve("free.gat"), "model m(x: f32[R, C]) {\n  output y = softmax(x)\n}\n");
    for (var verb : List.of("explain", "inspect")) {
      Shell.run(verb, model.toString(), "--shapes", "R=3").fails(2,
          "gatun: the size C is free: give it with --shapes C=8");
    }
  }

  @Test
  void tooLittleMemory() {
    var out = folder.resolve("w.safetensors");
    var shell = Shell.run("train", "mlp", "--memory-budget", "10k", "--out", out.toString());
    assertEquals(4, shell.code());
    assertTrue(shell.err().contains("of the limit of 10.0 KiB are used"), shell.err());
    assertTrue(shell.err().strip().endsWith("; a smaller --batch or more --memory-budget may help"), shell.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void debugShowsWhereItHappened() {
    var shell = Shell.run("train", folder.resolve("no.gat").toString(), "--debug");
    assertEquals(3, shell.code());
    assertTrue(shell.err().contains("\tat dev.gatun."), shell.err());
  }
}
