package dev.gatun.ops;

import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec.Fold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What each turn adds to the gradient of one captured operand, by how it is summed over all turns. Σₜ aₜ · bₜ is one
 * product of the stacks of a and b, joined along the axis that is summed: terms stand in the order of the stacks,
 * whichever way the loop runs, and within a turn in the order of the turn's product. What is left is carried.
 *
 * @param products terms that need no loop
 * @param rest the sum of the other terms; null if there are none
 * @param carry the formal in which the loop adds up the rest; null if there is none
 */
record ScanSum(List<Value> products, Value rest, Value carry) {
  /** Of an operand to which no gradient flows. */
  private static final ScanSum NONE = new ScanSum(List.of(), null, null);

  /**
   * One sum for each gradient.
   *
   * @param gradients what each turn adds; null where nothing flows
   * @param slices what is stacked already
   * @param varying the nodes whose results differ from turn to turn
   */
  static List<ScanSum> of(List<Value> gradients, Collection<Value> slices, Set<Node> varying) {
    var b = new Builder();
    var stacked = new LinkedHashSet<>(slices);
    gradients.forEach(gradient -> terms(gradient, slices).stream().filter(term -> isProduct(term, slices, varying))
        .forEach(term -> stacked.addAll(factors(term, slices))));
    var sums = new ArrayList<ScanSum>();
    for (var gradient : gradients) {
      var products = new ArrayList<Value>();
      Value rest = null;
      for (var term : terms(gradient, slices)) {
        if (isProduct(term, slices, varying) || isTotal(term, stacked)) {
          products.add(term);
        } else {
          rest = rest == null ? term : b.add(rest, term);
        }
      }
      var carry = rest == null ? null : b.source("sum" + sums.size(), Source.Role.INPUT, rest.type());
      sums.add(gradient == null ? NONE : new ScanSum(List.copyOf(products), rest, carry));
    }
    return sums;
  }

  /** The values that the loop must stack for the products, less those that are slices of it. */
  static Set<Value> stacked(List<ScanSum> sums, Collection<Value> slices) {
    var stacked = new LinkedHashSet<Value>();
    sums.forEach(sum -> sum.products.stream().filter(term -> origin(term, slices).node().op() instanceof MatMul)
        .forEach(term -> stacked.addAll(factors(term, slices))));
    stacked.removeAll(slices);
    return stacked;
  }

  /**
   * The addends of a gradient. A sum that is an addend twice is taken apart once: doubled and doubled, it has no end.
   */
  private static List<Value> terms(Value gradient, Collection<Value> slices) {
    var terms = new ArrayList<Value>();
    var left = new ArrayList<Value>();
    if (gradient != null) {
      left.add(gradient);
    }
    var opened = new HashSet<Value>();
    while (!left.isEmpty()) {
      var value = left.removeLast();
      boolean isSum = value.node().op().equals(new Binary(BinaryFn.ADD)) && !slices.contains(value);
      if (isSum && opened.add(value)) {
        left.addAll(value.node().inputs().reversed());
      } else {
        terms.add(value);
      }
    }
    return terms;
  }

  private static boolean isMove(Value value, Collection<Value> slices) {
    return (value.node().op() instanceof Transpose || value.node().op() instanceof Reshape) && !slices.contains(value);
  }

  /** What is moved to give a value. */
  private static Value origin(Value value, Collection<Value> slices) {
    var at = value;
    while (isMove(at, slices)) {
      at = at.node().inputs().getFirst();
    }
    return at;
  }

  /** Whether a term is a product, moved or not, of values that differ from turn to turn. */
  private static boolean isProduct(Value term, Collection<Value> slices, Set<Node> varying) {
    var product = origin(term, slices);
    return product.node().op() instanceof MatMul && !slices.contains(product)
        && product.node().inputs().stream().allMatch(v -> varying.contains(v.node()));
  }

  /** Whether a term is a sum, moved or not, over a value that is stacked in any case. */
  private static boolean isTotal(Value term, Collection<Value> stacked) {
    var total = origin(term, stacked);
    return total.node().op() instanceof Reduce(var fold, var axes) && fold == Fold.SUM && !stacked.contains(total)
        && stacked.contains(origin(total.node().inputs().getFirst(), stacked));
  }

  private static List<Value> factors(Value term, Collection<Value> slices) {
    return origin(term, slices).node().inputs().stream().map(v -> origin(v, slices)).toList();
  }

  /**
   * Emits the sum over all turns; null if nothing flows.
   *
   * @param carried what the loop has added up; null if there is no rest
   */
  Value emit(Builder b, ScanStacks stacks, Value carried) {
    return products.stream().map(term -> total(b, stacks, term))
        .reduce(carried, (sum, total) -> sum == null ? total : b.add(sum, total));
  }

  private static Value total(Builder b, ScanStacks stacks, Value term) {
    var node = term.node();
    return switch (node.op()) {
      case MatMul _ -> {
        var first = b.transposeLast(stack(stacks, node.inputs().get(0)));
        yield b.matmul(b.transposeLast(rows(b, first)), rows(b, stack(stacks, node.inputs().get(1))));
      }
      case Reduce(var fold, var axes) -> {
        var all = new ArrayList<>(List.of(0));
        axes.forEach(axis -> all.add(axis + 1));
        yield b.reshape(b.reduce(fold, stack(stacks, node.inputs().getFirst()), all, true), term.shape());
      }
      default -> b.apply(node.op(), total(b, stacks, node.inputs().getFirst()));
    };
  }

  /** [T, …, k, n] as […, T · k, n]. */
  private static Value rows(Builder b, Value stack) {
    int last = stack.rank() - 1;
    var order = new ArrayList<Integer>();
    for (int axis = 1; axis < last - 1; axis++) {
      order.add(axis);
    }
    order.addAll(List.of(0, last - 1, last));
    var moved = b.transpose(stack, order);
    var sizes = moved.shape().sizes();
    var joined = Arrays.copyOf(sizes, last);
    joined[last - 1] = sizes[last];
    joined[last - 2] = sizes[last - 2] * sizes[last - 1];
    return b.reshape(moved, Shape.of(joined));
  }

  /** The stack of a value that is moved from one that has a stack. */
  private static Value stack(ScanStacks stacks, Value value) {
    if (stacks.stack(value) == null) {
      stack(stacks, value.node().inputs().getFirst());
      stacks.emit(value.node());
    }
    return stacks.stack(value);
  }
}
