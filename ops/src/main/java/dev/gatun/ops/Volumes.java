package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Windows over three axes and more, said by windows over fewer, so that a machine need know one and two: a convolution
 * takes what its window sees along the first axis for channels; maxima and sums are taken along the other axes, then
 * along the first.
 */
final class Volumes {
  private Volumes() {}

  /** The convolution, as one over all spatial axes but the first. */
  static Value convolve(Builder b, Convolve op, Value first, Value second) {
    var geometry = op.geometry();
    long windows = geometry.outputs(0, op.data().size(2));
    var data = merged(op.data(), windows, geometry.kernel().getFirst());
    var weight = Geometry.shape(op.weight().size(0), op.weight().size(1) * op.weight().size(2), rest(op.weight()));
    var inner = new Convolve(op.role(), data, weight, withoutFirst(geometry), op.groups());
    return switch (op.role()) {
      case OUTPUT -> fromBatch(b, b.apply(inner, unfold(b, first, geometry), b.reshape(second, weight)), windows);
      case DATA -> fold(b, b.apply(inner, toBatch(b, first), b.reshape(second, weight)), op.data(), geometry);
      case WEIGHT -> b.reshape(b.apply(inner, unfold(b, first, geometry), toBatch(b, second)), op.weight());
    };
  }

  /** The maxima under windows. */
  static Value max(Builder b, Geometry geometry, Value x) {
    var inner = b.apply(new MaxPool(withoutFirst(geometry), false), planes(b, x));
    var outer = b.apply(new MaxPool(firstAlone(geometry), false), lines(b, inner, x.shape().size(1)));
    return b.reshape(outer, pooled(x.shape(), geometry));
  }

  /** The sums under windows. */
  static Value sum(Builder b, Geometry geometry, Value x) {
    var flat = planes(b, x);
    var inner = b.apply(new SumPool(flat.shape(), withoutFirst(geometry), false), flat);
    var between = lines(b, inner, x.shape().size(1));
    var outer = b.apply(new SumPool(between.shape(), firstAlone(geometry), false), between);
    return b.reshape(outer, pooled(x.shape(), geometry));
  }

  /** Numbers added to all places under their windows. */
  static Value spread(Builder b, Geometry geometry, Shape data, Value y) {
    var shape = y.shape();
    var between = Shape.of(data.size(0), data.size(1), data.size(2), rest(shape).elements());
    var outer = b.apply(new SumPool(between, firstAlone(geometry), true),
        b.reshape(y, Shape.of(shape.size(0), shape.size(1), shape.size(2), rest(shape).elements())));
    var flat = Geometry.shape(data.size(0), data.size(1) * data.size(2), rest(data));
    var inner = b.apply(new SumPool(flat, withoutFirst(geometry), true),
        b.reshape(outer, Geometry.shape(data.size(0), data.size(1) * data.size(2), rest(shape))));
    return b.reshape(inner, data);
  }

  private static Shape pooled(Shape data, Geometry geometry) {
    return Geometry.shape(data.size(0), data.size(1), geometry.outputs(Geometry.spatial(data)));
  }

  /** [N, C, D, S…] as [N, C · D, S…]. */
  private static Value planes(Builder b, Value x) {
    var shape = x.shape();
    return b.reshape(x, Geometry.shape(shape.size(0), shape.size(1) * shape.size(2), rest(shape)));
  }

  /** [N, C · D, S…] as [N, C, D, S]. */
  private static Value lines(Builder b, Value x, long channels) {
    var shape = x.shape();
    return b.reshape(x, Shape.of(shape.size(0), channels, shape.size(1) / channels,
        Geometry.spatial(shape).elements()));
  }

  /** [N, C, D, S…] → [N · windows, C · kernel, S…]. */
  private static Value unfold(Builder b, Value x, Geometry geometry) {
    var padded = b.apply(pad(x.shape(), geometry), x);
    var taps = new ArrayList<Value>();
    for (int tap = 0; tap < geometry.kernel().getFirst(); tap++) {
      var seen = b.apply(seen(padded.shape(), geometry, tap), padded);
      var shape = seen.shape();
      taps.add(b.reshape(seen, sizes(rest(shape), shape.size(0), shape.size(1), 1, shape.size(2))));
    }
    var stacked = b.concat(taps, 2);
    var order = new ArrayList<>(List.of(0, 3, 1, 2));
    IntStream.range(4, stacked.rank()).forEach(order::add);
    return b.reshape(b.transpose(stacked, order), merged(x.shape(), stacked.shape().size(3), taps.size()));
  }

