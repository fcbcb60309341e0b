package dev.gatun.graph.plan;

import dev.gatun.ops.Constant;
import dev.gatun.ops.Source;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A graph lowered to kernels on slots, before fusion, layout and memory.
 *
 * @param items in the order in which they run
 * @param sources the slot of each source
 * @param tables constants that are memory of the model
 * @param outputs results by name
 * @param updates what each state becomes
 * @param lying how slots are to lie in memory, as far as that is decided; their offsets mean nothing
 */
record Program(List<Item> items, Map<Slot, Source> sources, Map<Slot, Constant> tables, Map<String, View> outputs,
    Map<Slot, View> updates, Map<Slot, Spot> lying) {

  /** A program of which nothing lies anywhere yet. */
  Program(List<Item> items, Map<Slot, Source> sources, Map<Slot, Constant> tables, Map<String, View> outputs,
      Map<Slot, View> updates) {
    this(items, sources, tables, outputs, updates, Map.of());
  }

  Program withItems(List<Item> other) {
    return new Program(List.copyOf(other), sources, tables, outputs, updates, lying);
  }

  Program withLying(Map<Slot, Spot> decided) {
    return new Program(items, sources, tables, outputs, updates, decided);
  }

  /** Whether a slot holds its value before the first item. */
  boolean isGiven(Slot slot) {
    return sources.containsKey(slot) || tables.containsKey(slot);
  }

  /** The slots that are read after the last item: as results or updates. */
  Set<Slot> kept() {
    return Stream.concat(outputs.values().stream(), updates.values().stream()).map(View::slot)
        .collect(Collectors.toSet());
  }
}
