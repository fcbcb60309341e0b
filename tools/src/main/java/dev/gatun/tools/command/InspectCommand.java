package dev.gatun.tools.command;

import dev.gatun.graph.Explanation;
import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Variable;
import dev.gatun.memory.Bytes;
import dev.gatun.ops.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code inspect}: what a model consists of and what it costs. */
@Command(name = "inspect", sortOptions = false, description = "Show a model's inputs, parameters, cost and memory.")
final class InspectCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions model;
  @Mixin
  private SizeOptions sizes;
  @Mixin
  private MachineOption machine;
  @Mixin
  private Output output;

  @Override
  public Integer call() {
    var opened = model.open();
    var elaborated = opened.elaborate(sizes.of(opened, 1), false);
    model.requireOutput(elaborated);
    long multiplyAdds = ModelSize.multiplyAdds(elaborated.graph());
    long peakBytes = Explanation.ofRun(elaborated, machine.machine()).memoryBytes();
    show(elaborated, multiplyAdds, peakBytes);
    var object = new LinkedHashMap<String, Object>();
    object.put("parameters", ModelSize.parameters(elaborated));
    object.put("multiply_adds", multiplyAdds);
    object.put("peak_bytes", peakBytes);
    output.object(object);
    return ExitCode.GOOD;
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
