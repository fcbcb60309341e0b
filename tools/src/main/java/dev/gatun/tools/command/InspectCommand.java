package dev.gatun.tools.command;

import dev.gatun.graph.Model;
import dev.gatun.graph.Variables;
import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Variable;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.Bytes;
import dev.gatun.ops.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code inspect}: what a model consists of and what it costs. */
@Command(name = "inspect", sortOptions = false, description = "Show a model's inputs, parameters, cost and memory.")
final class InspectCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions model;
  @Option(names = "--shapes", paramLabel = "SIZE=N",
      description = "A free size, such as N=8; if not given, N is 1 and others are those of the data set.")
  private Map<String, Long> shapes = new LinkedHashMap<>();
  @Mixin
  private DataOptions data;
  @Mixin
  private MachineOption machine;
  @Mixin
  private Output output;

  @Override
  public Integer call() {
    var opened = model.open();
    var free = opened.program().freeSizes(opened.name());
    CheckCommand.requireKnown(shapes, free);
    var sizes = sizes(opened);
    var elaborated = opened.elaborate(sizes, false);
    if (elaborated.outputs().isEmpty()) {
      throw new InputException(model.name() + ": model " + opened.name() + " has no output: add a line such as "
          + "`output y = …`");
    }
    // From types alone: a model may be larger than the memory here.
    var saved = Model.saved(elaborated);
    var cached = Model.cached(elaborated);
    var plan = Planner.plan(elaborated.graph(), machine.machine(), Variables.offsets(saved), Variables.offsets(cached));
    long multiplyAdds = ModelSize.multiplyAdds(elaborated.graph());
    long peakBytes = plan.planBytes() + Variables.bytes(saved) + Variables.bytes(cached);
    show(elaborated, multiplyAdds, peakBytes);
    var object = new LinkedHashMap<String, Object>();
    object.put("parameters", ModelSize.parameters(elaborated));
    object.put("multiply_adds", multiplyAdds);
    object.put("peak_bytes", peakBytes);
    output.object(object);
    return ExitCode.GOOD;
  }

  /** Sizes as given; the batch is one sample; the rest is the data set's, which is read only if it is needed. */
  private Map<String, Long> sizes(Model opened) {
    var sizes = new LinkedHashMap<>(opened.sizes(Map.of(), 1));
    sizes.putAll(shapes);
    if (!sizes.keySet().containsAll(opened.program().freeSizes(opened.name()))) {
      sizes = new LinkedHashMap<>(opened.sizes(data.load(opened).split().test().fields(), 1));
      sizes.putAll(shapes);
    }
    for (var size : opened.program().freeSizes(opened.name())) {
      if (!sizes.containsKey(size)) {
        throw new UsageException("the size " + size + " is free: give it with --shapes " + size + "=8");
      }
    }
    return sizes;
  }

  private void show(Elaborated elaborated, long multiplyAdds, long peakBytes) {
    output.line("model " + elaborated.model() + (elaborated.sizes().isEmpty() ? "" : " with " + elaborated.sizes()));
    elaborated.inputs().forEach(input -> line("input", input.name(), input.declared(), ""));
    variables("param", elaborated.parameters());
    variables("state", elaborated.states());
    variables("cache", elaborated.caches());
    elaborated.outputs().forEach((name, value) -> line("output", name, value.type().toString(), ""));
    output.line(String.format(Locale.ROOT, "%,d parameters, %,d multiply-adds, %s of memory to run",
        ModelSize.parameters(elaborated), multiplyAdds, Bytes.text(peakBytes)));
  }

  private void variables(String kind, List<Variable> variables) {
    variables.forEach(variable -> line(kind, variable.name(), variable.type().toString(), count(variable.type())));
  }

  private static String count(TensorType type) {
    return String.format(Locale.ROOT, "%,d", type.shape().elements());
  }

  private void line(String kind, String name, String type, String count) {
    output.line(String.format("%-6s  %-38s  %-22s  %9s", kind, name, type, count).stripTrailing());
  }
}
