package dev.gatun.graph.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * An order of items in which less is alive at once: memory is freed as soon as few items can, if that frees more than
 * they make. So the gradients of a layer's weights come once that of its output is there, and with them their updates,
 * behind which the layer's input and that gradient are free. {@link Dependencies} are kept, so that no result changes.
 */
final class Ordering {
  /**
   * How many items may run for the sake of some memory, in the orders that are tried: only its last user, or as many as
   * the gradients of a recurrent layer's weights with their updates are.
   */
  private static final int[] MOST = {1, 12};
  private static final Comparator<Liveness> BY_MEMORY =
      Comparator.comparingLong(Liveness::peakBytes).thenComparingLong(lives -> lives.above(0));

  private final List<Item> items;
  private final Dependencies dependencies;
  private final int most;
  /** The memory of the plan's own that each item touches. */
  private final List<List<Room>> rooms = new ArrayList<>();
  /** All of that memory, in the order in which the program touches it. */
  private final List<Room> all = new ArrayList<>();
  /** The items for which each is waiting. */
  private final List<BitSet> waits = new ArrayList<>();
  /** The items that wait for nothing. */
  private final BitSet ready = new BitSet();
  private final List<Item> ordered = new ArrayList<>();

  /** Some memory. */
  private static final class Room {
    private final long bytes;
    /** Whether it is needed behind all items. */
    private final boolean stays;
    private boolean taken;
    /** The items that touch it and are yet to run. */
    private final BitSet left = new BitSet();
    private int count;
    /** How many of them are looked at. */
    private int seen;
    /** Those items with all for which they wait, if that are few; null otherwise. */
    private BitSet group;

    private Room(long bytes, boolean stays, boolean taken) {
      this.bytes = bytes;
      this.stays = stays;
      this.taken = taken;
    }
  }

  private Ordering(Program program, Liveness before, Dependencies dependencies, int most) {
    this.items = program.items();
    this.dependencies = dependencies;
    this.most = most;
    var known = new HashMap<Slot, Room>();
    for (int i = 0; i < items.size(); i++) {
      rooms.add(rooms(i, program, before, known));
      waits.add((BitSet) dependencies.leaders(i).clone());
      ready.set(i, waits.get(i).isEmpty());
    }
  }

  private List<Room> rooms(int at, Program program, Liveness before, Map<Slot, Room> known) {
    var roots = new LinkedHashSet<Slot>();
    items.get(at).reads().forEach(slot -> roots.add(before.root(slot)));
    items.get(at).writes().forEach(slot -> roots.add(before.root(slot)));
    roots.removeIf(root -> before.life(root) == null);
    var rooms = new ArrayList<Room>();
    for (var root : roots) {
      var room = known.get(root);
      if (room == null) {
        room = new Room(Memory.size(root), before.life(root).last() == items.size(), program.isGiven(root));
        known.put(root, room);
        all.add(room);
      }
      room.left.set(at);
      room.count++;
      rooms.add(room);
    }
    return rooms;
  }

  /**
   * The program in the order with the lowest peak, and of those the one that holds least on the way; as it is, if none
   * is better.
   */
  static Program lowered(Program program) {
    var homes = Stores.direct(program.items(), program);
    var before = new Liveness(program, program.items(), homes, kernel -> 0);
    var dependencies = new Dependencies(program, homes);
    var best = program;
    var least = before;
    for (int most : MOST) {
      var ordered = program.withItems(new Ordering(program, before, dependencies, most).order());
      var lives = new Liveness(ordered, ordered.items(), Stores.direct(ordered.items(), ordered), kernel -> 0);
      if (BY_MEMORY.compare(lives, least) < 0) {
        best = ordered;
        least = lives;
      }
    }
    return best;
  }

  private List<Item> order() {
    all.forEach(this::look);
    while (!ready.isEmpty()) {
      var group = next();
      if (group == null) {
        run(ready.nextSetBit(0));
      } else {
        group.stream().forEach(this::run);
      }
    }
    return ordered;
  }

  /** What frees most, if it frees more than it makes; else null. */
  private BitSet next() {
    BitSet next = null;
    long least = 0;
    for (var room : all) {
      if (room.taken && room.group != null) {
        long grows = growth(room.group);
        if (grows < least) {
          least = grows;
          next = room.group;
        }
      }
    }
    return next;
  }

  /** How many bytes more are in use behind some items than before them. */
  private long growth(BitSet group) {
    long grows = 0;
    for (int i = group.nextSetBit(0); i >= 0; i = group.nextSetBit(i + 1)) {
      for (var room : rooms.get(i)) {
        boolean first = room.seen++ == 0;
        grows += (first && !room.taken ? room.bytes : 0) - (room.seen == room.count && !room.stays ? room.bytes : 0);
      }
    }
    for (int i = group.nextSetBit(0); i >= 0; i = group.nextSetBit(i + 1)) {
      rooms.get(i).forEach(room -> room.seen = 0);
    }
    return grows;
  }

  private void run(int item) {
    ordered.add(items.get(item));
    ready.clear(item);
    for (var room : rooms.get(item)) {
      room.left.clear(item);
      room.count--;
      room.taken = true;
      look(room);
    }
    dependencies.followers(item).stream().forEach(follower -> {
      waits.get(follower).clear(item);
      rooms.get(follower).forEach(this::look);
      if (waits.get(follower).isEmpty()) {
        ready.set(follower);
        dependencies.followers(follower).stream().forEach(next -> rooms.get(next).forEach(this::look));
      }
    });
  }

  /** Finds the items behind which some memory is free. */
  private void look(Room room) {
    room.group = null;
    if (room.stays || room.count == 0 || room.count > most) {
      return;
    }
    var group = (BitSet) room.left.clone();
    room.left.stream().forEach(item -> group.or(waits.get(item)));
    if (group.cardinality() <= most && group.stream().allMatch(item -> room.left.get(item) || ready.get(item))) {
      room.group = group;
    }
  }
}
