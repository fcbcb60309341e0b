package dev.gatun.simd;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Extent;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Profile;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A plan whose operands have addresses and whose kernels are at hand. Running it allocates nothing. */
final class LoadedPlan implements Backend.Executable {
  private final Plan plan;
  private final Backend.Memory memory;
  /** What kernels need besides the plan's buffers: packed operands, tables of offsets, scratch of the workers. */
  private final TensorArena workspace;
  private final SegmentAllocator allocator;
  private final Crew crew;
  private final Constants constants;
  private final Node[] nodes;
  private final long[] turns;

  /** Who is told when kernels run, or null. */
  private final Profile.Recorder recorder;
  /** The kernel whose steps are prepared, counted in the order in which they run. */
  private int kernel;

  /** A kernel's steps, or a loop over kernels. */
  private record Node(int kernel, Step[] steps, long count, Node[] body, Constants.Loop loop) {}

  /** @param recorder who is told when kernels run, or null */
  LoadedPlan(Plan plan, Backend.Memory memory, TensorArena arena, int threads, Profile.Recorder recorder) {
    this.recorder = recorder;
    this.plan = plan;
    this.memory = memory;
    this.workspace = arena.child("workspace");
    this.allocator = (bytes, _) -> workspace.allocateBytes(bytes);
    try {
      this.constants = new Constants(plan, memory, allocator);
      this.crew = new Crew(allocator, threads, recorder);
      this.nodes = nodes(plan.steps(), new ArrayList<>());
      crew.allocate(allocator);
      constants.allocate();
    } catch (RuntimeException | Error e) {
      workspace.close();
      throw e;
    }
    this.turns = new long[depth(plan.steps())];
  }

  private static int depth(List<Plan.Step> steps) {
    return steps.stream().mapToInt(s -> s instanceof Plan.Repeat r ? 1 + depth(r.body()) : 0).max().orElse(0);
  }

  private Node[] nodes(List<Plan.Step> steps, List<Long> counts) {
    var made = new ArrayList<Node>();
    for (var step : steps) {
      switch (step) {
        case Plan.Run run -> made.add(new Node(kernel++, prepare(run, counts).toArray(new Step[0]), 1, null, null));
        case Plan.Repeat repeat -> {
          counts.add(repeat.count());
          var written = repeat.body().stream().flatMap(this::written).toList();
          var loop = new Constants.Loop(read -> written.stream().anyMatch(w -> w.overlaps(read)));
          var outer = constants.enter(loop);
          made.add(new Node(-1, null, repeat.count(), nodes(repeat.body(), counts), loop));
          constants.enter(outer);
          counts.removeLast();
        }
      }
    }
    return made.toArray(new Node[0]);
  }

  /** Where the buffers lie that a step writes to, as far as they reach. */
  private Stream<Range> written(Plan.Step step) {
    return switch (step) {
      case Plan.Repeat repeat -> repeat.body().stream().flatMap(this::written);
      case Plan.Run run -> Stream.concat(run.out().stream().map(Plan.Operand::buffer),
          run.workspace() < 0 ? Stream.of() : Stream.of(run.workspace())).map(number -> {
            var buffer = plan.buffers().get(number);
            long address = memory.at(buffer.place()).host().address() + buffer.offset();
            return new Range(address, address + buffer.bytes());
          });
    };
  }

  private record Range(long from, long to) {
    boolean overlaps(Located operand) {
      return operand.begin() < to && from < operand.end();
    }
  }

  private List<Step> prepare(Plan.Run run, List<Long> counts) {
    var in = locate(run, run.in(), counts);
    var out = locate(run, run.out(), counts);
    var name = name(run);
    return switch (run.spec()) {
      case KernelSpec.Map map -> List.of(new MapStep(map, in, out, crew, name));
      case KernelSpec.Row row -> List.of(new RowStep(row, in, out, crew, allocator, name));
      case KernelSpec.Chain chain -> List.of(new ChainStep(chain, in, out, crew, allocator, name));
      case KernelSpec.Direct direct -> {
        var mapped = new ArrayList<>(out.subList(0, 1));
        mapped.addAll(in.subList(direct.operands(), in.size()));
        var how = Winograd.labelled(run.choice().name());
        if (how != null) {
          var step = new WinogradStep(direct, how, in, out, crew, constants, allocator, name);
          yield withEpilogue(step, direct, mapped, out, name);
        }
        if (direct.op() instanceof Convolve convolve && convolve.role() != Convolve.Role.WEIGHT) {
          yield ConvolutionStep.of(direct, in, mapped, out, crew, constants, allocator, name);
        }
        yield withEpilogue(direct(direct, run, in, out), direct, mapped, out, name);
      }
      default -> throw new IllegalStateException("the CPU offered no kernel for " + run.spec());
    };
  }

  private List<Step> withEpilogue(Step step, KernelSpec.Direct direct, List<Located> mapped, List<Located> out,
      String name) {
    return direct.epilogue() == null ? List.of(step)
        : List.of(step, new MapStep(direct.epilogue(), mapped, out.subList(0, 1), crew, name));
  }

  /** A step as people are told of it. */
  private static String name(Plan.Run run) {
    return "step " + run.choice().name() + (run.origin().isEmpty() ? "" : " at " + run.origin());
  }

  private Step direct(KernelSpec.Direct direct, Plan.Run run, List<Located> in, List<Located> out) {
    return switch (direct.op()) {
      case MatMul product -> new ProductStep(direct, in, out, crew, constants);
      case Convolve _ -> new ConvolutionWeightsStep(direct, in, out, crew, allocator);
      default -> Indirect.step(direct, run.origin(), in, out, crew);
    };
  }

  private List<Located> locate(Plan.Run run, List<Plan.Operand> operands, List<Long> counts) {
    return operands.stream().map(operand -> {
      check(run, operand, counts);
      var buffer = plan.buffers().get(operand.buffer());
      return Located.of(operand, memory.at(buffer.place()).host().address() + buffer.offset());
    }).toList();
  }

  /** That every element of the operand, at every turn, lies in its buffer and the buffer in its memory. */
  private void check(Plan.Run run, Plan.Operand operand, List<Long> counts) {
    var buffer = plan.buffers().get(operand.buffer());
    var extent = Extent.of(operand, counts);
    if (extent.high() > extent.low() && (extent.low() < 0 || extent.high() > buffer.bytes()
        || buffer.offset() + buffer.bytes() > memory.at(buffer.place()).bytes())) {
      throw new IllegalStateException(name(run) + ": operand " + operand + " reaches from byte " + extent.low()
          + " to " + extent.high() + " of " + buffer);
    }
  }

  @Override
  public void run() {
    try {
      run(nodes, 0);
    } finally {
      constants.ran();
    }
  }

  private void run(Node[] of, int depth) {
    for (var node : of) {
      if (node.steps() != null) {
        if (recorder == null) {
          run(node.steps());
        } else {
          crew.at(node.kernel());
          long start = System.nanoTime();
          run(node.steps());
          recorder.ran(node.kernel(), start, System.nanoTime());
        }
      } else {
        node.loop().begin();
        for (long turn = 0; turn < node.count(); turn++) {
          turns[depth] = turn;
          run(node.body(), depth + 1);
        }
      }
    }
  }

  private void run(Step[] steps) {
    for (var step : steps) {
      step.moveTo(turns);
      step.run();
    }
  }

  @Override
  public void close() {
    workspace.close();
  }
}
