package dev.gatun.graph.plan;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which items of a list, by their numbers, read and write each slot; a loop does what its body does. */
final class Uses {
  /** Behind all items. */
  static final int NEVER = Integer.MAX_VALUE;

  private final Map<Slot, BitSet> reads = new HashMap<>();
  private final Map<Slot, BitSet> writes = new HashMap<>();

  Uses(List<Item> items) {
    for (int i = 0; i < items.size(); i++) {
      add(i, items.get(i));
    }
  }

  /** Enters an item that stands at a number. */
  void add(int at, Item item) {
    item.reads().forEach(slot -> of(slot, reads).set(at));
    item.writes().forEach(slot -> write(slot, at));
  }

  /** Enters a slot that an item writes in the name of another. */
  void write(Slot slot, int at) {
    of(slot, writes).set(at);
  }

  /** Takes out an item that stood at a number. */
  void remove(int at, Item item) {
    item.reads().forEach(slot -> of(slot, reads).clear(at));
    item.writes().forEach(slot -> of(slot, writes).clear(at));
  }

  private static BitSet of(Slot slot, Map<Slot, BitSet> uses) {
    return uses.computeIfAbsent(slot, s -> new BitSet());
  }

  /** The first item from one on that reads a slot; {@link #NEVER} if none does. */
  int nextRead(Slot slot, int from) {
    return next(reads.get(slot), from);
  }

  /** The first item from one on that writes a slot; {@link #NEVER} if none does. */
  int nextWrite(Slot slot, int from) {
    return next(writes.get(slot), from);
  }

  private static int next(BitSet uses, int from) {
    int next = uses == null ? -1 : uses.nextSetBit(from);
    return next < 0 ? NEVER : next;
  }

  /** The last item before one that reads a slot; −1 if none does. */
  int lastRead(Slot slot, int before) {
    return reads.containsKey(slot) ? reads.get(slot).previousSetBit(before - 1) : -1;
  }
}
