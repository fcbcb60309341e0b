package dev.gatun.graph.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which items of a program must follow which, by their numbers: those that read what one writes, and the reverse, and
 * behind all that can fail those that write a variable.
 */
final class Dependencies {
  private final List<BitSet> leaders = new ArrayList<>();
  private final List<BitSet> followers = new ArrayList<>();

  /** @param homes where results are made instead of being stored there: see {@link Stores#direct} */
  Dependencies(Program program, Map<Slot, View> homes) {
    var writer = new HashMap<Slot, Integer>();
    var readers = new HashMap<Slot, BitSet>();
    var fallible = new BitSet();
    for (int i = 0; i < program.items().size(); i++) {
      int at = i;
      var item = program.items().get(i);
      leaders.add(new BitSet());
      followers.add(new BitSet());
      item.reads().forEach(slot -> {
        follow(writer.get(slot), at);
        readers.computeIfAbsent(slot, s -> new BitSet()).set(at);
      });
      for (var slot : written(item, homes)) {
        follow(writer.put(slot, at), at);
        var before = readers.remove(slot);
        if (before != null) {
          before.stream().forEach(reader -> follow(reader, at));
        }
        if (program.sources().containsKey(slot)) {
          fallible.stream().forEach(earlier -> follow(earlier, at));
        }
      }
      fallible.set(at, Stores.canFail(item));
    }
  }

  private static Set<Slot> written(Item item, Map<Slot, View> homes) {
    var written = new HashSet<Slot>();
    item.writes().forEach(slot -> {
      written.add(slot);
      if (homes.containsKey(slot)) {
        written.add(homes.get(slot).slot());
      }
    });
    return written;
  }

  private void follow(Integer earlier, int later) {
    if (earlier != null && earlier != later) {
      leaders.get(later).set(earlier);
      followers.get(earlier).set(later);
    }
  }

  /** The items that an item must follow. */
  BitSet leaders(int item) {
    return leaders.get(item);
  }

  /** The items that must follow an item. */
  BitSet followers(int item) {
    return followers.get(item);
  }
}
