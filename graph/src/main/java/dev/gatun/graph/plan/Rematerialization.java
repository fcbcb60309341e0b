package dev.gatun.graph.plan;

import dev.gatun.memory.Bytes;
import dev.gatun.ops.Backend;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Computes values again that are read long after they were made, so that their memory is free in between
 * (rematerialisation, as in Chen, Xu, Zhang and Guestrin 2016), greedily by what that saves and costs.
 *
 * <p>A kernel runs again directly before the next item that reads what it makes, on the same operands; those that are
 * gone by then are kept until then, or computed again themselves, whichever saves more for its time. It has the same
 * spec, or that without the results that nothing needs, so that no bit changes. A loop runs again as a whole, with the
 * stores that set out what it carries. Nothing runs again that can fail, or reads what has been written anew since.
 */
final class Rematerialization {
  /** Items whose effect on the program is measured at each step: those that seem to save most for their time. */
  private static final int CONSIDERED = 12;
  /** Kernels one behind the other that may run again for one value. */
  private static final int LONGEST = 6;
  /** A kernel that frees less than this part of what is missing is not worth a look. */
  private static final int SMALLEST_PART = 256;
  /** Where the machine does not say: bytes that a kernel moves in a second, and what it takes to start one. */
  private static final double RATE = 5e9;
  private static final double START_SECONDS = 2e-6;

  private final Program program;
  private final Backend machine;
  private final Map<Slot, Spot> lying;
  private final Sums sums;
  private final Map<Slot, View> homes;
  private final Map<KernelSpec, Double> seconds = new IdentityHashMap<>();
  private final Map<KernelSpec, Long> workspaces = new IdentityHashMap<>();
  /** What each slot that was made again is a copy of. */
  private final Map<Slot, Slot> originals = new HashMap<>();
  private final List<Again> done = new ArrayList<>();
  private int number;
  private List<Item> items;
  private Liveness liveness;
  private Uses uses;
  private final Map<Slot, Integer> makers = new LinkedHashMap<>();

  /** A kernel or loop that runs again, in whose favour, and what that costs and saves. */
  private record Again(Item item, Item reader, int between, long bytes, double seconds) {}

  /** An item that runs again: which results are needed, and where each operand is read then. */
  private record Run(Set<Slot> needed, Map<Slot, Slot> operands) {}

  /**
   * A change to the program: clones before the item {@code at}, from which on their results are read.
   *
   * @param copies what each slot that is made again becomes
   */
  private record Change(List<Item> clones, int at, Map<Slot, Slot> redirected, Map<Slot, Slot> copies) {}

  private Rematerialization(Program program, Backend machine) {
    this.program = program;
    this.machine = machine;
    this.lying = new HashMap<>(program.lying());
    this.sums = new Sums(lying, machine);
    this.homes = Stores.direct(program.items(), program);
    this.items = program.items();
  }

  /** As near to a peak of so many bytes as recomputing comes. */
  static Rematerialization of(Program program, long target, Backend machine) {
    var found = new Rematerialization(program, machine);
    found.look();
    int most = 2 * program.items().size();
    for (int i = 0; i < most && found.liveness.peakBytes() > target && found.improve(target); i++) {
      found.look();
    }
    return found;
  }

  /** The program with its kernels that run again. */
  Program program() {
    return program.withItems(items).withLying(lying);
  }

  /** How many bytes are alive at most, as far as that is known before layouts are. */
  long peakBytes() {
    return liveness.peakBytes();
  }

  /** How many kernels and loops run again. */
  int count() {
    return running(items) - running(program.items());
  }

  private static int running(List<Item> items) {
    return (int) items.stream().filter(item -> !(item instanceof Item.Store)).count();
  }

  /** Says what runs again, and why. */
  void explain(Reasons reasons) {
    done.forEach(again -> reasons.again(again.item, again.reader, "runs again for %s: that frees "
        + Bytes.text(again.bytes) + " while " + again.between + (again.between == 1 ? " step runs" : " steps run")
        + String.format(Locale.ROOT, ", for some %.3g ms", 1e3 * again.seconds)));
  }

  private Liveness liveness(List<Item> of) {
    return new Liveness(program, of, homes, this::workspace);
  }

  private void look() {
    liveness = liveness(items);
    uses = new Uses(items);
    makers.clear();
    for (int i = 0; i < items.size(); i++) {
      int at = i;
      items.get(i).writes().forEach(slot -> {
        makers.put(slot, at);
        if (homes.containsKey(slot)) {
          uses.write(homes.get(slot).slot(), at);
        }
      });
    }
  }

