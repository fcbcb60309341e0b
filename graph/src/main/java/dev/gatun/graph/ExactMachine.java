package dev.gatun.graph;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import java.util.List;

/** A machine without the kernels that change arithmetic. */
record ExactMachine(Backend machine) implements Backend {
  @Override
  public String name() {
    return machine.name();
  }

  @Override
  public String description() {
    return machine.description();
  }

  @Override
  public boolean available() {
    return machine.available();
  }

  @Override
  public int rank() {
    return machine.rank();
  }

  @Override
  public List<Choice> choices(KernelSpec spec) {
    return machine.choices(spec).stream().filter(Choice::exact).toList();
  }

  @Override
  public Slab allocate(TensorArena arena, long bytes) {
    return machine.allocate(arena, bytes);
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
    return machine.load(plan, memory, arena, threads);
  }
}
