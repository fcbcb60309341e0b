package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.cuda.CudaLibraries;
import dev.gatun.memory.DType;
import dev.gatun.memory.Npy;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every verb doing its work. */
class VerbsTest {
  private static final Pattern DIGEST = Pattern.compile("\"parameters_sha256\": \"([0-9a-f]{64})\"");

  @TempDir
  private static Path shared;
  private static String weights;
  private static Shell training;

  @TempDir
  private Path folder;

  @BeforeAll
  static void trainOnce() {
    weights = shared.resolve("mlp.safetensors").toString();
    training = Shell.run("train", "mlp", "--epochs", "3", "--out", weights).good();
  }

  @Test
  void oneModelOfSeveralIsChosen() throws IOException {
    var file = folder.resolve("two.gat");
    Files.writeString(file, """
        model narrow(image: f32[N, 1, 8, 8], label: i32[N]) {
          loss = cross_entropy(image |> flatten |> linear(10), label)
        }
        model wide(image: f32[N, 1, 8, 8], label: i32[N]) {
          logits = image |> flatten |> linear(20) |> relu |> linear(10)
          loss = cross_entropy(logits, label)
          output logits
        }
        train narrow { data = digits; batch = 32; steps = 2; minimize loss; optimizer = sgd(0.1) }
        train wide { data = digits; batch = 32; steps = 3; minimize loss; optimizer = sgd(0.1) }
        """);
    var name = file.toString();
    var weights = folder.resolve("wide.safetensors").toString();
    Shell.run("train", name).fails(2, "gatun: " + name + " has recipes for narrow, wide: choose with --model");
    var trained = Shell.run("train", name, "--model", "wide", "--json", "--out", weights).good();
    assertTrue(trained.out().contains("\"steps\": 3"), trained.out());
    Shell.run("eval", name, "--model", "wide", "--weights", weights).good();
    Shell.run("eval", name, "--model", "wide").fails(3,
        "gatun: there is no file two.wide.safetensors: train first with `gatun train " + name
            + " --model wide`, or name the weights with --weights");
    var checked = Shell.run("check", name, "--model", "narrow", "--json").good();
    assertTrue(checked.out().contains("narrow") && !checked.out().contains("wide"), checked.out());
    Shell.run("inspect", name, "--model", "wider").fails(2,
        "gatun: " + name + " has no model `wider`: did you mean `wide`? (it has narrow, wide)");
  }

