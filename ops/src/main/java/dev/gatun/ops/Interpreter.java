package dev.gatun.ops;

import dev.gatun.memory.TensorArena;
import java.util.List;

/**
 * The slow machine: runs specs one element at a time in double, rounding results to their dtype. It accepts every spec
 * in every layout, so that plans, fusion and layouts can be checked apart from any fast kernel. It runs only when asked
 * for by name.
 */
public final class Interpreter implements Backend {
  public Interpreter() {}

  @Override
  public String name() {
    return "interpreter";
  }

  @Override
  public String description() {
    return "interpreter: one element at a time, in double; for checking, not for speed";
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public boolean exact() {
    return true;
  }

  @Override
  public List<Choice> choices(KernelSpec spec) {
    return List.of(Choice.anyLayout("interpret", spec, 0, 0));
  }

  @Override
  public Slab allocate(TensorArena arena, long bytes) {
    return HostSlab.allocate(arena, bytes);
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
    return load(plan, memory, arena, threads, null);
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads, Profile profile) {
    var recorder = profile == null ? null : profile.recorder(plan, 1);
    return new Executable() {
      @Override
      public void run() {
        new Interpretation(plan, memory, recorder).run();
      }

      @Override
      public void close() {
        // Holds nothing of its own.
      }
    };
  }
}
