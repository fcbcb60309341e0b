package dev.gatun.graph.plan;

import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.KernelText;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a program consists of before it has memory: kernels, and loops of them. */
sealed interface Item {
  /** Every slot that is read. */
  Stream<Slot> reads();

  /** Every slot that is written. */
  Stream<Slot> writes();

  /** What it does, in short. */
  default String name() {
    return switch (this) {
      case Kernel kernel -> KernelText.name(kernel.spec);
      case Store store -> "a store";
      case Loop loop -> "a loop";
    };
  }

  /** The place in the model, empty if there is none. */
  String origin();

  /** Whether a slot is among those that are written. */
  default boolean writes(Slot slot) {
    return switch (this) {
      case Kernel kernel -> kernel.out.contains(slot);
      case Store store -> store.to.slot() == slot;
      case Loop loop -> loop.body.stream().anyMatch(item -> item.writes(slot));
    };
  }

  /** The same on other slots: each that is read and has an entry, read from there. */
  Item reading(Map<Slot, Slot> others);

  /** The same on other slots: each that is written and has an entry, written there. */
  Item writing(Map<Slot, Slot> others);

  /** A spec on views, writing whole slots. */
  record Kernel(KernelSpec spec, List<View> in, List<Slot> out, String origin) implements Item {
    public Kernel {
      in = List.copyOf(in);
      out = List.copyOf(out);
    }

    @Override
    public Stream<Slot> reads() {
      return in.stream().map(View::slot);
    }

    @Override
    public Stream<Slot> writes() {
      return out.stream();
    }

    @Override
    public Kernel reading(Map<Slot, Slot> others) {
      return new Kernel(spec, in.stream().map(view -> view.of(others)).toList(), out, origin);
    }

    @Override
    public Kernel writing(Map<Slot, Slot> others) {
      return new Kernel(spec, in, out.stream().map(slot -> others.getOrDefault(slot, slot)).toList(), origin);
    }
  }

  /** Copies a value into part of a slot. */
  record Store(View from, View to, String origin) implements Item {
    @Override
    public Stream<Slot> reads() {
      return Stream.of(from.slot());
    }

    @Override
    public Stream<Slot> writes() {
      return Stream.of(to.slot());
    }

    @Override
    public Store reading(Map<Slot, Slot> others) {
      return new Store(from.of(others), to, origin);
    }

    @Override
    public Store writing(Map<Slot, Slot> others) {
      return new Store(from, to.of(others), origin);
    }
  }

  /** {@code count} turns over a body. */
  record Loop(long count, int depth, List<Item> body) implements Item {
    public Loop {
      body = List.copyOf(body);
    }

    @Override
    public String origin() {
      return body.getLast().origin();
    }

    @Override
    public Stream<Slot> reads() {
      return body.stream().flatMap(Item::reads);
    }

    @Override
    public Stream<Slot> writes() {
      return body.stream().flatMap(Item::writes);
    }

    @Override
    public Loop reading(Map<Slot, Slot> others) {
      return new Loop(count, depth, body.stream().map(item -> item.reading(others)).toList());
    }

    @Override
    public Loop writing(Map<Slot, Slot> others) {
      return new Loop(count, depth, body.stream().map(item -> item.writing(others)).toList());
    }
  }
}
