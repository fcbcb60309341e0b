package dev.gatun.graph;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Profile;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the machines that can run plans: those that the service loader offers, and the interpreter by name. */
public final class Machines {
  private Machines() {}

  /** Every machine, the preferred first, those that can't run here included. */
  public static List<Backend> all() {
    var offered = ServiceLoader.load(Backend.class, Machines.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get);
    return Stream.concat(offered, Stream.of(new Interpreter()))
        .sorted(Comparator.comparingInt(Backend::rank).reversed()).toList();
  }

  /**
   * The fastest machine that can run here. The interpreter is never chosen: it runs only when asked for by name.
   *
   * @throws MachineException saying for each machine why it can't run and what mends it
   */
  public static Backend best() {
    var fast = all().stream().filter(m -> m.rank() > 0).toList();
    return fast.stream().filter(Backend::available).findFirst().orElseThrow(() -> new MachineException(fast.isEmpty()
        ? "no machine is on the module or class path: add gatun-simd"
        : fast.stream().map(Backend::description).collect(Collectors.joining("; "))));
  }

  /**
   * A machine held to the arithmetic that the ops define: of its kernels it offers those alone that do not change it.
   * So the results of one plan are the same to the bit whatever its threads and fusions: kernels stay apart where a sum
   * would be added up in another order. Those of another version are more likely to be the same.
   */
  public static Backend exact(Backend machine) {
    return new ForwardingBackend(machine) {
      @Override
      public List<Choice> choices(KernelSpec spec) {
        return super.choices(spec).stream().filter(Choice::exact).toList();
      }

      @Override
      public boolean exact() {
        return true;
      }
    };
  }

  /** A machine that tells {@code profile} when each kernel of the plans that it loads runs. */
  public static Backend profiled(Backend machine, Profile profile) {
    return new ForwardingBackend(machine) {
      @Override
      public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
        return super.load(plan, memory, arena, threads, profile);
      }
    };
  }

  /**
   * The machine of a name.
   *
   * @throws MachineException if there is none, or it can't run here
   */
  public static Backend named(String name) {
    var all = all();
    var machine = all.stream().filter(m -> m.name().equals(name)).findFirst()
        .orElseThrow(() -> new MachineException("no machine is called " + name + ": there are "
            + all.stream().map(Backend::name).collect(Collectors.joining(", "))));
    if (!machine.available()) {
      throw new MachineException(machine.description());
    }
    return machine;
  }
}
