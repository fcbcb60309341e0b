package dev.gatun.graph.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An order of items in which less is alive at once: whatever frees more than it makes runs as soon as it can, such as
 * the gradient of a weight, behind which a layer's input and the gradient of its output are free, and an update's
 * store. What is read and written by two items keeps their order, and no variable is written before the last item
 * that can fail. So no result changes.
 */
final class Ordering {
  /** The two powers of an Adam step, and one more. */
  private static final int MOST_AHEAD = 3;

  private final Program program;
  private final List<Item> items;
  private final Liveness before;
  private final Map<Slot, View> homes;
  /** The items that must follow each, and those that each must follow, ascending. */
  private final List<Set<Integer>> followers = new ArrayList<>();
  private final List<Set<Integer>> leaders = new ArrayList<>();
  private final int[] waitsFor;
  /** The memory that each item touches. */
  private final List<Set<Slot>> roots;
  /** Items that are yet to run and touch some memory. */
  private final Map<Slot, Integer> touches = new HashMap<>();
  private final Set<Slot> made = new HashSet<>();

  private Ordering(Program program) {
    this.program = program;
    this.items = program.items();
    this.homes = Stores.direct(items, program);
    this.before = new Liveness(program, items, homes, kernel -> 0);
    this.waitsFor = new int[items.size()];
    this.roots = items.stream().map(this::roots).toList();
  }

  /** The program in the order with the lowest peak; as it is, if none is lower. */
  static Program lowered(Program program) {
    var best = program;
    long least = peak(program);
    for (int most : new int[] {0, MOST_AHEAD}) {
      var ordered = program.withItems(new Ordering(program).order(most));
      long bytes = peak(ordered);
      if (bytes < least) {
        best = ordered;
        least = bytes;
      }
    }
    return best;
  }

  private static long peak(Program program) {
    return new Liveness(program, program.items(), Stores.direct(program.items(), program), kernel -> 0).peakBytes();
  }

  /** @param most how many other items may be run ahead of their time for the sake of one */
  private List<Item> order(int most) {
    depend();
    roots.forEach(of -> of.forEach(root -> touches.merge(root, 1, Integer::sum)));
    var ordered = new ArrayList<Item>();
    var ready = new LinkedHashSet<Integer>();
    for (int i = 0; i < items.size(); i++) {
      if (waitsFor[i] == 0) {
        ready.add(i);
      }
    }
    while (!ready.isEmpty()) {
      for (int i : next(ready, most)) {
        ready.remove(i);
        ordered.add(items.get(i));
        roots.get(i).forEach(root -> touches.merge(root, -1, Integer::sum));
        items.get(i).writes().forEach(slot -> made.add(before.root(slot)));
        for (int follower : followers.get(i)) {
          if (--waitsFor[follower] == 0) {
            ready.add(follower);
          }
        }
      }
    }
    return ordered;
  }

  /** What frees most, if it frees more than it makes; else what comes first in the program. */
  private List<Integer> next(Set<Integer> ready, int most) {
    var choice = List.of(Collections.min(ready));
    long least = 0;
    var seen = new HashSet<Integer>();
    for (int i : ready) {
      var groups = new ArrayList<List<Integer>>();
      groups.add(List.of(i));
      for (int follower : followers.get(i)) {
        if (waitsFor[follower] <= most && seen.add(follower)) {
          var group = new ArrayList<>(leaders.get(follower).stream().filter(ready::contains).toList());
          if (group.size() == waitsFor[follower]) {
            group.add(follower);
            groups.add(group);
          }
        }
      }
      for (var group : groups) {
        long grows = growth(group);
        if (grows < least || grows == least && least < 0 && group.getLast() < choice.getLast()) {
          least = grows;
          choice = group;
        }
      }
    }
    return choice;
  }

  /** How many bytes more are in use behind items than before them. */
  private long growth(List<Integer> group) {
    var touched = new HashMap<Slot, Integer>();
    group.forEach(i -> roots.get(i).forEach(root -> touched.merge(root, 1, Integer::sum)));
    long grows = 0;
    for (var root : touched.keySet()) {
      var life = before.life(root);
      if (life == null) {
        continue;
      }
      boolean alive = program.sources().containsKey(root) || program.tables().containsKey(root) || made.contains(root);
      boolean dies = touches.get(root).equals(touched.get(root)) && life.last() < items.size();
      grows += (alive ? 0 : Memory.size(root)) - (dies ? Memory.size(root) : 0);
    }
    return grows;
  }

  private Set<Slot> roots(Item item) {
    var roots = new LinkedHashSet<Slot>();
    item.reads().forEach(slot -> roots.add(before.root(slot)));
    item.writes().forEach(slot -> roots.add(before.root(slot)));
    return roots;
  }

  /** Finds which items must follow which: those that read what one writes, and the reverse. */
  private void depend() {
    var writer = new HashMap<Slot, Integer>();
    var readers = new HashMap<Slot, List<Integer>>();
    var fallible = new ArrayList<Integer>();
    for (int i = 0; i < items.size(); i++) {
      int at = i;
      var item = items.get(i);
      followers.add(new LinkedHashSet<>());
      leaders.add(new TreeSet<>());
      item.reads().forEach(slot -> {
        follow(writer.get(slot), at);
        readers.computeIfAbsent(slot, s -> new ArrayList<>()).add(at);
      });
      var written = new LinkedHashSet<Slot>();
      item.writes().forEach(slot -> {
        written.add(slot);
        if (homes.containsKey(slot)) {
          written.add(homes.get(slot).slot());
        }
      });
      for (var slot : written) {
        follow(writer.get(slot), at);
        readers.getOrDefault(slot, List.of()).forEach(reader -> follow(reader, at));
        readers.remove(slot);
        writer.put(slot, at);
      }
      if (written.stream().anyMatch(program.sources()::containsKey)) {
        fallible.forEach(earlier -> follow(earlier, at));
      }
      if (Stores.canFail(item)) {
        fallible.add(at);
      }
    }
  }

  private void follow(Integer earlier, int later) {
    if (earlier != null && earlier != later && followers.get(earlier).add(later)) {
      leaders.get(later).add(earlier);
      waitsFor[later]++;
    }
  }
}
