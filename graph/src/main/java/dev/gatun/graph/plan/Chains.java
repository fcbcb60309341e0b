package dev.gatun.graph.plan;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Backend;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Joins a batch of products that are wider than their operands, and the maps and rows on them, with all products that
 * read them: the wide values, an attention's scores and weights, then never exist as a whole. What comes after a result
 * of theirs, as a gradient does, is a second chain, which computes anew the wide values that it reads.
 *
 * <p>Each number is computed from the same numbers, on an exact machine in the order of the kernels that are joined.
 */
final class Chains {
  /** Rows and columns of a wide value at least; less is not worth a chain. */
  private static final int FEWEST_ROWS = 16;
  private static final int FEWEST_COLUMNS = 32;

  private final Backend machine;
  private final Reasons reasons;
  private final Sums sums;
  private final Program program;
  private List<Item> items;
  private int number;

  private Chains(Program program, Backend machine, Reasons reasons) {
    this.program = program;
    this.machine = machine;
    this.reasons = reasons;
    this.sums = new Sums(program.lying(), machine);
    this.items = new ArrayList<>(program.items());
  }

  /** The program with its chains, as far as the machine runs such. */
  static Program join(Program program, Backend machine, Reasons reasons) {
    var chains = new Chains(program, machine, reasons);
    var tried = new HashSet<Slot>();
    for (int at = 0; at < chains.items.size(); at++) {
      if (chains.items.get(at) instanceof Item.Kernel kernel && isWide(kernel) && tried.add(kernel.out().getFirst())) {
        var region = chains.region(kernel);
        if (region != null && chains.replace(region)) {
          at = -1;
        }
      }
    }
    return program.withItems(chains.items);
  }

  /** A batch of products, each with operands of its own, whose results have more columns than their left operands. */
  private static boolean isWide(Item.Kernel kernel) {
    if (!isProduct(kernel)) {
      return false;
    }
    var shape = kernel.out().getFirst().type().shape();
    var left = kernel.in().get(0);
    var right = kernel.in().get(1);
    return shape.rank() > 2 && shape.size(-2) >= FEWEST_ROWS && shape.size(-1) >= FEWEST_COLUMNS
        && shape.size(-1) > left.shape().size(-1) && right.axes().subList(0, shape.rank() - 2).stream()
        .anyMatch(axis -> axis.source() >= 0);
  }

  private static boolean isProduct(Item.Kernel kernel) {
    return kernel.spec() instanceof KernelSpec.Direct direct && direct.op() instanceof MatMul;
  }

  /** Wide values of one shape, numbers for each of their rows, and all kernels that write or read them. */
  private record Region(Shape shape, Set<Slot> wide, Set<Slot> perRow, Set<Item.Kernel> members) {
    boolean isInner(Slot slot) {
      return wide.contains(slot) || perRow.contains(slot);
    }

    /** Whether a map or a row on the wide shape may read an operand so: element for element, or row for row. */
    boolean fits(View view) {
      return (!wide.contains(view.slot()) || view.isIdentity())
          && (!perRow.contains(view.slot()) || view.repeatsAlong(List.of(shape.rank() - 1)));
    }
  }

  /** What belongs together with a wide product; null if something reads a wide value that has no place in a chain. */
  private Region region(Item.Kernel first) {
    var region = new Region(first.out().getFirst().type().shape(), new HashSet<>(), new HashSet<>(), new HashSet<>());
    if (!add(first, region)) {
      return null;
    }
    for (boolean grown = true; grown;) {
      grown = false;
      for (var item : items) {
        if (!region.members.contains(item) && item.reads().anyMatch(region::isInner)) {
          if (!(item instanceof Item.Kernel kernel) || !add(kernel, region)) {
            return null;
          }
          grown = true;
        }
      }
    }
    return program.kept().stream().anyMatch(region::isInner) ? null : region;
  }

