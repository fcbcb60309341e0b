package dev.gatun.graph.plan;

import dev.gatun.ops.Gather;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.ScatterAdd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns updates into stores at the end, and finds the stores that need no copy because the value can be computed in its
 * place from the start.
 */
final class Stores {
  private Stores() {}

  /**
   * The program with the stores of its updates behind its items; nothing that can fail comes after the first of them,
   * and a result that is a state's old value is kept aside before.
   */
  static Program withUpdates(Program program) {
    var items = new ArrayList<>(program.items());
    var outputs = new LinkedHashMap<>(program.outputs());
    var stores = new ArrayList<Item>();
    var targets = program.updates().keySet();
    int number = 0;
    for (var update : program.updates().entrySet()) {
      var from = update.getValue();
      if (from.slot() == update.getKey() && from.isIdentity()) {
        continue;
      }
      if (targets.contains(from.slot())) {
        var aside = new Slot("u" + number++, from.type());
        items.add(new Item.Store(from, View.of(aside), ""));
        from = View.of(aside);
      }
      stores.add(new Item.Store(from, View.of(update.getKey()), ""));
    }
    for (var output : program.outputs().entrySet()) {
      if (targets.contains(output.getValue().slot())) {
        var aside = new Slot("u" + number++, output.getValue().type());
        items.add(new Item.Store(output.getValue(), View.of(aside), ""));
        outputs.put(output.getKey(), View.of(aside));
      }
    }
    sinkWriters(items, stores);
    items.addAll(stores);
    return new Program(List.copyOf(items), program.sources(), program.tables(), outputs, program.updates(),
        program.lying());
  }

  /** Moves kernels whose results only stores read behind the last kernel that can fail. */
  private static void sinkWriters(List<Item> items, List<Item> stores) {
    int last = lastFallible(items);
    var stored = new HashSet<Slot>();
    stores.forEach(s -> s.reads().forEach(stored::add));
    var sunk = new ArrayList<Item>();
    for (int i = last - 1; i >= 0; i--) {
      var item = items.get(i);
      var below = items.subList(i + 1, items.size());
      if (item instanceof Item.Kernel k && k.out().stream().allMatch(stored::contains)
          && below.stream().noneMatch(other -> other.reads().anyMatch(k.out()::contains))) {
        sunk.addFirst(items.remove(i));
      }
    }
    items.addAll(sunk);
  }

  private static int lastFallible(List<Item> items) {
    for (int i = items.size() - 1; i >= 0; i--) {
      if (canFail(items.get(i))) {
        return i;
      }
    }
    return -1;
  }

  static boolean canFail(Item item) {
    return switch (item) {
      case Item.Kernel k -> k.spec() instanceof KernelSpec.Direct d
          && (d.op() instanceof Gather || d.op() instanceof ScatterAdd);
      case Item.Store s -> false;
      case Item.Loop l -> l.body().stream().anyMatch(Stores::canFail);
    };
  }

  /**
   * For each slot that one kernel of {@code items} makes whole and a store then copies: where it may be made instead.
   *
   * @param program whose sources are model memory, which must stay untouched until nothing can fail any more
   */
  static Map<Slot, View> direct(List<Item> items, Program program) {
    int last = lastFallible(items);
    var uses = new Uses(items);
    var kept = program.kept();
    var homes = new HashMap<Slot, View>();
    for (int at = 0; at < items.size(); at++) {
      if (items.get(at) instanceof Item.Store store && store.from().isIdentity()
          && !homes.containsKey(store.from().slot())) {
        int from = uses.nextWrite(store.from().slot(), 0);
        boolean safe = from > last || !program.sources().containsKey(store.to().slot());
        if (from < at && items.get(from) instanceof Item.Kernel maker
            && !(maker.spec() instanceof KernelSpec.Regroup) && safe && isFree(store.to(), maker, from, at, uses)
            && !outlives(store, at, uses, kept)) {
          homes.put(store.from().slot(), store.to());
        }
      }
    }
    return homes;
  }

  /** Whether the value is read once the target has been written anew. */
  private static boolean outlives(Item.Store store, int at, Uses uses, Set<Slot> kept) {
    int again = uses.nextWrite(store.to().slot(), at + 1);
    var value = store.from().slot();
    return again < Uses.NEVER && (kept.contains(value) || uses.nextRead(value, again) < Uses.NEVER);
  }

  /** Whether the target's old content is not read from the maker on, but by the maker element for element. */
  private static boolean isFree(View to, Item.Kernel maker, int from, int store, Uses uses) {
    var target = to.slot();
    boolean elementwise = maker.spec() instanceof KernelSpec.Map && to.isIdentity();
    return uses.nextRead(target, from + 1) >= store && uses.nextWrite(target, from + 1) >= store
        && maker.in().stream().allMatch(v -> v.slot() != target || elementwise && v.isIdentity());
  }
}
