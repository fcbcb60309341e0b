package dev.gatun.simd;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which operands of a loaded plan are constants: parameters and states, in a plan that writes none. They change only
 * between runs, by an upload or by another plan.
 */
final class Constants {
  /** How much of what may still be allocated a copy takes that speed alone asks for. */
  private static final double ROOM = 0.5;

  /** Where they lie, or null if there are none. */
  private final CpuSlab slab;
  private final SegmentAllocator workspace;

  /** @param workspace memory of the loaded plan alone */
  Constants(Plan plan, Backend.Memory memory, SegmentAllocator workspace) {
    this.slab = memory.model() == null || writesModel(plan, plan.steps()) ? null : (CpuSlab) memory.model();
    this.workspace = workspace;
  }

  /** Whether a run may change parameters or states. */
  static boolean writesModel(Plan plan, List<Plan.Step> steps) {
    return steps.stream().anyMatch(step -> switch (step) {
      case Plan.Repeat repeat -> writesModel(plan, repeat.body());
      case Plan.Run run -> run.out().stream()
          .anyMatch(out -> plan.buffers().get(out.buffer()).place() == Plan.Place.MODEL);
    });
  }

  /** The place for an operand that must be packed. */
  Packed packed(Located operand, Packing packing) {
    var kept = kept(operand, packing, 1);
    return kept.orElseGet(() -> new Packed(null,
        workspace.allocate(Math.max(1, packing.packedBytes()), 64).address()));
  }

  /** The place for an operand that may be packed once, if it is a constant and there is room. */
  Optional<Packed> kept(Located operand, Packing packing) {
    return kept(operand, packing, ROOM);
  }

  private Optional<Packed> kept(Located operand, Packing packing, double room) {
    return slab != null && slab.contains(operand.address()) && Arrays.stream(operand.advance()).allMatch(a -> a == 0)
        ? slab.packed(operand.address(), packing, room) : Optional.empty();
  }
}