  /** Adds a kernel and what it makes wide; false if it has no place in a chain. */
  private boolean add(Item.Kernel kernel, Region region) {
    if (!region.members.add(kernel)) {
      return true;
    }
    var scope = Scope.of(kernel);
    if (scope == null) {
      return isProduct(kernel) && addProduct(kernel, region);
    }
    int last = region.shape.rank() - 1;
    boolean fits = scope.space().equals(region.shape) && (scope.isMap() || scope.axes().equals(List.of(last)))
        && scope.in().stream().allMatch(region::fits);
    if (!fits) {
      return false;
    }
    scope.results().forEach(r -> (r.perRow() ? region.perRow : region.wide).add(r.slot()));
    for (var view : scope.in()) {
      var maker = maker(view.slot());
      if (view.isIdentity() && maker != null && isWide(maker) && !add(maker, region)) {
        return false;
      }
    }
    return true;
  }

  private static boolean addProduct(Item.Kernel kernel, Region region) {
    boolean left = region.wide.contains(kernel.in().get(0).slot());
    boolean right = region.wide.contains(kernel.in().get(1).slot());
    var epilogue = kernel.in().subList(2, kernel.in().size());
    if (kernel.in().subList(0, 2).stream().anyMatch(v -> region.perRow.contains(v.slot()))) {
      return false;
    }
    if (!left && !right) {
      return kernel.out().getFirst().type().shape().equals(region.shape) && region.wide.addAll(kernel.out())
          && epilogue.stream().allMatch(region::fits);
    }
    if (left && right || epilogue.stream().anyMatch(v -> region.isInner(v.slot()))) {
      return false;
    }
    var view = kernel.in().get(left ? 0 : 1);
    return view.isIdentity() || left && view.transposed().isIdentity();
  }

  private Item.Kernel maker(Slot slot) {
    return items.stream().filter(item -> item.writes(slot)).findFirst()
        .filter(item -> item instanceof Item.Kernel).map(Item.Kernel.class::cast).orElse(null);
  }

  /** Puts chains in the place of a region; false, with nothing changed, if that can't be. */
  private boolean replace(Region region) {
    var before = items;
    items = withoutEpilogues(region);
    var levels = levels(region);
    int deepest = levels.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    for (int level = 0; level <= deepest; level++) {
      if (!replace(region, levels, level)) {
        items = before;
        return false;
      }
    }
    items = new ArrayList<>(items);
    items.removeIf(region.members::contains);
    return true;
  }

  /** The items with epilogues of the region's products as maps of their own, which belong to it if they are wide. */
  private List<Item> withoutEpilogues(Region region) {
    var list = new ArrayList<Item>();
    for (var item : items) {
      if (item instanceof Item.Kernel kernel && region.members.contains(kernel)
          && kernel.spec() instanceof KernelSpec.Direct direct && direct.epilogue() != null) {
        var plain = new Slot("c" + number++, direct.results().getFirst());
        int own = direct.operands();
        var product = new Item.Kernel(new KernelSpec.Direct(direct.op(), direct.in().subList(0, own), direct.results(),
            null), kernel.in().subList(0, own), List.of(plain), kernel.origin());
        var in = new ArrayList<>(List.of(View.of(plain)));
        in.addAll(kernel.in().subList(own, kernel.in().size()));
        var map = new Item.Kernel(direct.epilogue(), in, kernel.out(), kernel.origin());
        region.members.remove(kernel);
        region.members.add(product);
        if (region.wide.containsAll(kernel.out())) {
          region.wide.add(plain);
          region.members.add(map);
        }
        list.add(product);
        list.add(map);
      } else {
        list.add(item);
      }
    }
    return list;
  }

  /** How often each member's operands come, by whatever way outside, from results of the region. */
  private Map<Item.Kernel, Integer> levels(Region region) {
    var levels = new HashMap<Item.Kernel, Integer>();
    var behind = new HashMap<Slot, Integer>();
    for (var item : items) {
      int level = item.reads().mapToInt(slot -> behind.getOrDefault(slot, 0)).max().orElse(0);
      boolean member = item instanceof Item.Kernel kernel && region.members.contains(kernel);
      if (member) {
        levels.put((Item.Kernel) item, level);
      }
      item.writes().forEach(slot -> behind.merge(slot,
          member && !region.isInner(slot) ? level + 1 : level, Math::max));
    }
    return levels;
  }

