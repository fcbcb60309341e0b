package dev.gatun.graph.plan;

import dev.gatun.ops.KernelText;
import dev.gatun.ops.Node;
import dev.gatun.ops.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Collects why a plan is as it is, if anybody wants to know. */
final class Reasons {
  private final boolean wanted;
  private final List<Reason> said = new ArrayList<>();
  private final Map<Pair, Supplier<String>> refused = new LinkedHashMap<>();

  /** A kernel that reads a result of another, each known by its first result. */
  private record Pair(Slot producer, Slot consumer) {}

  Reasons(boolean wanted) {
    this.wanted = wanted;
  }

  /** What was said so far, for another try. */
  Reasons copy() {
    var copy = new Reasons(wanted);
    copy.said.addAll(said);
    copy.refused.putAll(refused);
    return copy;
  }

  /** All that was said, and why those kernels were not joined that still stand apart. */
  List<Reason> all(List<Item> items) {
    var kernels = kernels(items).collect(Collectors.toMap(kernel -> kernel.out().getFirst(), kernel -> kernel,
        (one, other) -> one, LinkedHashMap::new));
    var all = new ArrayList<>(said);
    refused.forEach((pair, why) -> {
      var producer = kernels.get(pair.producer);
      var consumer = kernels.get(pair.consumer);
      if (producer != null && consumer != null) {
        all.add(reason(consumer, producer, "is apart from %s: " + why.get()));
      }
    });
    return all;
  }

  private static Stream<Item.Kernel> kernels(List<Item> items) {
    return items.stream().flatMap(item -> switch (item) {
      case Item.Kernel kernel -> Stream.of(kernel);
      case Item.Loop loop -> kernels(loop.body());
      case Item.Store store -> Stream.of();
    });
  }

  void joined(Item.Kernel producer, Item.Kernel consumer) {
    if (wanted) {
      said.add(reason(consumer, producer, "is one kernel with %s"));
    }
  }

  void apart(Item.Kernel producer, Item.Kernel consumer, Supplier<String> why) {
    if (wanted) {
      refused.put(new Pair(producer.out().getFirst(), consumer.out().getFirst()), why);
    }
  }

  /** Says why an item runs again: for {@code other}, which is {@code %s} in the text. */
  void again(Item item, Item other, String text) {
    if (wanted) {
      said.add(new Reason(item.origin(), item.name(), other.name(), other.origin(), text));
    }
  }

  void say(Item.Kernel kernel, Supplier<String> text) {
    if (wanted) {
      said.add(new Reason(kernel.origin(), kernel.name(), "", "", text.get()));
    }
  }

  /** Says something of a node of a graph that is not lowered yet. */
  void say(Node node, Supplier<String> text) {
    if (wanted) {
      said.add(new Reason(node.origin(), KernelText.name(node.op().lower(Op.Call.of(node))), "", "", text.get()));
    }
  }

  /** Says something of all of a plan. */
  void sayOfAll(Supplier<String> text) {
    if (wanted) {
      said.add(new Reason("", "the plan", "", "", text.get()));
    }
  }

  private static Reason reason(Item.Kernel kernel, Item.Kernel other, String text) {
    return new Reason(kernel.origin(), kernel.name(), other.name(), other.origin(),
        text);
  }
}
