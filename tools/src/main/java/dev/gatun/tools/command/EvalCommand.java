package dev.gatun.tools.command;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eval}: measures trained weights on the test part of a data set. */
@Command(name = "eval", sortOptions = false, description = "Measure trained weights on the test data.")
final class EvalCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions model;
  @Mixin
  private WeightOptions weights;
  @Mixin
  private DataOptions data;
  @Option(names = "--batch", paramLabel = "N",
      description = "Samples measured at once; up to 512, as memory allows, if not given.")
  private Integer batch;
  @Mixin
  private MachineOptions machine;
  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    var opened = model.open();
    var file = weights.find(model, opened);
    model.requireRecipe(opened);
    var chosen = data.load(opened);
    var test = chosen.split().test();
    try (var arena = machine.arena(); var predictor = WeightOptions.predictor(opened, file, machine, arena)) {
      int most = batch == null ? 0 : MachineOptions.atLeastOne("--batch", batch).intValue();
      var measured = new LinkedHashMap<>(Fit.of(model, chosen,
          () -> most == 0 ? predictor.evaluate(test) : predictor.evaluate(test, most)));
      double loss = measured.remove("loss");
      if (measured.isEmpty()) {
        measured.put("loss", loss);
      }
      double seconds = Math.round((System.nanoTime() - start) / 1e6) / 1e3;
      measured.forEach((name, value) -> output.line(Metrics.text(name, value)));
      output.line(test.size() + " samples of " + chosen.source().name() + ", " + seconds + " s");
      var object = new LinkedHashMap<String, Object>();
      object.put("metrics", measured);
      object.put("samples", test.size());
      object.put("seconds", seconds);
      output.object(object);
    }
    machine.report(output);
    return ExitCode.GOOD;
  }
}
