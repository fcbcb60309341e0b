package dev.gatun.graph.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * An order of items in which less is alive at once: whatever frees more than it makes runs as soon as it can, such as
 * the gradient of a weight, behind which a layer's input and the gradient of its output are free, and an update's
 * store. {@link Dependencies} are kept, so that no result changes.
 */
final class Ordering {
  /** The two powers of an Adam step, and one more. */
  private static final int MOST_AHEAD = 3;

  private final List<Item> items;
  private final Dependencies dependencies;
  private final int most;
  /** The memory of the plan's own that each item touches. */
  private final List<List<Room>> rooms = new ArrayList<>();
  /** The items for which each is waiting. */
  private final List<BitSet> waits = new ArrayList<>();
  /** The items that wait for nothing. */
  private final BitSet ready = new BitSet();
  /** The items that wait for few others, all of which wait for nothing. */
  private final BitSet near = new BitSet();
  private final List<Item> ordered = new ArrayList<>();

  /** Some memory, with the number of items that touch it: of those yet to run, and of those that are looked at. */
  private static final class Room {
    private final long bytes;
    private final boolean stays;
    private boolean taken;
    private int touches;
    private int touched;

    private Room(long bytes, boolean stays, boolean taken) {
      this.bytes = bytes;
      this.stays = stays;
      this.taken = taken;
    }
  }

  /** @param most how many other items may be run ahead of their time for the sake of one */
  private Ordering(Program program, Liveness before, Dependencies dependencies, int most) {
    this.items = program.items();
    this.dependencies = dependencies;
    this.most = most;
    var known = new HashMap<Slot, Room>();
    for (int i = 0; i < items.size(); i++) {
      rooms.add(rooms(items.get(i), program, before, known));
      waits.add((BitSet) dependencies.leaders(i).clone());
      ready.set(i, waits.get(i).isEmpty());
    }
  }

  private static List<Room> rooms(Item item, Program program, Liveness before, Map<Slot, Room> known) {
    var roots = new LinkedHashSet<Slot>();
    item.reads().forEach(slot -> roots.add(before.root(slot)));
    item.writes().forEach(slot -> roots.add(before.root(slot)));
    roots.removeIf(root -> before.life(root) == null);
    var rooms = new ArrayList<Room>();
    for (var root : roots) {
      var room = known.computeIfAbsent(root, r -> new Room(Memory.size(r),
          before.life(r).last() == program.items().size(), program.isGiven(r)));
      room.touches++;
      rooms.add(room);
    }
    return rooms;
  }

  /** The program in the order with the lowest peak; as it is, if none is lower. */
  static Program lowered(Program program) {
    var homes = Stores.direct(program.items(), program);
    var before = new Liveness(program, program.items(), homes, kernel -> 0);
    var dependencies = new Dependencies(program, homes);
    var best = program;
    long least = before.peakBytes();
    for (int most : new int[] {0, MOST_AHEAD}) {
      var ordered = program.withItems(new Ordering(program, before, dependencies, most).order());
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

  private List<Item> order() {
    for (int i = 0; i < items.size(); i++) {
      look(i);
    }
    while (!ready.isEmpty()) {
      int next = next();
      for (int ahead : waits.get(next).stream().toArray()) {
        run(ahead);
      }
      run(next);
    }
    return ordered;
  }

  /** What frees most, if it frees more than it makes; else what comes first in the program. */
  private int next() {
    int next = ready.nextSetBit(0);
    long least = 0;
    for (int item = near.nextSetBit(0); item >= 0; item = near.nextSetBit(item + 1)) {
      long grows = growth(item);
      if (grows < least) {
        least = grows;
        next = item;
      }
    }
    return next;
  }

  /** How many bytes more are in use behind an item, and those for which it is waiting, than before them. */
  private long growth(int item) {
    var ahead = waits.get(item);
    long grows = growth(rooms.get(item));
    for (int i = ahead.nextSetBit(0); i >= 0; i = ahead.nextSetBit(i + 1)) {
      grows += growth(rooms.get(i));
    }
    forget(rooms.get(item));
    for (int i = ahead.nextSetBit(0); i >= 0; i = ahead.nextSetBit(i + 1)) {
      forget(rooms.get(i));
    }
    return grows;
  }

  private static long growth(List<Room> rooms) {
    long grows = 0;
    for (var room : rooms) {
      boolean first = room.touched++ == 0;
      grows += (first && !room.taken ? room.bytes : 0) - (room.touched == room.touches && !room.stays ? room.bytes : 0);
    }
    return grows;
  }

  private static void forget(List<Room> rooms) {
    for (var room : rooms) {
      room.touched = 0;
    }
  }

  private void run(int item) {
    ordered.add(items.get(item));
    ready.clear(item);
    near.clear(item);
    for (var room : rooms.get(item)) {
      room.touches--;
      room.taken = true;
    }
    var followers = dependencies.followers(item);
    followers.stream().forEach(follower -> {
      waits.get(follower).clear(item);
      if (waits.get(follower).isEmpty()) {
        ready.set(follower);
        dependencies.followers(follower).stream().forEach(this::look);
      }
    });
    followers.stream().forEach(this::look);
  }

  /** Finds whether an item is near. */
  private void look(int item) {
    var ahead = waits.get(item);
    near.set(item, ahead.cardinality() <= most && ahead.stream().allMatch(ready::get));
  }
}
