package dev.gatun.graph.plan;

import dev.gatun.ops.KernelSpec;
import java.util.List;
import java.util.stream.Stream;

/** What a program consists of before it has memory: kernels, and loops of them. */
sealed interface Item {
  /** Every slot that is read. */
  Stream<Slot> reads();

  /** Every slot that is written. */
  Stream<Slot> writes();

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
  }

  /** {@code count} turns over a body. */
  record Loop(long count, int depth, List<Item> body) implements Item {
    public Loop {
      body = List.copyOf(body);
    }

    @Override
    public Stream<Slot> reads() {
      return body.stream().flatMap(Item::reads);
    }

    @Override
    public Stream<Slot> writes() {
      return body.stream().flatMap(Item::writes);
    }
  }
}