  /** The transpose of {@link #unfold}. */
  private static Value fold(Builder b, Value y, Shape data, Geometry geometry) {
    int taps = geometry.kernel().getFirst();
    long windows = geometry.outputs(0, data.size(2));
    var apart = b.reshape(y, sizes(rest(data), data.size(0), windows, data.size(1), taps));
    var order = new ArrayList<>(List.of(0, 2, 3, 1));
    IntStream.range(4, apart.rank()).forEach(order::add);
    var stacked = b.transpose(apart, order);
    var pad = pad(data, geometry);
    Value sum = null;
    for (int tap = 0; tap < taps; tap++) {
      var seen = seen(pad.shape(), geometry, tap);
      var part = b.reshape(b.slice(stacked, 2, tap, 1), Shape.of(seen.size().stream().mapToLong(n -> n).toArray()));
      var placed = b.apply(new Pad(pad.shape(), seen.start(), seen.step(), 0), part);
      sum = sum == null ? placed : b.add(sum, placed);
    }
    return b.apply(new Slice(pad.start(), Arrays.stream(data.sizes()).boxed().toList(), ones(data.rank())), sum);
  }

  /** [N, F, D, S…] → [N · D, F, S…]. */
  private static Value toBatch(Builder b, Value y) {
    var shape = y.shape();
    return b.reshape(swapped(b, y), Geometry.shape(shape.size(0) * shape.size(2), shape.size(1), rest(shape)));
  }

  /** [N · D, F, S…] → [N, F, D, S…]. */
  private static Value fromBatch(Builder b, Value y, long depth) {
    var shape = y.shape();
    return swapped(b, b.reshape(y, sizes(Geometry.spatial(shape), shape.size(0) / depth, depth, shape.size(1))));
  }

  private static Value swapped(Builder b, Value x) {
    var order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    Collections.swap(order, 1, 2);
    return b.transpose(x, order);
  }

  private static Shape merged(Shape shape, long windows, long taps) {
    return Geometry.shape(shape.size(0) * windows, shape.size(1) * taps, rest(shape));
  }

  private static Shape sizes(Shape rest, long... first) {
    return Shape.of(LongStream.concat(Arrays.stream(first), Arrays.stream(rest.sizes())).toArray());
  }

  /** The sizes after the first spatial axis. */
  private static Shape rest(Shape shape) {
    return Shape.of(Arrays.copyOfRange(shape.sizes(), 3, shape.rank()));
  }

  /** What pads the first spatial axis. */
  private static Pad pad(Shape data, Geometry geometry) {
    long padded = data.size(2) + geometry.padLow().getFirst() + geometry.padHigh().getFirst();
    var start = new ArrayList<>(Collections.nCopies(data.rank(), 0L));
    start.set(2, (long) geometry.padLow().getFirst());
    return new Pad(Types.with(data, 2, padded), start, ones(data.rank()), 0);
  }

  /** What one tap of the windows sees of the padded axis. */
  private static Slice seen(Shape padded, Geometry geometry, int tap) {
    var start = new ArrayList<>(Collections.nCopies(padded.rank(), 0L));
    var size = new ArrayList<>(Arrays.stream(padded.sizes()).boxed().toList());
    var step = new ArrayList<>(ones(padded.rank()));
    long reach = geometry.dilation().getFirst() * (geometry.kernel().getFirst() - 1L) + 1;
    start.set(2, (long) tap * geometry.dilation().getFirst());
    size.set(2, (padded.size(2) - reach) / geometry.stride().getFirst() + 1);
    step.set(2, (long) geometry.stride().getFirst());
    return new Slice(start, size, step);
  }

  private static List<Long> ones(int rank) {
    return Collections.nCopies(rank, 1L);
  }

  private static Geometry withoutFirst(Geometry g) {
    int rank = g.rank();
    return new Geometry(g.kernel().subList(1, rank), g.stride().subList(1, rank), g.padLow().subList(1, rank),
        g.padHigh().subList(1, rank), g.dilation().subList(1, rank));
  }

  /** Windows along the first spatial axis of two. */
  private static Geometry firstAlone(Geometry g) {
    return new Geometry(List.of(g.kernel().getFirst(), 1), List.of(g.stride().getFirst(), 1),
        List.of(g.padLow().getFirst(), 0), List.of(g.padHigh().getFirst(), 0), List.of(g.dilation().getFirst(), 1));
  }
}
