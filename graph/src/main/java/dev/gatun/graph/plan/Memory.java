package dev.gatun.graph.plan;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives every slot an offset: each lives from the first call that touches it to the last, and slots that never live
 * together share bytes. Largest first, each at the lowest offset that is free for its whole life (the greedy-by-size
 * strategy of Pisarchyk and Lee 2020, section 5.2); of equal ones the first touched first or the longest-lived,
 * whichever takes less memory in all.
 */
final class Memory {
  private final Program program;
  private final Map<Slot, Spot> spots;
  private final Map<Plan.Place, Map<String, Long>> outside;
  private final Map<Slot, Life> lives = new LinkedHashMap<>();
  private final Map<Slot, Integer> numbers = new LinkedHashMap<>();
  private final List<int[]> loops = new ArrayList<>();
  private int clock;

  /** First and last call that touch a slot. */
  private static final class Life {
    private int first;
    private int last;

    private Life(int at) {
      first = at;
      last = at;
    }

    private void touch(int at) {
      first = Math.min(first, at);
      last = Math.max(last, at);
    }

    private boolean meets(Life other) {
      return first <= other.last && other.first <= last;
    }
  }

  /** The bytes that a slot has while it lives. */
  private record Placed(long offset, long end, Life life) {}

  /** @param outside offset in bytes of each source in each memory but the plan's own */
  Memory(Program program, Map<Slot, Spot> spots, Map<Plan.Place, Map<String, Long>> outside) {
    this.program = program;
    this.spots = spots;
    this.outside = outside;
  }

  Plan plan(String machine, List<Call> calls, Map<String, Spot> outputs, Plan preparation) {
    program.sources().keySet().forEach(this::keepAlways);
    program.tables().keySet().forEach(this::keepAlways);
    measure(calls);
    outputs.values().forEach(spot -> touch(spot.root(), clock + 1));
    for (var loop : loops) {
      lives.values().forEach(life -> extend(life, loop));
    }
    var offsets = offsets();
    long bytes = end(offsets);
    var buffers = new ArrayList<Plan.Buffer>();
    for (var slot : lives.keySet()) {
      numbers.put(slot, buffers.size());
      buffers.add(buffer(slot, offsets));
    }
    var sources = new LinkedHashMap<String, Plan.Operand>();
    program.sources().forEach((slot, source) -> sources.put(source.name(), operand(spots.get(slot))));
    var results = new LinkedHashMap<String, Plan.Operand>();
    outputs.forEach((name, spot) -> results.put(name, operand(spot)));
    var tables = program.tables().entrySet().stream()
        .map(e -> new Plan.Table(operand(spots.get(e.getKey())), e.getValue().values())).toList();
    return new Plan(machine, buffers, steps(calls), sources, results, tables, bytes, preparation);
  }

  private void keepAlways(Slot slot) {
    touch(slot, 0);
    touch(slot, Integer.MAX_VALUE);
  }

  private void touch(Slot slot, int at) {
    lives.computeIfAbsent(slot, s -> new Life(at)).touch(at);
  }

  private void measure(List<Call> calls) {
    for (var call : calls) {
      switch (call) {
        case Call.Run run -> {
          clock++;
          run.in().forEach(s -> touch(s.root(), clock));
          run.out().forEach(s -> touch(s.root(), clock));
          if (run.workspace() != null) {
            touch(run.workspace(), clock);
          }
        }
        case Call.Loop loop -> {
          int start = clock + 1;
          measure(loop.body());
          loops.add(new int[] {start, clock});
        }
      }
    }
  }

  /** What lives on both sides of a loop's edge lives through all of its turns. */
  private static void extend(Life life, int[] loop) {
    boolean meets = life.first <= loop[1] && loop[0] <= life.last;
    boolean inside = life.first >= loop[0] && life.last <= loop[1];
    if (meets && !inside) {
      life.touch(loop[0]);
      life.touch(loop[1]);
    }
  }

  private boolean inPlan(Slot slot) {
    var source = program.sources().get(slot);
    return source == null || source.role() == Source.Role.INPUT;
  }

  private Map<Slot, Long> offsets() {
    var largest = Comparator.comparingLong(Slot::bytes).reversed();
    var one = offsets(largest);
    var other = offsets(largest.thenComparing(slot -> lives.get(slot).first - (long) lives.get(slot).last));
    return end(one) <= end(other) ? one : other;
  }

  private Map<Slot, Long> offsets(Comparator<Slot> order) {
    var offsets = new HashMap<Slot, Long>();
    var placed = new ArrayList<Placed>();
    for (var slot : lives.keySet().stream().filter(this::inPlan).sorted(order).toList()) {
      long size = size(slot);
      var life = lives.get(slot);
      long at = 0;
      for (var rival : placed) {
        if (at + size <= rival.offset) {
          break;
        }
        if (rival.life.meets(life)) {
          at = Math.max(at, rival.end);
        }
      }
      int number = placed.size();
      while (number > 0 && placed.get(number - 1).offset > at) {
        number--;
      }
      placed.add(number, new Placed(at, at + size, life));
      offsets.put(slot, at);
    }
    return offsets;
  }

  private static long end(Map<Slot, Long> offsets) {
    return offsets.entrySet().stream().mapToLong(place -> place.getValue() + size(place.getKey())).max().orElse(0);
  }

  /** Bytes that a slot takes in a plan's memory. */
  static long size(Slot slot) {
    return TensorArena.aligned(slot.bytes());
  }

  private Plan.Buffer buffer(Slot slot, Map<Slot, Long> offsets) {
    var source = program.sources().get(slot);
    if (inPlan(slot)) {
      return new Plan.Buffer(slot.name(), Plan.Place.PLAN, offsets.get(slot), slot.bytes());
    }
    var place = switch (source.role()) {
      case INPUT -> Plan.Place.PLAN;
      case PARAMETER, STATE -> Plan.Place.MODEL;
      case CACHE -> Plan.Place.SESSION;
      case PREPARED -> Plan.Place.PREPARED;
    };
    var offset = outside.get(place).get(source.name());
    if (offset == null) {
      throw new IllegalArgumentException("no memory was given for " + source.name());
    }
    return new Plan.Buffer(slot.name(), place, offset, slot.bytes());
  }

  private Plan.Operand operand(Spot spot) {
    long width = spot.type().dtype().bytes();
    return new Plan.Operand(numbers.get(spot.root()), spot.offset() * width, spot.type(), spot.strides(),
        spot.advance().stream().map(a -> a * width).toList());
  }

  private List<Plan.Step> steps(List<Call> calls) {
    var steps = new ArrayList<Plan.Step>();
    for (var call : calls) {
      steps.add(switch (call) {
        case Call.Run run -> new Plan.Run(run.spec(), run.choice(), run.in().stream().map(this::operand).toList(),
            run.out().stream().map(this::operand).toList(), workspace(run), run.origin());
        case Call.Loop loop -> new Plan.Repeat(loop.count(), steps(loop.body()));
      });
    }
    return steps;
  }

  private int workspace(Call.Run run) {
    return run.workspace() == null ? -1 : numbers.get(run.workspace());
  }
}
