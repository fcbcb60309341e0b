package dev.gatun.simd;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.HostSlab;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import java.util.List;

/** The processor that this JVM runs on, through the Vector API. */
public final class CpuBackend implements Backend {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  // No class that names the Vector API may load before this is known.
  private static final boolean AVAILABLE = ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();

  public CpuBackend() {
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    if (!AVAILABLE) {
      return "cpu: the Vector API is not in this JVM; launch it with --add-modules " + VECTOR_MODULE;
    }
    var machine = Machine.detected();
    return "cpu: " + machine.cores() + (machine.cores() == 1 ? " core" : " cores") + ", vectors of "
        + machine.vectorBits() + " bits";
  }

  @Override
  public boolean available() {
    return AVAILABLE;
  }

  @Override
  public int rank() {
    return 10;
  }

  @Override
  public List<Choice> choices(KernelSpec spec) {
    return Offers.of(spec);
  }

  @Override
  public Slab allocate(TensorArena arena, long bytes) {
    return HostSlab.allocate(arena, bytes);
  }

  @Override
  public Executable load(Plan plan, Memory memory, int threads) {
    if (!AVAILABLE) {
      throw new IllegalStateException(description());
    }
    return new LoadedPlan(plan, memory, threads);
  }
}
