package dev.gatun.graph.plan;

import dev.gatun.ops.Backend;
import dev.gatun.ops.KernelSpec;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps kernels from being joined where a sum would be added up in another order, and so come out with other bits, than
 * in a kernel of its own. Which order a machine takes follows from how operands lie, which an exact machine's plan
 * decides before kernels are joined; where nothing was decided, nothing is kept.
 */
final class Sums {
  private final Map<Slot, Spot> lying;
  private final Backend machine;

  /** @param lying how slots lie, as far as that is decided */
  Sums(Map<Slot, Spot> lying, Backend machine) {
    this.lying = lying;
    this.machine = machine;
  }

  /** Whether the bits of any item hang on how its operands lie. */
  boolean hang(List<Item> items) {
    return items.stream().anyMatch(item -> switch (item) {
      case Item.Kernel kernel -> !orders(kernel).isEmpty();
      case Item.Loop loop -> hang(loop.body());
      case Item.Store store -> false;
    });
  }

  /** Whether all rows of kernels that were made one add up as they did before. */
  boolean alike(Item.Kernel joined, Item.Kernel... parts) {
    if (lying.isEmpty() || Arrays.stream(parts).allMatch(part -> part.spec() instanceof KernelSpec.Map)) {
      return true;
    }
    var before = new HashSet<String>();
    for (var part : parts) {
      before.addAll(orders(part));
    }
    return before.isEmpty() || orders(joined).equals(before);
  }

  /** Whether two slots lie alike, so that it is all the same which of them is read. */
  boolean lieAlike(Slot one, Slot other) {
    return lying.isEmpty() || lies(one).strides().equals(lies(other).strides());
  }

  private Set<String> orders(Item.Kernel kernel) {
    if (!(kernel.spec() instanceof KernelSpec.Row || kernel.spec() instanceof KernelSpec.Chain)) {
      return Set.of();
    }
    var in = kernel.in().stream().map(view -> lies(view.slot()).through(view).strideArray()).toList();
    var out = kernel.out().stream().map(slot -> lies(slot).strideArray()).toList();
    return Set.copyOf(machine.orders(kernel.spec(), in, out));
  }

  /** Where a slot lies; one that a pass added lies row-major. */
  private Spot lies(Slot slot) {
    var decided = lying.get(slot);
    return decided != null ? decided : Spot.rowMajor(slot);
  }
}
