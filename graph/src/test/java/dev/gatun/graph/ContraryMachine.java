package dev.gatun.graph;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.HostSlab;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Layout;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * A machine that is all that the CPU is not: its memory cannot be addressed, tensors of rank 4 must be channels-last,
 * it declines every fusion, its kernels need workspaces and scribble over them, and it queues all work until somebody
 * looks.
 */
final class ContraryMachine implements Backend {
  private final Queue<Runnable> queue = new ArrayDeque<>();

  private static final class HiddenSlab implements Slab {
    private final HostSlab hidden;
    private final ContraryMachine machine;

    private HiddenSlab(ContraryMachine machine, HostSlab hidden) {
      this.machine = machine;
      this.hidden = hidden;
    }

    @Override
    public long bytes() {
      return hidden.bytes();
    }

    @Override
    public void upload(long offset, MemorySegment from) {
      var copy = from.toArray(ValueLayout.JAVA_BYTE);
      machine.queue.add(() -> hidden.upload(offset, MemorySegment.ofArray(copy)));
    }

    @Override
    public void download(long offset, MemorySegment to) {
      machine.synchronise();
      hidden.download(offset, to);
    }

    @Override
    public MemorySegment host() {
      return null;
    }
  }

  private void synchronise() {
    while (!queue.isEmpty()) {
      queue.remove().run();
    }
  }

  @Override
  public String name() {
    return "contrary";
  }

  @Override
  public String description() {
    return "contrary: for tests";
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
  public List<Choice> choices(KernelSpec spec) {
    boolean plain = switch (spec) {
      case KernelSpec.Map map -> map.exprs().size() == 1 && map.exprs().getFirst().weight() <= 5;
      case KernelSpec.Row row -> row.folds().size() == 1 && row.mapExprs().isEmpty()
          && row.folds().getFirst().value().weight() == 1 && row.rowExprs().getFirst().weight() == 1;
      case KernelSpec.Direct direct -> direct.epilogue() == null;
      case KernelSpec.Chain c -> false;
      case KernelSpec.View v -> false;
      case KernelSpec.Regroup r -> false;
      case KernelSpec.Place p -> false;
      case KernelSpec.Repeat r -> false;
    };
    if (!plain) {
      return List.of();
    }
    boolean copies = spec instanceof KernelSpec.Map;
    return List.of(new Choice("contrary", layouts(spec.in(), copies), layouts(spec.out(), copies), 128, 1e-6, 0, true));
  }

  private static List<Layout> layouts(List<TensorType> types, boolean any) {
    return types.stream()
        .map(t -> !any && t.shape().rank() == 4 ? Layout.of(0, 2, 3, 1) : Layout.ANY).toList();
  }

  @Override
  public Slab allocate(TensorArena arena, long bytes) {
    return new HiddenSlab(this, HostSlab.allocate(arena, bytes));
  }

  @Override
  public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
    plan.steps().forEach(ContraryMachine::requireLayouts);
    var hidden = new Memory(hidden(memory.plan()), hidden(memory.session()), hidden(memory.model()),
        hidden(memory.prepared()));
    var interpreted = new Interpreter().load(plan, hidden, arena, threads);
    return new Executable() {
      @Override
      public void run() {
        queue.add(() -> {
          plan.steps().forEach(step -> scribble(step, plan, hidden));
          interpreted.run();
        });
      }

      @Override
      public void close() {
        synchronise();
        interpreted.close();
      }
    };
  }

  /** A kernel that was promised channels-last operands gets no others. */
  private static void requireLayouts(Plan.Step step) {
    switch (step) {
      case Plan.Repeat repeat -> repeat.body().forEach(ContraryMachine::requireLayouts);
      case Plan.Run run -> {
        requireLayouts(run, run.choice().in(), run.in());
        requireLayouts(run, run.choice().out(), run.out());
      }
    }
  }

  private static void requireLayouts(Plan.Run run, List<Layout> declared, List<Plan.Operand> operands) {
    for (int i = 0; i < operands.size(); i++) {
      var operand = operands.get(i);
      var strides = operand.strides().stream().mapToLong(Long::longValue).toArray();
      if (!declared.get(i).accepts(operand.type().shape(), strides)) {
        throw new IllegalArgumentException(run.origin() + ": " + run.choice().name() + " was promised "
            + declared.get(i) + ", and got " + operand.type() + " with strides " + operand.strides());
      }
    }
  }

  private static HostSlab hidden(Slab slab) {
    return slab == null ? null : ((HiddenSlab) slab).hidden;
  }

  /** Workspaces of the first kernel only live before it: what they overlap is not yet written. */
  private static void scribble(Plan.Step step, Plan plan, Memory memory) {
    if (step == plan.steps().getFirst() && step instanceof Plan.Run run && run.workspace() >= 0) {
      var buffer = plan.buffers().get(run.workspace());
      memory.plan().host().asSlice(buffer.offset(), buffer.bytes()).fill((byte) 0x5a);
    }
  }
}
