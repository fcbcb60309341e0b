package dev.gatun.simd;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Profile;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The processor that this JVM runs on, through the Vector API. */
public final class CpuBackend implements Backend {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  /** What this JVM lacks and the flag that mends it, or null. No class that names the Vector API may load before. */
  private static final String MISSING = missing();

  public CpuBackend() {
  }

  @SuppressWarnings("restricted")
  private static String missing() {
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return "the Vector API is not in this JVM; launch it with --add-modules " + VECTOR_MODULE;
    }
    try {
      MemorySegment.NULL.reinterpret(1);
      Machine.given(Machine.detect());
      Costs.given();
      return null;
    } catch (IllegalArgumentException wrong) {
      return wrong.getMessage();
    } catch (IllegalCallerException denied) {
      var module = CpuBackend.class.getModule();
      return "this JVM denies native access; launch it with --enable-native-access="
          + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    if (MISSING != null) {
      return "cpu: " + MISSING;
    }
    var machine = Machine.detected();
    return "cpu: " + machine.cores() + (machine.cores() == 1 ? " core" : " cores") + ", vectors of "
        + machine.vectorBits() + " bits";
  }

  @Override
  public boolean available() {
    return MISSING == null;
  }

  @Override
  public int rank() {
    return 10;
  }

  /**
   * How long kernels of this process have been served by their slower twins so far, in nanoseconds, about: as long as
   * that grows while a plan runs, some of its kernels are not compiled yet.
   */
  public static double coldNanos() {
    return Warmer.shared().cost();
  }

  @Override
  public List<Choice> choices(KernelSpec spec) {
    return Offers.of(spec);
  }

  @Override
  public List<String> orders(KernelSpec spec, List<long[]> in, List<long[]> out) {
    return Summation.orders(spec, in, out);
  }

  @Override
  public Slab allocate(TensorArena arena, long bytes) {
    return new CpuSlab(arena, bytes);
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
    return load(plan, memory, arena, threads, null);
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads, Profile profile) {
    if (MISSING != null) {
      throw new IllegalStateException(description());
    }
    return new LoadedPlan(plan, memory, arena, threads,
        profile == null ? null : profile.recorder(plan, Team.shared().size()));
  }
}
