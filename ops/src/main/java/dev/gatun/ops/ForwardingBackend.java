package dev.gatun.ops;

import dev.gatun.memory.TensorArena;
import java.util.List;

/** A machine that does all that another does; what is to differ is overridden. */
public abstract class ForwardingBackend implements Backend {
  private final Backend machine;

  /** Forwards to {@code machine}. */
  protected ForwardingBackend(Backend machine) {
    this.machine = machine;
  }

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
    return machine.choices(spec);
  }

  @Override
  public List<String> orders(KernelSpec spec, List<long[]> in, List<long[]> out) {
    return machine.orders(spec, in, out);
  }

  @Override
  public boolean exact() {
    return machine.exact();
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads, Profile profile) {
    return machine.load(plan, memory, arena, threads, profile);
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
