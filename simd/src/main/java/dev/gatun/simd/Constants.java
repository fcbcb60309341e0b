package dev.gatun.simd;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which operands of a loaded plan stay as they are, and where their packed copies lie: parameters and states, and what
 * is prepared of them, change only between runs, by an upload or by another plan, unless this one writes such; and what
 * a loop reads and none of its steps writes stays for all its turns.
 */
final class Constants {
  /** How much of what may still be allocated a copy takes that speed alone asks for. */
  private static final double ROOM = 0.5;

  /** Memories that no run of the plan writes to: the model's, and that of what is prepared. */
  private final List<CpuSlab> kept = new ArrayList<>();
  /** Those of the two to which it does. */
  private final List<CpuSlab> changed = new ArrayList<>();
  private final SegmentAllocator workspace;
  /** The copies that are packed in each run just before they are read: they share one place. */
  private final List<Packed> passing = new ArrayList<>();
  private long passingBytes = 1;
  /** The innermost loop around the steps that are prepared, or null. */
  private Loop loop;

  /** A loop, which counts how often it began. */
  static final class Loop implements Changes {
    private final Predicate<Located> writes;
    private long begun;

    /** @param writes whether a step of the loop may write to what an operand reads */
    Loop(Predicate<Located> writes) {
      this.writes = writes;
    }

    void begin() {
      begun++;
    }

    @Override
    public long changes() {
      return begun;
    }

    private boolean keeps(Located operand) {
      return isFixed(operand) && !writes.test(operand);
    }
  }

  /** Whether it lies where it lies in all turns of all loops. */
  private static boolean isFixed(Located operand) {
    return Arrays.stream(operand.advance()).allMatch(a -> a == 0);
  }

  /** @param workspace memory of the loaded plan alone */
  Constants(Plan plan, Backend.Memory memory, SegmentAllocator workspace) {
    this.workspace = workspace;
    for (var place : List.of(Plan.Place.MODEL, Plan.Place.PREPARED)) {
      var slab = (CpuSlab) memory.at(place);
      if (slab != null) {
        (plan.writes(place) ? changed : kept).add(slab);
      }
    }
  }

  /** Says that a run is over, even if it failed. */
  void ran() {
    for (int i = 0; i < changed.size(); i++) {
      changed.get(i).written();
    }
  }

  /** Says that the steps prepared from now on stand in a loop, or in none if null; gives the one before. */
  Loop enter(Loop inner) {
    var outer = loop;
    loop = inner;
    return outer;
  }

  /** The place for an operand that must be packed. */
  Packed packed(Located operand, Packing packing) {
    return ofModel(operand, packing, 1)
        .orElseGet(() -> own(staysInLoop(operand) ? loop : null, packing));
  }

  /** Whether an operand is a constant, which may be packed once. */
  boolean stays(Located operand) {
    return slabOf(operand).isPresent() || staysInLoop(operand);
  }

  /** The place for an operand that may be packed once, if it is a constant and there is room. */
  Optional<Packed> kept(Located operand, Packing packing) {
    return ofModel(operand, packing, ROOM)
        .or(() -> staysInLoop(operand) ? Optional.of(own(loop, packing)) : Optional.empty());
  }

  /** Allocates what has no place yet, when all steps are prepared. */
  void allocate() {
    long address = passing.isEmpty() ? 0 : workspace.allocate(passingBytes, 64).address();
    passing.forEach(packed -> packed.place(address));
  }

  private Packed own(Changes source, Packing packing) {
    if (source == null) {
      var packed = new Packed(null, 0);
      passing.add(packed);
      passingBytes = Math.max(passingBytes, packing.packedBytes());
      return packed;
    }
    return new Packed(source, workspace.allocate(Math.max(1, packing.packedBytes()), 64).address());
  }

  private Optional<Packed> ofModel(Located operand, Packing packing, double room) {
    return slabOf(operand).flatMap(slab -> slab.packed(operand.address(), packing, room));
  }

  /** The memory that holds an operand, if no run of the plan writes to it. */
  private Optional<CpuSlab> slabOf(Located operand) {
    return isFixed(operand) ? kept.stream().filter(slab -> slab.contains(operand.address())).findFirst()
        : Optional.empty();
  }

  private boolean staysInLoop(Located operand) {
    return loop != null && loop.keeps(operand);
  }
}
