package dev.gatun.graph.language;

import dev.gatun.graph.language.Datum.Int;
import dev.gatun.graph.language.Datum.Tensor;
import dev.gatun.graph.language.Syntax.Expression;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Slice;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.List;

/** Indices and slices of tensors and lists. */
final class Indexing {

  private final Elaboration elaboration;
  private final Evaluator evaluator;

  Indexing(Elaboration elaboration, Evaluator evaluator) {
    this.elaboration = elaboration;
    this.evaluator = evaluator;
  }

  /** What an index takes of one axis. */
  private record Range(long start, long count, long step) {}

  Datum index(Syntax.Indexed indexed, Datum from, Scope scope) {
    return switch (from) {
      case Tensor tensor -> new Cut(tensor, indexed.place()).take(indexed, scope);
      case Datum.Many list -> list(indexed, list, scope);
      case Datum other -> throw elaboration.fault(indexed.from().place(), "only tensors and lists have an index, found "
          + other.described(), "");
    };
  }

  private Datum list(Syntax.Indexed indexed, Datum.Many list, Scope scope) {
    int size = list.items().size();
    if (indexed.indices().size() == 1) {
      switch (indexed.indices().getFirst()) {
        case Syntax.At(Place place, Expression value) -> {
          return list.items().get((int) position(evaluator.value(value, scope), size, place));
        }
        case Syntax.Slice slice -> {
          Range range = range(slice, size, scope);
          List<Datum> part = new ArrayList<>();
          for (long i = 0; i < range.count; i++) {
            part.add(list.items().get((int) (range.start + i * range.step)));
          }
          return new Datum.Many(part);
        }
        case Syntax.Ellipsis _ -> { }
      }
    }
    throw elaboration.fault(indexed.place(), "a list has one axis: an int or a slice", "list[0], list[1:]");
  }

  private long position(Datum index, long size, Place place) {
    if (!(index instanceof Int i)) {
      throw elaboration.fault(place, "an index is an int, found " + index.described(),
          index instanceof Tensor ? "gather(x, index) reads at positions that a tensor holds" : "");
    }
    if (i.value() < -size || i.value() >= size) {
      throw elaboration.fault(place, "index " + i.value() + " lies outside a size of " + size, "");
    }
    return i.value() < 0 ? i.value() + size : i.value();
  }

  private Range range(Syntax.Slice slice, long size, Scope scope) {
    long step = bound(slice.step(), 1, 0, scope);
    if (step == 0) {
      throw elaboration.fault(slice.place(), "a slice's step is not 0", "");
    }
    boolean forward = step > 0;
    long start = bound(slice.start(), forward ? 0 : size - 1, size, scope);
    long stop = bound(slice.stop(), forward ? size : -1, size, scope);
    boolean inside = forward ? 0 <= start && start <= stop && stop <= size
        : -1 <= stop && stop <= start && start < size;
    if (!inside) {
      throw elaboration.fault(slice.place(), "the slice `" + Sources.text(slice) + "` must lie inside a size of " + size
          + ", found " + start + " to " + stop, "");
    }
    long span = forward ? stop - start : start - stop;
    long stride = Math.abs(Math.max(step, -Long.MAX_VALUE));
    return new Range(start, span / stride + (span % stride == 0 ? 0 : 1), step);
  }

  private long bound(Expression expression, long otherwise, long size, Scope scope) {
    if (expression == null) {
      return otherwise;
    }
    Datum datum = evaluator.value(expression, scope);
    if (datum instanceof Int i) {
      return i.value() < 0 ? i.value() + size : i.value();
    }
    throw elaboration.fault(expression.place(), "a slice has int bounds, found " + datum.described(), "");
  }

  /** One index of a tensor: a slice of every axis, then axes dropped and made. */
  private final class Cut {
    private final Tensor tensor;
    private final Place place;
    private final List<Long> starts = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private final List<Long> steps = new ArrayList<>();
    private final List<Long> sizes = new ArrayList<>();
    private final List<FreeSize> dims = new ArrayList<>();

    Cut(Tensor tensor, Place place) {
      this.tensor = tensor;
      this.place = place;
    }

    Tensor take(Syntax.Indexed indexed, Scope scope) {
      List<Datum> ats = new ArrayList<>();
      int named = 0;
      int ellipses = 0;
      for (Syntax.Index index : indexed.indices()) {
        Datum at = index instanceof Syntax.At(Place _, Expression value) ? evaluator.value(value, scope) : null;
        ats.add(at);
        ellipses += index instanceof Syntax.Ellipsis ? 1 : 0;
        named += index instanceof Syntax.Ellipsis || at instanceof Datum.None ? 0 : 1;
      }
      if (ellipses > 1 || named > tensor.rank()) {
        throw elaboration.fault(place, ellipses > 1 ? "an index has at most one `...`" : "an index of " + named
            + " axes, found " + tensor.shown(), "");
      }
      for (int i = 0; i < ats.size(); i++) {
        index(indexed.indices().get(i), ats.get(i), tensor.rank() - named, scope);
      }
      whole(tensor.rank() - starts.size());
      Value cut = elaboration.builder().at(elaboration.origin(place),
          () -> elaboration.builder().apply(new Slice(starts, counts, steps), tensor.value()));
      Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
      return new Tensor(cut.shape().equals(shape) ? cut : elaboration.builder().reshape(cut, shape), dims);
    }

    private void index(Syntax.Index index, Datum at, int left, Scope scope) {
      switch (index) {
        case Syntax.Ellipsis _ -> whole(left);
        case Syntax.At _ when at instanceof Datum.None -> {
          sizes.add(1L);
          dims.add(null);
        }
        case Syntax.At(Place where, Expression _) -> {
          axis(position(at, tensor.size(starts.size()), where), 1, 1);
        }
        case Syntax.Slice slice -> {
          int axis = starts.size();
          Range range = range(slice, tensor.size(axis), scope);
          FreeSize free = tensor.dims().get(axis);
          boolean all = range.count == tensor.size(axis) && slice.start() == null && slice.stop() == null;
          boolean known = slice.stop() instanceof Syntax.IntLiteral;
          sizes.add(range.count);
          dims.add(free == null || all ? free : known ? null : free.derived());
          axis(range.start, range.count, range.step);
        }
      }
    }

    private void whole(int axes) {
      for (int i = 0; i < axes; i++) {
        int axis = starts.size();
        sizes.add(tensor.size(axis));
        dims.add(tensor.dims().get(axis));
        axis(0, tensor.size(axis), 1);
      }
    }

    private void axis(long start, long count, long step) {
      starts.add(start);
      counts.add(count);
      steps.add(step);
    }
  }
}