  /** Inserts the chain that gives the results of one level, if there are any. */
  private boolean replace(Region region, Map<Item.Kernel, Integer> levels, int level) {
    var needed = new HashSet<Slot>();
    var kernels = new ArrayList<Item.Kernel>();
    var given = new ArrayList<Item.Kernel>();
    var results = new HashSet<Slot>();
    for (var item : items.reversed()) {
      if (!(item instanceof Item.Kernel kernel) || !region.members.contains(kernel)) {
        continue;
      }
      boolean result = levels.get(kernel) == level && kernel.out().stream().noneMatch(region::isInner);
      if (result || kernel.out().stream().anyMatch(needed::contains)) {
        given.add(kernel);
        kernels.addFirst(result ? kernel : trimmed(kernel, needed));
        kernel.reads().filter(region::isInner).forEach(needed::add);
        if (result) {
          results.addAll(kernel.out());
        }
      }
    }
    if (results.isEmpty()) {
      return true;
    }
    var builder = new ChainBuilder(results, kernels.getFirst().origin());
    joined(kernels).forEach(builder::add);
    var chain = builder.kernel();
    boolean inserted = !machine.choices(chain.spec()).isEmpty()
        && sums.alike(chain, given.toArray(Item.Kernel[]::new)) && insert(chain, kernels, region);
    if (inserted) {
      reasons.say(chain, () -> kernels.size() + " kernels run entry by entry and some rows at a time, so that "
          + needed.stream().map(slot -> slot.type().toString()).sorted().distinct().collect(Collectors.joining(", "))
          + " never exists as a whole");
    }
    return inserted;
  }

  /** A kernel without the wide results that nothing needs. */
  private static Item.Kernel trimmed(Item.Kernel kernel, Set<Slot> needed) {
    var scope = Scope.of(kernel);
    return scope == null ? kernel : scope.keeping(needed::contains).compact().kernel();
  }

  /** The kernels, each wide map joined with the kernel that reads it, where only one does. */
  private static List<Item.Kernel> joined(List<Item.Kernel> kernels) {
    var list = new ArrayList<>(kernels);
    for (int at = 0; at < list.size(); at++) {
      var map = Scope.of(list.get(at));
      var joined = map != null && map.isMap() ? joined(map, list.get(at).out(), list) : null;
      if (joined != null) {
        list.set(list.indexOf(joined.reader), joined.kernel);
        list.remove(at--);
      }
    }
    return list;
  }

  private record Joined(Item.Kernel reader, Item.Kernel kernel) {}

  private static Joined joined(Scope map, List<Slot> out, List<Item.Kernel> list) {
    var readers = list.stream().filter(k -> k.reads().anyMatch(out::contains)).toList();
    var reader = readers.size() == 1 ? Scope.of(readers.getFirst()) : null;
    var both = reader == null ? null : reader.after(map);
    var kept = both == null ? null : both.keeping(slot -> !out.contains(slot)).compact();
    return kept == null || kept.weight() > Fusion.HEAVIEST ? null : new Joined(readers.getFirst(), kept.kernel());
  }

  /** Puts a chain behind all that makes its operands; false if a reader of its results stands before. */
  private boolean insert(Item.Kernel chain, List<Item.Kernel> kernels, Region region) {
    var reads = chain.reads().collect(Collectors.toSet());
    var writes = Set.copyOf(chain.out());
    int from = 0;
    for (int i = 0; i < items.size(); i++) {
      var item = items.get(i);
      if (item.writes().anyMatch(reads::contains)) {
        from = i + 1;
      } else if (!region.members.contains(item) && item.reads().anyMatch(writes::contains)) {
        break;
      }
    }
    var below = items.subList(from, items.size());
    var above = items.subList(0, from);
    int first = kernels.stream().flatMap(kernel -> kernel.out().stream().map(this::maker)).mapToInt(items::indexOf)
        .min().orElseThrow();
    boolean changed = below.stream().anyMatch(item -> item.writes().anyMatch(reads::contains))
        || items.subList(Math.min(first, from), from).stream().anyMatch(item -> item instanceof Item.Store
            && item.writes().anyMatch(reads::contains));
    boolean late = above.stream().anyMatch(item -> !region.members.contains(item)
        && item.reads().anyMatch(writes::contains));
    if (changed || late) {
      return false;
    }
    items = new ArrayList<>(items);
    items.add(from, chain);
    return true;
  }
}
