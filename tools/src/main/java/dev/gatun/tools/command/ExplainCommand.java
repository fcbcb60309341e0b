package dev.gatun.tools.command;

import dev.gatun.graph.Explanation;
import dev.gatun.graph.Model;
import dev.gatun.ops.Plan;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code explain}: the plan of a model, its memory, the reasons, and its kernels. */
@Command(name = "explain", sortOptions = false,
    description = "Show how a model would run: kernels, memory, and why they are so.")
final class ExplainCommand implements Callable<Integer> {
  private static final int LEVELS = 4;

  @Mixin
  private ModelOptions model;
  @Option(names = "--training", description = "A training step by the model's recipe, not a run.")
  private boolean training;
  @Option(names = "--level", paramLabel = "1..4", defaultValue = "1",
      description = "How much: 1 the plan, 2 also its memory, 3 also the reasons, 4 also the code of the kernels.")
  private int level;
  @Option(names = "--kernels", description = "The code of the kernels alone, as readable pseudo-Java.")
  private boolean kernels;
  @Mixin
  private SizeOptions sizes;
  @Mixin
  private MachineOption machine;
  @Mixin
  private MemoryOption memory;
  @Mixin
  private Output output;

  @Override
  public Integer call() {
    if (level < 1 || level > LEVELS) {
      throw new UsageException("--level must be from 1 to " + LEVELS + ", found " + level);
    }
    var opened = model.open();
    var explanation = training ? training(opened) : run(opened);
    var plan = new PlanTable(explanation.plan());
    var object = new LinkedHashMap<String, Object>();
    object.put("machine", explanation.plan().machine());
    object.put("memory_bytes", explanation.memoryBytes());
    object.put("recomputed", explanation.again());
    object.put("prepared_bytes", explanation.plan().bytes(Plan.Place.PREPARED));
    int above = kernels ? 0 : level;
    if (above >= 1) {
      plan.lines().forEach(output::line);
      if (explanation.again() > 0) {
        output.line(MemoryOption.again(explanation.again()));
      }
      object.put("steps", plan.objects());
    }
    if (above >= 2) {
      var memory = new MemoryMap(explanation.plan());
      output.line("");
      memory.lines().forEach(output::line);
      object.put("memory", memory.object());
    }
    if (above >= 3) {
      output.line("");
      ReasonList.lines(explanation.reasons()).forEach(output::line);
      object.put("reasons", ReasonList.objects(explanation.reasons()));
    }
    if (above >= LEVELS) {
      output.line("");
    }
    if (above >= LEVELS || kernels) {
      plan.code().forEach(output::line);
      object.put("kernels", plan.codeObjects());
    }
    output.object(object);
    return ExitCode.GOOD;
  }

  private Explanation run(Model opened) {
    var elaborated = opened.elaborate(sizes.of(opened, 1), false);
    model.requireOutput(elaborated);
    return Explanation.ofRun(elaborated, machine.machine(), memory.asked());
  }

  private Explanation training(Model opened) {
    model.requireRecipe(opened);
    int batch = Explanation.batch(opened.elaborate(sizes.of(opened, 1), true));
    return Explanation.ofTraining(opened.elaborate(sizes.of(opened, batch), true), machine.machine(), memory.asked());
  }
}
