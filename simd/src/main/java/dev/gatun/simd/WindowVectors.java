package dev.gatun.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Windows of f32 whose lanes lie side by side in all operands, for whole vectors of them. No lane is masked: HotSpot's
 * C1 fails on methods with many masks, of which it makes much code where the processor has no registers for them. No
 * method calls another of this class: HotSpot may leave such a call a call, and then puts each vector that goes through
 * it in the heap. Windows of 2 × 2 taps are written out for the largest and its gradient: loops of two turns each took
 * half as long again, and twice as long where the image lies in a second-level cache.
 */
final class WindowVectors implements WindowLanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.vectorShape().withLanes(int.class);
  static final int LANES = FLOATS.length();
  // HotSpot knows the class of what is loaded, but only the declared one of what is spread from a scalar: ExactClass.
  private static final Class<? extends FloatVector> FLOAT_CLASS = FLOATS.vectorType().asSubclass(FloatVector.class);
  private static final Class<? extends IntVector> INT_CLASS = INTS.vectorType().asSubclass(IntVector.class);

  @Override
  public void max(Window window, long y, long p, int from, int to) {
    long tapRow = window.tapRow();
    long tapColumn = window.tapColumn();
    int placeRow = window.placeRow();
    int placeColumn = window.placeColumn();
    int height = window.height;
    int width = window.width;
    if (height == 2 && width == 2) {
      var here = INT_CLASS.cast(IntVector.broadcast(INTS, window.place));
      var beside = INT_CLASS.cast(IntVector.broadcast(INTS, window.place + placeColumn));
      var below = INT_CLASS.cast(IntVector.broadcast(INTS, window.place + placeRow));
      var last = INT_CLASS.cast(IntVector.broadcast(INTS, window.place + placeRow + placeColumn));
      for (int lane = from; lane < to; lane += LANES) {
        long at = window.first + 4L * lane;
        var a = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at & Raw.SPACE, Raw.ORDER);
        var b = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at + tapColumn & Raw.SPACE, Raw.ORDER);
        var c = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at + tapRow & Raw.SPACE, Raw.ORDER);
        var d = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at + tapRow + tapColumn & Raw.SPACE, Raw.ORDER);
        var left = b.compare(VectorOperators.LE, a).or(a.compare(VectorOperators.NE, a));
        var upper = b.blend(a, left);
        var right = d.compare(VectorOperators.LE, c).or(c.compare(VectorOperators.NE, c));
        var lower = d.blend(c, right);
        var stays = lower.compare(VectorOperators.LE, upper).or(upper.compare(VectorOperators.NE, upper));
        lower.blend(upper, stays).intoMemorySegment(Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER);
        if (p != 0) {
          var place = last.blend(below, right.cast(INTS)).blend(beside.blend(here, left.cast(INTS)), stays.cast(INTS));
          place.intoMemorySegment(Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER);
        }
      }
      return;
    }
    boolean empty = height == 0 || width == 0;
    for (int lane = from; lane < to; lane += LANES) {
      long first = window.first + 4L * lane;
      var best = empty ? FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY))
          : FloatVector.fromMemorySegment(FLOATS, Raw.ALL, first & Raw.SPACE, Raw.ORDER);
      var where = INT_CLASS.cast(IntVector.broadcast(INTS, empty ? -1 : window.place));
      for (int down = 0; down < height; down++) {
        long row = first + down * tapRow;
        int place = window.place + down * placeRow;
        for (int across = down == 0 ? 1 : 0; across < width; across++) {
          var x = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, row + across * tapColumn & Raw.SPACE, Raw.ORDER);
          var tap = INT_CLASS.cast(IntVector.broadcast(INTS, place + across * placeColumn));
          // Not ≤ is > or one of them NaN; what is NaN already stays.
          var stays = x.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best));
          best = x.blend(best, stays);
          where = tap.blend(where, stays.cast(INTS));
        }
      }
      best.intoMemorySegment(Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER);
      if (p != 0) {
        where.intoMemorySegment(Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER);
      }
    }
  }

  @Override
  public void sum(Window window, long y, int from, int to) {
    long tapRow = window.tapRow();
    long tapColumn = window.tapColumn();
    for (int lane = from; lane < to; lane += LANES) {
      var sum = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * tapRow;
        for (int across = 0; across < window.width; across++) {
          sum = sum.add(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, row + across * tapColumn & Raw.SPACE,
              Raw.ORDER));
        }
      }
      sum.intoMemorySegment(Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER);
    }
  }

  @Override
  public void clear(Window window, int from, int to) {
    long tapRow = window.tapRow();
    long tapColumn = window.tapColumn();
    var zero = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
    for (int lane = from; lane < to; lane += LANES) {
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * tapRow;
        for (int across = 0; across < window.width; across++) {
          zero.intoMemorySegment(Raw.ALL, row + across * tapColumn & Raw.SPACE, Raw.ORDER);
        }
      }
    }
  }

  @Override
  public void spread(Window window, long y, int from, int to, boolean alone) {
    long tapRow = window.tapRow();
    long tapColumn = window.tapColumn();
    var zero = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
    for (int lane = from; lane < to; lane += LANES) {
      var value = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * tapRow;
        for (int across = 0; across < window.width; across++) {
          long at = row + across * tapColumn & Raw.SPACE;
          var before = alone ? zero : FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at, Raw.ORDER);
          before.add(value).intoMemorySegment(Raw.ALL, at, Raw.ORDER);
        }
      }
    }
  }

  @Override
  public void move(Window window, long y, long p, int from, int to, boolean alone) {
    long tapRow = window.tapRow();
    long tapColumn = window.tapColumn();
    int placeRow = window.placeRow();
    int placeColumn = window.placeColumn();
    var zero = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
    if (alone && window.height == 2 && window.width == 2) {
      var here = INT_CLASS.cast(IntVector.broadcast(INTS, window.place));
      var beside = INT_CLASS.cast(IntVector.broadcast(INTS, window.place + placeColumn));
      var below = INT_CLASS.cast(IntVector.broadcast(INTS, window.place + placeRow));
      var last = INT_CLASS.cast(IntVector.broadcast(INTS, window.place + placeRow + placeColumn));
      for (int lane = from; lane < to; lane += LANES) {
        var value = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER).add(zero);
        var wanted = IntVector.fromMemorySegment(INTS, Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER);
        long at = window.first + 4L * lane;
        zero.blend(value, wanted.eq(here).cast(FLOATS))
            .intoMemorySegment(Raw.ALL, at & Raw.SPACE, Raw.ORDER);
        zero.blend(value, wanted.eq(beside).cast(FLOATS))
            .intoMemorySegment(Raw.ALL, at + tapColumn & Raw.SPACE, Raw.ORDER);
        zero.blend(value, wanted.eq(below).cast(FLOATS))
            .intoMemorySegment(Raw.ALL, at + tapRow & Raw.SPACE, Raw.ORDER);
        zero.blend(value, wanted.eq(last).cast(FLOATS))
            .intoMemorySegment(Raw.ALL, at + tapRow + tapColumn & Raw.SPACE, Raw.ORDER);
      }
      return;
    }
    for (int lane = from; lane < to; lane += LANES) {
      var value = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER);
      var wanted = IntVector.fromMemorySegment(INTS, Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * tapRow;
        int place = window.place + down * placeRow;
        for (int across = 0; across < window.width; across++) {
          long at = row + across * tapColumn & Raw.SPACE;
          var tap = INT_CLASS.cast(IntVector.broadcast(INTS, place + across * placeColumn));
          // Zero is added elsewhere: a store of these lanes alone would be waited for by the load after it.
          var here = zero.blend(value, wanted.eq(tap).cast(FLOATS));
          var before = alone ? zero : FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at, Raw.ORDER);
          before.add(here).intoMemorySegment(Raw.ALL, at, Raw.ORDER);
        }
      }
    }
  }

  @Override
  public void collect(Window window, long y, long p, int from, int to) {
    long tapRow = window.tapRow();
    long tapColumn = window.tapColumn();
    int placeRow = window.placeRow();
    int placeColumn = window.placeColumn();
    for (int lane = from; lane < to; lane += LANES) {
      var wanted = IntVector.fromMemorySegment(INTS, Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER);
      var value = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * tapRow;
        int place = window.place + down * placeRow;
        for (int across = 0; across < window.width; across++) {
          var x = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, row + across * tapColumn & Raw.SPACE, Raw.ORDER);
          var tap = INT_CLASS.cast(IntVector.broadcast(INTS, place + across * placeColumn));
          value = value.blend(x, wanted.eq(tap).cast(FLOATS));
        }
      }
      value.intoMemorySegment(Raw.ALL, y + 4L * lane & Raw.SPACE, Raw.ORDER);
    }
  }
}