  /** Makes the change that lowers most what is above the target, for its time; false if none does. */
  private boolean improve(long target) {
    int peak = liveness.peak();
    long above = liveness.above(target);
    Change best = null;
    double most = 0;
    for (int from : candidates(peak, liveness.peakBytes() - target)) {
      Change before = null;
      for (int depth = 0; depth <= LONGEST; depth++) {
        var change = change(from, peak, depth);
        if (change == null || before != null && change.clones.size() == before.clones.size()) {
          break;
        }
        before = change;
        double score = (above - liveness(changed(change)).above(target)) / seconds(change.clones);
        if (score > most) {
          most = score;
          best = change;
        }
      }
    }
    if (best == null) {
      return false;
    }
    apply(best);
    return true;
  }

  private void apply(Change change) {
    var freed = change.redirected.keySet();
    int from = freed.stream().mapToInt(slot -> Math.max(uses.lastRead(slot, change.at), makers.get(slot))).max()
        .orElseThrow();
    done.add(new Again(change.clones.getLast(), items.get(change.at), change.at - from - 1,
        freed.stream().mapToLong(Memory::size).sum(), seconds(change.clones)));
    items = changed(change);
    change.copies.forEach((slot, copy) -> {
      originals.put(copy, original(slot));
      lying.computeIfAbsent(copy, s -> lying.get(slot));
    });
  }

  private List<Item> changed(Change change) {
    var changed = new ArrayList<>(items.subList(0, change.at));
    changed.addAll(change.clones);
    items.subList(change.at, items.size()).forEach(item -> changed.add(item.reading(change.redirected)));
    return changed;
  }

  /** Items of which a result is alive at the peak, though nothing there touches it, and is read later. */
  private List<Integer> candidates(int peak, long missing) {
    var touched = new HashSet<Slot>();
    items.get(peak).reads().forEach(slot -> touched.add(liveness.root(slot)));
    items.get(peak).writes().forEach(slot -> touched.add(liveness.root(slot)));
    var worth = new LinkedHashMap<Integer, Double>();
    for (int i = 0; i < peak; i++) {
      var item = items.get(i);
      if (mayRunAgain(i)) {
        long bytes = made(item).filter(slot -> isReadBehind(slot, peak)
            && !touched.contains(liveness.root(slot)) && liveness.life(slot) != null).mapToLong(Memory::size).sum();
        if (bytes > 0 && bytes >= missing / SMALLEST_PART) {
          worth.put(i, bytes / seconds(List.of(item)));
        }
      }
    }
    return worth.entrySet().stream().sorted(Map.Entry.<Integer, Double>comparingByValue().reversed()).limit(CONSIDERED)
        .map(Map.Entry::getKey).toList();
  }

  private static Stream<Slot> made(Item item) {
    return item.writes().distinct();
  }

  /** Whether a kernel or loop, the last that writes what it writes, may run again. */
  private boolean mayRunAgain(int at) {
    var item = items.get(at);
    return !(item instanceof Item.Store) && !Stores.canFail(item)
        && made(item).noneMatch(slot -> isKept(slot) || uses.nextWrite(slot, at + 1) < Uses.NEVER);
  }

  private boolean isKept(Slot slot) {
    return program.outputs().values().stream().anyMatch(view -> view.slot() == slot);
  }

  private boolean isReadBehind(Slot slot, int at) {
    return uses.nextRead(slot, at + 1) < Uses.NEVER;
  }

  /** The change by which an item runs again for what reads it behind the peak; null if it cannot. */
  private Change change(int from, int peak, int depth) {
    var item = items.get(from);
    int at = made(item).mapToInt(slot -> uses.nextRead(slot, peak + 1)).min().orElseThrow();
    var needed = made(item).filter(slot -> isReadBehind(slot, at - 1)).toList();
    var change = new Change(new ArrayList<>(), at, new LinkedHashMap<>(), new LinkedHashMap<>());
    var runs = new TreeMap<Integer, Run>();
    if (!needed.stream().allMatch(slot -> add(change, runs, slot, depth))) {
      return null;
    }
    runs.forEach((maker, run) -> change.clones.add(clone(items.get(maker), run, change)));
    needed.forEach(slot -> change.redirected.put(slot, change.copies.get(slot)));
    return change;
  }

  /** Lets the item that makes a slot run again, and those that it needs; false if that cannot be. */
  private boolean add(Change change, Map<Integer, Run> runs, Slot slot, int depth) {
    int maker = makers.get(slot);
    change.copies.computeIfAbsent(slot, this::copy);
    if (runs.containsKey(maker)) {
      runs.get(maker).needed.add(slot);
      return true;
    }
    return add(change, runs, maker, slot, depth)
        && (!(items.get(maker) instanceof Item.Loop loop) || addStarts(change, runs, loop, maker, depth));
  }

  /** What a loop makes is made anew from what is stored there before. */
  private boolean addStarts(Change change, Map<Integer, Run> runs, Item.Loop loop, int at, int depth) {
    for (int i = 0; i < at; i++) {
      if (items.get(i) instanceof Item.Store start && loop.writes(start.to().slot())
          && !add(change, runs, i, start.to().slot(), depth)) {
        return false;
      }
    }
    return true;
  }

