package dev.gatun.graph.plan;

import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * How many bytes of the plan's own memory are in use while each item of a program runs, before layouts and offsets are
 * known. Slots that will share memory count once: what a regroup renames, a map's result in the place of an operand
 * that dies, and what is made where a store would copy it. Copies between layouts and gaps in memory are not foreseen.
 */
final class Liveness {
  private final List<Item> items;
  private final Map<Slot, Slot> sharers = new HashMap<>();
  private final Map<Slot, Life> lives = new LinkedHashMap<>();
  private final long[] bytes;

  /** The first and last item that touch some memory; the number of items is behind all. */
  record Life(int first, int last) {
    private Life with(int at) {
      return new Life(Math.min(first, at), Math.max(last, at));
    }

    boolean covers(int at) {
      return first <= at && at <= last;
    }
  }

  /**
   * Of the items of a program, in their order.
   *
   * @param homes where results are made instead of being stored there: see {@link Stores#direct}
   * @param workspace the bytes of scratch that a kernel needs
   */
  Liveness(Program program, List<Item> items, Map<Slot, View> homes, ToLongFunction<Item.Kernel> workspace) {
    this.items = items;
    homes.forEach((slot, home) -> sharers.put(slot, home.slot()));
    var outside = new HashSet<Slot>(program.sources().keySet());
    outside.addAll(program.tables().keySet());
    program.outputs().values().forEach(view -> outside.add(view.slot()));
    share(outside);
    for (int i = 0; i < items.size(); i++) {
      int at = i;
      items.get(i).reads().forEach(slot -> touch(slot, at));
      items.get(i).writes().forEach(slot -> touch(slot, at));
    }
    outside.forEach(slot -> touch(slot, items.size()));
    program.sources().forEach((slot, source) -> {
      touch(slot, 0);
      if (source.role() != Source.Role.INPUT) {
        lives.remove(slot);
      }
    });
    program.tables().keySet().forEach(slot -> touch(slot, 0));
    bytes = measured(workspace);
  }

  /** Finds results that take the memory of an operand. */
  private void share(Set<Slot> outside) {
    // When each memory, and not only a slot in it, is read last.
    var last = new HashMap<Slot, Integer>();
    for (int i = 0; i < items.size(); i++) {
      int at = i;
      items.get(i).reads().forEach(slot -> last.put(slot, at));
    }
    outside.forEach(slot -> last.put(slot, Integer.MAX_VALUE));
    List.copyOf(sharers.keySet()).forEach(slot -> last.merge(root(slot), last.getOrDefault(slot, -1), Math::max));
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Item.Kernel kernel && !sharers.containsKey(kernel.out().getFirst())) {
        int at = i;
        var slot = kernel.out().getFirst();
        kernel.in().stream().filter(view -> isRenamed(kernel, view)
            || takesPlace(kernel, view) && last.get(root(view.slot())) <= at).findFirst().ifPresent(view -> {
              sharers.put(slot, view.slot());
              last.merge(root(slot), last.getOrDefault(slot, -1), Math::max);
            });
      }
    }
  }

  private static boolean isRenamed(Item.Kernel kernel, View view) {
    return kernel.spec() instanceof KernelSpec.Regroup && view.turns().isEmpty();
  }

  private static boolean takesPlace(Item.Kernel kernel, View view) {
    return kernel.spec() instanceof KernelSpec.Map && view.isIdentity()
        && view.slot().type().equals(kernel.out().getFirst().type())
        && kernel.in().stream().filter(other -> other.slot() == view.slot()).count() == 1;
  }

  private void touch(Slot slot, int at) {
    var root = root(slot);
    var life = lives.get(root);
    lives.put(root, life == null ? new Life(at, at) : life.with(at));
  }

  private long[] measured(ToLongFunction<Item.Kernel> workspace) {
    var change = new long[items.size() + 2];
    for (var entry : lives.entrySet()) {
      var life = entry.getValue();
      boolean inner = life.first == life.last && life.first < items.size()
          && items.get(life.first) instanceof Item.Loop;
      if (!inner) {
        change[life.first] += Memory.size(entry.getKey());
        change[life.last + 1] -= Memory.size(entry.getKey());
      }
    }
    var alive = new long[items.size()];
    long now = 0;
    for (int i = 0; i < alive.length; i++) {
      now += change[i];
      alive[i] = now + switch (items.get(i)) {
        case Item.Kernel kernel -> workspace.applyAsLong(kernel);
        case Item.Store store -> 0;
        case Item.Loop loop -> inside(loop, i, workspace);
      };
    }
    return alive;
  }

  /** The most that the items of a loop hold besides what lives outside it. */
  private long inside(Item.Loop loop, int at, ToLongFunction<Item.Kernel> workspace) {
    var body = new Program(loop.body(), Map.of(), Map.of(), Map.of(), Map.of());
    var inner = new Liveness(body, loop.body(), Map.of(), workspace);
    inner.lives.keySet().removeIf(slot -> {
      var life = lives.get(root(slot));
      return life == null || life.first != at || life.last != at;
    });
    return Arrays.stream(inner.measured(workspace)).max().orElse(0);
  }

  /** The slot whose memory a slot lies in. */
  Slot root(Slot slot) {
    var root = slot;
    for (var next = sharers.get(root); next != null; next = sharers.get(root)) {
      root = next;
    }
    return root;
  }

  /** When the memory of a slot is in use; null if it is none of the plan's. */
  Life life(Slot slot) {
    return lives.get(root(slot));
  }

  /** Bytes in use while an item runs. */
  long bytes(int item) {
    return bytes[item];
  }

  /** The item during which most bytes are in use; −1 if there is none. */
  int peak() {
    int peak = -1;
    for (int i = 0; i < bytes.length; i++) {
      if (peak < 0 || bytes[i] > bytes[peak]) {
        peak = i;
      }
    }
    return peak;
  }

  long peakBytes() {
    return bytes.length == 0 ? 0 : bytes[peak()];
  }

  /** Bytes above a target, summed over items. */
  long above(long target) {
    return Arrays.stream(bytes).map(b -> Math.max(0, b - target)).sum();
  }

  /** What is alive while an item runs, the largest first. */
  List<Slot> alive(int item) {
    var alive = new ArrayList<Slot>();
    lives.forEach((slot, life) -> {
      if (life.covers(item)) {
        alive.add(slot);
      }
    });
    alive.sort(Comparator.comparingLong(Memory::size).reversed());
    return alive;
  }
}