  /** The keys of a JSON object, at its outermost level. */
  private static List<String> keys(String json) {
    assertTrue(json.startsWith("{") && json.endsWith("}"), json);
    var keys = new ArrayList<String>();
    int depth = 0;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      if (c == '"') {
        int end = json.indexOf('"', i + 1);
        if (depth == 1 && json.startsWith("\":", end)) {
          keys.add(json.substring(i + 1, end));
        }
        i = end;
      }
    }
    return keys;
  }

  private static String digest(Shell shell) {
    var matcher = DIGEST.matcher(shell.good().lastLine());
    assertTrue(matcher.find(), shell.out());
    return matcher.group(1);
  }

  @Test
  void trainTellsEachEpochAndWhatToDoNext() {
    var lines = training.out().lines().toList();
    assertTrue(lines.get(0).matches("epoch 1/3  loss \\d\\.\\d{4}  test accuracy \\d\\d\\.\\d\\d %  \\d+\\.\\d\\d s"),
        lines.get(0));
    assertTrue(lines.get(2).startsWith("epoch 3/3 "), lines.get(2));
    assertEquals("saved " + weights, lines.get(3));
    assertTrue(lines.get(4).startsWith("  gatun eval mlp --weights " + weights + "  "), lines.get(4));
    assertTrue(lines.get(5).startsWith("  gatun run mlp --weights " + weights + "  "), lines.get(5));
    assertTrue(lines.get(6).startsWith("  gatun inspect mlp  "), lines.get(6));
    assertEquals("", training.err());
  }

  /** What was trained otherwise than the plain model is found again only with the same words. */
  @Test
  void nextCommandsFindTheSameModelWeightsAndData() {
    var file = folder.resolve("my weights").toString();
    var shell = Shell.run("train", "mlp", "--steps", "1", "--set", "hidden=8", "--data", "digits", "--data-dir",
        folder.toString(), "--out", file).good();
    var same = " mlp --set hidden=8 --data digits --data-dir " + folder;
    var lines = shell.out().lines().toList();
    int saved = lines.indexOf("saved " + file);
    assertTrue(lines.get(saved + 1).startsWith("  gatun eval" + same + " --weights '" + file + "'  "), shell.out());
    assertTrue(lines.get(saved + 2).startsWith("  gatun run" + same + " --weights '" + file + "'  "), shell.out());
    assertTrue(lines.get(saved + 3).startsWith("  gatun inspect" + same + "  "), shell.out());
    Shell.run("eval", "mlp", "--set", "hidden=8", "--data", "digits", "--weights", file).good();
  }

  @Test
  void trainForPrograms() {
    var shell = Shell.run("train", "mlp", "--json", "--steps", "3", "--out", folder.resolve("w").toString()).good();
    assertEquals(1, shell.out().lines().count());
    assertEquals(List.of("model", "dataset", "seed", "threads", "epochs", "steps", "seconds", "loss", "metrics",
        "weights", "parameters_sha256"), keys(shell.lastLine()));
    assertTrue(shell.lastLine().startsWith("{\"model\": \"mlp\", \"dataset\": \"digits\", \"seed\": 1, "), shell.out());
    assertTrue(shell.err().startsWith("epoch 1/1  loss "), shell.err());
    var quiet = Shell.run("train", "mlp", "--json", "--quiet", "--steps", "3", "--out", folder.resolve("w").toString());
    assertEquals("", quiet.good().err());
    assertEquals(1, quiet.out().lines().count());
  }

  @Test
  void stoppedAndResumedGivesTheSameBits() {
    var whole = digest(Shell.run("train", "mlp", "--epochs", "2", "--json", "--threads", "1", "--out",
        folder.resolve("whole").toString()));
    var part = folder.resolve("part").toString();
    var first = digest(Shell.run("train", "mlp", "--epochs", "2", "--stop-after-epoch", "1", "--json", "--out", part));
    assertFalse(first.equals(whole));
    assertEquals(whole, digest(Shell.run("train", "mlp", "--epochs", "2", "--resume", "--json", "--out", part)));
    assertEquals(whole, digest(Shell.run("train", "mlp", "--epochs", "2", "--resume", "--json", "--out", part)),
        "resuming what is done changes nothing");
    assertFalse(whole.equals(digest(Shell.run("train", "mlp", "--epochs", "2", "--seed", "2", "--json", "--out",
        part))));
  }

  /** Convolution and dropout too give the same bits for any number of threads, each time, and in two goes. */
  @Test
  void digitsAreTheSameBitsHoweverTheyAreTrained() {
    var one = digitsDigest("one", "--threads", "1");
    assertEquals(one, digitsDigest("two", "--threads", "2"));
    assertEquals(one, digitsDigest("again", "--threads", "2"));
    assertFalse(one.equals(digitsDigest("parts", "--stop-after-epoch", "1")));
    assertEquals(one, digitsDigest("parts", "--resume"));
  }

  private String digitsDigest(String file, String... flags) {
    var arguments = new ArrayList<>(List.of("train", "digits", "--epochs", "2", "--json", "--out",
        folder.resolve(file).toString()));
    arguments.addAll(List.of(flags));
    return digest(Shell.run(arguments.toArray(String[]::new)));
  }

  @Test
  void evalMeasuresAsTrainingDid() {
    var last = training.out().lines().toList().get(2);
    var shell = Shell.run("eval", "mlp", "--weights", weights).good();
    assertTrue(last.contains("  test " + shell.out().lines().findFirst().orElseThrow() + "  "), shell.out());
    var json = Shell.run("eval", "mlp", "--weights", weights, "--json").good();
    assertEquals(List.of("metrics", "samples", "seconds"), keys(json.lastLine()));
    assertTrue(json.out().contains("\"samples\": 359"), json.out());
  }

  @Test
  void runAnswersToASample() {
    var shell = Shell.run("run", "mlp", "--weights", weights, "--sample", "1").good();
    var lines = shell.out().lines().toList();
    assertEquals("sample 1: label 9", lines.get(0));
    assertTrue(lines.get(1).matches("probabilities f32\\[1, 10\\]: ([01]\\.\\d{4} ?){10}; the largest is number \\d"),
        lines.get(1));
    var json = Shell.run("run", "mlp", "--weights", weights, "--json").good();
    assertEquals(List.of("outputs"), keys(json.lastLine()));
    assertTrue(json.out().contains("\"dtype\": \"f32\", \"shape\": [1, 10], \"values\": ["), json.out());
  }

  @Test
  void runReadsAndWritesArrays() throws IOException {
    var array = folder.resolve("x.npy");
    try (var arena = TensorArena.root("test", 1 << 20)) {
      Npy.write(array, arena.allocate(DType.F32, Shape.of(3, 1, 8, 8)));
    }
    Shell.run("run", "mlp", "--weights", weights, "--input", "image=" + array, "--out", folder.toString()).good();
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var result = Npy.read(folder.resolve("probabilities.npy"), arena);
      assertEquals(Shape.of(3, 10), result.shape());
      assertEquals(3, DoubleStream.of(result.toDoubles()).sum(), 1e-5);
    }
  }

  /** A model that owns nothing has no weights to be trained or found. */
  @Test
  void runWithoutParametersNeedsNoWeights() throws IOException {
    var model = Files.writeString(folder.resolve("m.gat"), "model m(x: f32[N, 2]) { output y = 2 * x }");
    var array = folder.resolve("x.npy");
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var x = arena.allocate(DType.F32, Shape.of(1, 2));
      x.setDoubles(new double[] {1, 2.5});
      Npy.write(array, x);
    }
    assertEquals("y f32[1, 2]: 2.0000 5.0000; the largest is number 1",
        Shell.run("run", model.toString(), "--input", "x=" + array).good().out().strip());
    var missing = folder.resolve("no.safetensors");
    Shell.run("run", model.toString(), "--weights", missing.toString(), "--input", "x=" + array).fails(3,
        "gatun: there is no file " + missing + ": train first with `gatun train " + model
            + "`, or name the weights with --weights");
  }

  @Test
  void inspectCounts() {
    var json = Shell.run("inspect", "lenet", "--json").good();
    assertTrue(json.out().startsWith("{\"parameters\": 61706, \"multiply_adds\": 416520, \"peak_bytes\": "),
        json.out());
    assertEquals(List.of("parameters", "multiply_adds", "peak_bytes"), keys(json.lastLine()));
    var people = Shell.run("inspect", "mlp").good();
    assertTrue(people.out().contains("input   image "), people.out());
    assertTrue(people.out().contains("param   x.linear1.weight "), people.out());
    assertTrue(people.out().contains("26,122 parameters, 25,856 multiply-adds, "), people.out());
  }

  /** Four terabytes, of which none is taken. */
  @Test
  void inspectCountsWhatNoMemoryHolds() throws IOException {
    var model = Files.writeString(folder.resolve("m.gat"),
        "model m(x: f32[N, 1_000_000]) { output y = linear(x, 1_000_000, bias = false) }");
    var json = Shell.run("inspect", model.toString(), "--json").good().out();
    assertTrue(json.startsWith("{\"parameters\": 1000000000000, \"multiply_adds\": 1000000000000, "
        + "\"peak_bytes\": 40000"), json);
  }

  @Test
  void inspectTakesSizesFromTheDataSetOrTheUser() {
    assertTrue(Shell.run("inspect", "lstm").good().out().startsWith("model lstm_classifier with {N=1, T=32}"));
    assertTrue(Shell.run("inspect", "lstm", "--shapes", "T=5", "--shapes", "N=2").good().out()
        .startsWith("model lstm_classifier with {N=2, T=5}"));
  }

  @Test
  void explainShowsMoreByLevel() {
    var plan = Shell.run("explain", "mlp").good().out();
    assertTrue(plan.contains("kernels on cpu: "), plan);
    assertTrue(plan.lines().allMatch(line -> line.length() <= 80), plan);
    assertFalse(plan.contains("held at the peak"), plan);
    var memory = Shell.run("explain", "mlp", "--level", "2").good().out();
    assertTrue(memory.startsWith(plan) && memory.contains("held at the peak"), memory);
    assertFalse(memory.contains("is one kernel with"), memory);
    var reasons = Shell.run("explain", "mlp", "--level", "3").good().out();
    assertTrue(reasons.startsWith(memory) && reasons.contains("is one kernel with mat_mul at "), reasons);
    var all = Shell.run("explain", "mlp", "--level", "4").good().out();
    var kernels = Shell.run("explain", "mlp", "--kernels").good().out();
    assertTrue(all.startsWith(reasons) && all.endsWith(kernels), all);
    assertTrue(kernels.contains("t = x0 @ x1;\n"), kernels);
  }

  /** What happened to the graph before it became kernels, and the flag that keeps it from happening. */
  @Test
  void explainSaysWhatWasFolded() {
    var text = Shell.run("explain", "resnet-small", "--level", "3").good().out();
    assertTrue(text.contains("folded into its weight\n") && text.contains("is computed when parameters change"), text);
    var json = Shell.run("explain", "resnet-small", "--level", "3", "--json", "--exact").good().lastLine();
    assertTrue(json.contains("\"kernel\": \"convolve\", \"text\": \"keeps its weight: "), json);
    assertTrue(json.contains("only without --exact\""), json);
  }

  @Test
  void explainPlansATrainingStepOfAnySize() {
    assertEquals(List.of("machine", "memory_bytes", "recomputed", "prepared_bytes", "steps"),
        keys(Shell.run("explain", "mlp", "--json").good().lastLine()));
    var recipe = Shell.run("explain", "lenet", "--training").good().out();
    assertTrue(recipe.contains("f32[64, 6, 28, 28]"), recipe);
    var given = Shell.run("explain", "lenet", "--training", "--shapes", "N=3").good().out();
    assertTrue(given.contains("f32[3, 6, 28, 28]"), given);
    Shell.run("explain", "mlp", "--level", "5").fails(2, "gatun: --level must be from 1 to 4, found 5");
    Shell.run("explain", "mlp", "--shapes", "M=5").fails(2, "gatun: --shapes: there is no free size M, there are N");
  }

  private static final Pattern PLANNED = Pattern.compile("memory of ([0-9.]+) MiB");

  private static double planned(String text) {
    var matcher = PLANNED.matcher(text);
    assertTrue(matcher.find(), text);
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void explainKeepsToABudget() {
    var free = Shell.run("explain", "resnet-small", "--training", "--level", "2").good().out();
    assertFalse(free.contains("again, so that less is kept"), free);
    var tight = Shell.run("explain", "resnet-small", "--training", "--level", "3", "--memory-budget", "24m").good()
        .out();
    assertTrue(planned(tight) < 24 && planned(free) > 30, tight);
    assertTrue(tight.contains("kernels run again, so that less is kept"), tight);
    assertTrue(Pattern.compile("  runs again for .* at \\d+:\\d+.*: that frees [0-9.]+ MiB while \\d+ steps run, "
        + "for some [0-9.]+ ms").matcher(tight).find(), tight);
    var refused = Shell.run("explain", "lenet", "--training", "--memory-budget", "1m");
    assertEquals(4, refused.code());
    assertTrue(refused.err().matches("gatun: the plan takes at least 2\\.\\d MiB, and [0-9.]+ KiB are left for it; it "
        + "holds most for `unpool at .*; a smaller --batch or more --memory-budget may help\\s*"), refused.err());
  }

  /** What is trained in little memory is what is trained in much, and the user is told that it takes longer. */
  @Test
  void trainKeepsToABudget() throws IOException {
    var model = Files.writeString(folder.resolve("deep.gat"), """
        model deep(image: f32[N, 1, 8, 8], label: i32[N]) {
          x = image
          for _ in range(10) { x = x |> conv(16, kernel = 3, pad = 1, bias = false) |> batch_norm |> relu }
          loss = cross_entropy(x |> global_avg_pool |> linear(10), label)
        }
        train deep { data = digits; batch = 128; steps = 2; minimize loss; optimizer = sgd(0.1, momentum = 0.9) }
        """).toString();
    var weights = folder.resolve("w.safetensors").toString();
    var free = Shell.run("train", model, "--json", "--out", weights).good();
    assertFalse(free.err().contains("again"), free.err());
    var digest = DIGEST.matcher(free.out());
    assertTrue(digest.find());
    int told = 0;
    long budget = 64 << 20;
    var tight = free;
    while (tight.code() == 0) {
      tight = Shell.run("train", model, "--json", "--out", weights, "--memory-budget", Long.toString(budget));
      if (tight.code() == 0) {
        assertTrue(tight.out().contains(digest.group(1)), tight.out());
        told += tight.err().matches("(?s)to fit [0-9.]+ MiB, \\d+ kernels? runs? again, so that less is kept: a step "
            + "takes longer\n.*") ? 1 : 0;
      }
      budget -= budget / 5;
    }
    assertEquals(4, tight.code(), tight.err());
    assertTrue(told > 0, "nothing ran again down to " + budget);
  }

  @Test
  void vizWritesAPageAndTexts() throws IOException {
    var page = folder.resolve("g.html");
    assertTrue(Shell.run("viz", "lenet", "-o", page.toString()).good().out().matches(
        "wrote .*g\\.html: \\d+ nodes in 6 blocks\\s*"), "what was written");
    var html = Files.readString(page);
    assertTrue(html.contains("<title>lenet · Gatun</title>"), "no title");
    assertTrue(html.contains("[-1, \"conv(6)\", \"zoo/lenet.gat:4:17\"]"), "no block");
    assertTrue(html.contains("\"kind\": \"parameter\", \"group\": 0, \"label\": \"c1.weight\""), "no parameter");
    assertEquals(html.lastIndexOf("http"), html.indexOf("http"), "the page names another page");
    var picture = folder.resolve("g.svg");
    Shell.run("viz", "lenet", "-o", picture.toString()).good();
    var svg = Files.readString(picture);
    assertTrue(svg.startsWith("<svg ") && svg.contains(">conv(6)</text>") && svg.contains(">156 params · "), svg);
    assertFalse(svg.contains("weight"), "a weight has a box of its own");
    var dot = folder.resolve("g.dot");
    Shell.run("viz", "mlp", "-o", dot.toString()).good();
    assertTrue(Files.readString(dot)
        .matches("(?s)digraph \"mlp\" \\{\n.*subgraph cluster0 \\{ label=\"linear.*n0 -> n\\d+;.*}\n"), Files.readString(dot));
    var mermaid = folder.resolve("g.mmd");
    Shell.run("viz", "mlp", "-o", mermaid.toString()).good();
    assertTrue(Files.readString(mermaid).matches("(?s)flowchart TB\n.*subgraph g0\\[\"linear.*end\n.*n0 --> n\\d+\n.*"),
        Files.readString(mermaid));
    Shell.run("viz", "mlp", "-o", folder.resolve("g.png").toString()).fails(2, "gatun: -o: "
        + folder.resolve("g.png") + " should end in .html, .svg, .dot or .mmd");
    Shell.run("viz", "mlp").fails(2, "gatun: missing required option: '--out=FILE'\ntry `gatun viz --help`");
  }

  /** Names cannot leave the script that holds them. */
  @Test
  void aPageShowsWhatNamesSay() throws IOException {
    var model = Files.writeString(folder.resolve("m.gat"), """
        block odd(x, how = "</script><!--") {
          exp(x)
        }
        model m(x: f32[N, 3]) {
          output y = odd(x, how = "</script><b>")
        }
        """);
    var page = folder.resolve("m.html");
    Shell.run("viz", model.toString(), "-o", page.toString()).good();
    var html = Files.readString(page);
    assertEquals(html.indexOf("</script>"), html.lastIndexOf("</script>"), "the script ends early");
  }

  @Test
  void profilesShowKernelsAndWriteATrace() throws IOException {
    var trace = folder.resolve("trace.json");
    var trained = Shell.run("train", "mlp", "--epochs", "1", "--out", folder.resolve("p.safetensors").toString(),
        "--profile", trace.toString()).good();
    assertTrue(trained.out().contains("     time  share  GFLOP/s    GB/s  roof    calls  kernel"), trained.out());
    assertTrue(trained.out().lines().filter(line -> line.contains(" %")).allMatch(line -> line.length() <= 90),
        trained.out());
    var events = Files.readString(trace);
    assertTrue(events.startsWith("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n{\"name\": \"thread_name\", "),
        events.substring(0, 200));
    assertTrue(events.contains("\"cat\": \"kernel\", \"ph\": \"X\", \"pid\": 1, \"tid\": 0, \"ts\": "),
        "no kernel in the trace");
    assertTrue(events.strip().endsWith("]}"), "the trace is not closed");

    var run = Shell.run("run", "mlp", "--weights", weights, "--profile", trace.toString()).good().out();
    assertTrue(run.contains("gemm"), run);
    assertTrue(Files.readString(trace).contains("\"name\": \"gemm at "), "no product in the trace");
    Shell.run("run", "mlp", "--weights", weights, "--profile", folder.resolve("no").resolve("t.json").toString())
        .fails(2, "gatun: --profile: cannot write " + folder.resolve("no").resolve("t.json")
            + ": there is no such folder");
  }

  @Test
  void explainNeedsARecipeOnlyForTraining() throws IOException {
    var model = Files.writeString(folder.resolve("m.gat"), "model m(x: f32[N, 3]) { output y = relu(x) }").toString();
    assertTrue(Shell.run("explain", model).good().out().contains("map max"));
    Shell.run("explain", model, "--training").fails(3, "gatun: " + model
        + ": model m has no recipe: add `train m { minimize loss }`");
  }

  @Test
  void checkSaysThatAFileStands() {
    var shell = Shell.run("check", "lenet").good();
    assertEquals("lenet: model lenet stands; inputs {image=f32[N, 1, 28, 28], label=i32[N]}, 61706 parameters",
        shell.out().strip());
    assertEquals("{\"models\": [{\"name\": \"lenet\", \"inputs\": {\"image\": \"f32[N, 1, 28, 28]\", "
        + "\"label\": \"i32[N]\"}, \"parameters\": 61706}]}",
        Shell.run("check", "lenet", "--json").good().out().strip());
  }

  @Test
  void fmtLaysOutInPlace() throws IOException {
    var file = Files.writeString(folder.resolve("m.gat"), "model m(x:f32[N,4]){output y=2*x}\n");
    var check = Shell.run("fmt", "--check", file.toString());
    assertEquals(1, check.code());
    assertEquals(file + " is laid out otherwise: gatun fmt " + file, check.out().strip());
    assertEquals(file + " laid out", Shell.run("fmt", file.toString()).good().out().strip());
    assertEquals("model m(x: f32[N, 4]) { output y = 2 * x }\n", Files.readString(file));
    assertEquals("", Shell.run("fmt", "--check", file.toString()).good().out());
  }

  @Test
  void zooListsAndShows() {
    assertTrue(Shell.run("zoo", "list").good().out().contains("lenet "), "lenet is listed");
    assertEquals(List.of("models"), keys(Shell.run("zoo", "list", "--json").good().lastLine()));
    assertTrue(Shell.run("zoo", "show", "lenet").good().out().contains("model lenet(image: f32[N, 1, 28, 28]"));
  }

  @Test
  void dataLists() {
    var people = Shell.run("data", "list", "--data-dir", folder.toString()).good().out();
    assertTrue(people.contains("licence: CC BY 4.0; in the jar"), people);
    assertTrue(people.contains("licence: MIT; missing: install it with `apt-get install dataset-fashion-mnist`"),
        people);
    assertEquals(List.of("datasets"), keys(Shell.run("data", "list", "--json").good().lastLine()));
  }

  /** Without peers; a millisecond proves no speed, only that there is a figure. */
  @Test
  void benchMeasures() throws IOException {
    var figures = folder.resolve("figures.tsv");
    var page = folder.resolve("page.md");
    var json = Shell.run("bench", "gemm", "--threads", "1", "--shapes", "M=8,9", "--shapes", "N=8", "--repeat", "1",
        "--duration", "0.001", "--save", figures.toString(), "--page", page.toString(), "--json").good().out().lines()
        .toList();
    assertEquals(3, json.size());
    assertEquals(List.of("suite", "case", "threads", "ours_ms", "peers", "ratio", "gflops", "gbps", "percent_of_peak",
        "relative_error", "steady"), keys(json.getFirst()));
    assertTrue(json.get(1).contains("\"case\": \"9×8×512\""), json.get(1));
    assertEquals(List.of("geometric_means", "rows", "conditions"), keys(json.getLast()));
    assertEquals(3, Files.readAllLines(figures).size());
    assertTrue(Files.readString(page).contains("| 8×8×512 | 1 |"), Files.readString(page));
  }

  /** A table and a trace for each of several cases, numbered beside the file. */
  @Test
  void benchProfiles() throws IOException {
    var trace = folder.resolve("bench.json");
    var out = Shell.run("bench", "gemm", "--threads", "1", "--shapes", "M=9,10", "--shapes", "N=32", "--shapes", "K=32",
        "--repeat", "1", "--duration", "0.001", "--profile", trace.toString()).good().out();
    var lines = out.lines().toList();
    for (int i = 1; i <= 2; i++) {
      int title = lines.indexOf("gemm " + (i + 8) + "×32×32 on 1 thread");
      assertTrue(title > 0 && lines.get(title + 1).endsWith("calls  kernel          at"), out);
      assertTrue(lines.get(title + 2).contains(" gemm "), out);
      assertTrue(Files.readString(folder.resolve("bench-" + i + ".json")).contains("\"name\": \"gemm at "),
          "no product in the trace");
    }
    assertTrue(Files.notExists(trace));
  }

  @Test
  void benchLists() {
    var json = Shell.run("bench", "gemm", "--list", "--json").good().lastLine();
    assertEquals(List.of("suites"), keys(json));
    assertTrue(Shell.run("bench", "--list").good().out().contains("\n  2048³\n"), json);
  }

  @Test
  void doctorSaysWhatIsHere() {
    var json = Shell.run("doctor", "--json").good();
    assertEquals(List.of("java", "vector_bits", "cores", "memory_limit", "machine", "cuda"), keys(json.lastLine()));
    assertTrue(json.out().contains("\"machine\": \"cpu\""), json.out());
    for (var library : CudaLibraries.find().libraries()) {
      var described = new LinkedHashMap<String, Object>();
      described.put("file", library.file());
      described.put("version", library.version());
      described.put("fault", library.fault());
      assertTrue(json.out().contains(Json.text(library.name()) + ": " + Json.text(described)), json.out());
    }
    var people = Shell.run("doctor").good().out();
    assertTrue(people.lines().anyMatch(line -> line.matches("vectors +\\d+ bits")), people);
    assertTrue(people.lines().anyMatch(line -> line.matches(" +cpu: \\d+ cores?, vectors of \\d+ bits")), people);
  }
}