  private boolean add(Change change, Map<Integer, Run> runs, int maker, Slot needed, int depth) {
    var run = new Run(new HashSet<>(Set.of(needed)), new HashMap<>());
    runs.put(maker, run);
    if (items.get(maker) instanceof Item.Loop loop) {
      made(loop).forEach(slot -> change.copies.computeIfAbsent(slot, this::copy));
    }
    for (var read : new LinkedHashSet<>(items.get(maker).reads().toList())) {
      var found = operand(change, runs, read, maker, depth);
      if (found == null) {
        return false;
      }
      run.operands.put(read, found);
    }
    return true;
  }

  private Slot copy(Slot slot) {
    return new Slot("r" + number++, slot.type());
  }

  private Item clone(Item item, Run run, Change change) {
    var trimmed = item instanceof Item.Kernel kernel ? trimmed(kernel, run.needed) : item;
    trimmed.writes().forEach(slot -> change.copies.computeIfAbsent(slot, this::copy));
    return trimmed.reading(run.operands).writing(change.copies);
  }

  /** Where an operand is to be read at the place of a change; null if its value is gone for good. */
  private Slot operand(Change change, Map<Integer, Run> runs, Slot slot, int reader, int depth) {
    var copy = change.copies.get(slot);
    if (copy != null) {
      return copy;
    }
    boolean stands = uses.nextWrite(slot, reader) >= change.at;
    boolean isGiven = program.isGiven(slot) || isKept(slot);
    if (stands && (isGiven || isReadBehind(slot, change.at - 1))) {
      return slot;
    }
    var other = makers.keySet().stream().filter(made -> original(made) == original(slot) && made != slot
        && makers.get(made) < change.at && isReadBehind(made, change.at - 1)).findFirst();
    if (other.isPresent()) {
      return other.get();
    }
    if (depth > 0 && makers.containsKey(slot) && mayRunAgain(makers.get(slot))
        && addIfPossible(change, runs, slot, depth - 1)) {
      return change.copies.get(slot);
    }
    return stands ? slot : null;
  }

  /** The same as {@link #add}, but what cannot be leaves nothing behind that others would read. */
  private boolean addIfPossible(Change change, Map<Integer, Run> runs, Slot slot, int depth) {
    var copied = Set.copyOf(change.copies.keySet());
    var running = Set.copyOf(runs.keySet());
    if (add(change, runs, slot, depth)) {
      return true;
    }
    change.copies.keySet().retainAll(copied);
    runs.keySet().retainAll(running);
    return false;
  }

  private Slot original(Slot slot) {
    return originals.getOrDefault(slot, slot);
  }

  /** A map or a row without the results that nothing needs; any other kernel as it is. */
  private Item.Kernel trimmed(Item.Kernel kernel, Set<Slot> needed) {
    var scope = Scope.of(kernel);
    if (scope == null || needed.containsAll(kernel.out())) {
      return kernel;
    }
    var kept = scope.keeping(needed::contains).compact().kernel();
    return machine.choices(kept.spec()).isEmpty() || !sums.alike(kept, kernel) ? kernel : kept;
  }

  private double seconds(List<Item> items) {
    return items.stream().mapToDouble(item -> switch (item) {
      case Item.Kernel kernel -> seconds.computeIfAbsent(kernel.spec(), this::seconds);
      case Item.Store store -> START_SECONDS + 2 * store.from().type().bytes() / RATE;
      case Item.Loop loop -> loop.count() * seconds(loop.body());
    }).sum();
  }

  private double seconds(KernelSpec spec) {
    if (spec instanceof KernelSpec.Regroup) {
      return START_SECONDS;
    }
    long bytes = spec.in().stream().mapToLong(TensorType::bytes).sum()
        + spec.out().stream().mapToLong(TensorType::bytes).sum();
    double told = spec instanceof KernelSpec.Place ? 0
        : machine.choices(spec).stream().mapToDouble(choice -> choice.seconds()).min().orElse(0);
    return START_SECONDS + Math.max(told, bytes / RATE);
  }

  private long workspace(Item.Kernel kernel) {
    return workspaces.computeIfAbsent(kernel.spec(), spec -> spec instanceof KernelSpec.Direct
        ? machine.choices(spec).stream().mapToLong(choice -> choice.workspaceBytes()).findFirst().orElse(0) : 0L);
  }

  /** What is alive where most is, the largest first: what holds the memory. */
  List<Slot> held() {
    return liveness.peak() < 0 ? List.of() : liveness.alive(liveness.peak()).stream()
        .sorted(Comparator.comparingLong(Memory::size).reversed()).toList();
  }

  /** What makes a slot; null if it comes from outside. */
  Item maker(Slot slot) {
    return makers.containsKey(slot) ? items.get(makers.get(slot)) : null;
  }
}
