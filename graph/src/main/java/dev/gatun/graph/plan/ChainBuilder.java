package dev.gatun.graph.plan;

import dev.gatun.ops.KernelSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Numbers the values of a chain, link after link. */
final class ChainBuilder {
  private record Operand(View view, boolean rows) {}

  /** What a link reads: an operand of the chain, or what an earlier link made. */
  private record Read(Operand operand, Slot made, boolean transposed) {}

  private record Link(KernelSpec spec, List<Read> in, List<Slot> out) {}

  private final Set<Slot> results;
  private final String origin;
  private final List<Operand> operands = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final Set<Slot> made = new HashSet<>();

  /**
   * Begins a chain.
   *
   * @param results what the chain is to give
   */
  ChainBuilder(Set<Slot> results, String origin) {
    this.results = results;
    this.origin = origin;
  }

  /** Adds a link that reads operands or what links before it made. */
  void add(Item.Kernel kernel) {
    List<Read> in = new ArrayList<>();
    if (kernel.spec() instanceof KernelSpec.Direct) {
      var left = kernel.in().get(0);
      var right = kernel.in().get(1);
      boolean sum = made.contains(right.slot()) || made.contains(left.slot()) && !left.isIdentity();
      in.add(read(sum ? left.transposed() : left, true, sum));
      in.add(read(right, sum, false));
    } else {
      kernel.in().forEach(view -> in.add(read(view, true, false)));
    }
    links.add(new Link(kernel.spec(), in, kernel.out()));
    made.addAll(kernel.out());
  }

  private Read read(View view, boolean rows, boolean transposed) {
    if (made.contains(view.slot())) {
      return new Read(null, view.slot(), transposed);
    }
    var operand = new Operand(view, rows);
    if (!operands.contains(operand)) {
      operands.add(operand);
    }
    return new Read(operand, null, transposed);
  }

  /** The chain as a kernel. */
  Item.Kernel kernel() {
    Map<Slot, Integer> numbers = new HashMap<>();
    var slots = new ArrayList<Slot>();
    for (var link : links) {
      for (var slot : link.out) {
        numbers.put(slot, operands.size() + slots.size());
        slots.add(slot);
      }
    }
    var specs = links.stream().map(link -> new KernelSpec.Link(link.spec, link.in.stream()
        .map(read -> new KernelSpec.Passed(read.made == null ? operands.indexOf(read.operand) : numbers.get(read.made),
            read.transposed)).toList())).toList();
    var given = slots.stream().filter(results::contains).toList();
    var spec = new KernelSpec.Chain(operands.stream().map(o -> o.view.type()).toList(),
        operands.stream().map(Operand::rows).toList(), specs, given.stream().map(numbers::get).toList());
    return new Item.Kernel(spec, operands.stream().map(Operand::view).toList(), given, origin);
  }
}
