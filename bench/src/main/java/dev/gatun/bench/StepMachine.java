package dev.gatun.bench;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Plan;
import java.util.ArrayList;
import java.util.List;

/** A machine that loads every step of a plan by itself, so that each can be timed where it runs, among the others. */
public final class StepMachine extends ForwardingBackend {
  private List<StepClock> clocks = List.of();

  /** Times what {@code machine} runs. */
  public StepMachine(Backend machine) {
    super(machine);
  }

  /** The clocks of the plan that was loaded last, in the order of its steps. */
  public List<StepClock> clocks() {
    return clocks;
  }

  /** Begins anew, once the plan is warm. */
  public void forget() {
    clocks.forEach(StepClock::forget);
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
    var steps = new ArrayList<Executable>();
    for (var step : plan.steps()) {
      var alone = new Plan(plan.machine(), plan.buffers(), List.of(step), plan.sources(), plan.outputs(), plan.tables(),
          plan.planBytes());
      steps.add(super.load(alone, memory, arena, threads));
    }
    var timed = new Timed(steps.toArray(new Executable[0]), plan.steps().stream().map(StepClock::new)
        .toArray(StepClock[]::new));
    clocks = List.of(timed.clocks);
    return timed;
  }

  private record Timed(Executable[] steps, StepClock[] clocks) implements Executable {
    @Override
    public void run() {
      long last = System.nanoTime();
      for (int i = 0; i < steps.length; i++) {
        steps[i].run();
        long now = System.nanoTime();
        clocks[i].take(now - last);
        last = now;
      }
    }

    @Override
    public void close() {
      for (var step : steps) {
        step.close();
      }
    }
  }
}
