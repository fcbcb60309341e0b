package dev.gatun.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Windows of f32 whose lanes lie side by side in all operands. The last lanes of a unit are masked. */
final class WindowVectors extends WindowLanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.vectorShape().withLanes(int.class);
  private static final int LANES = FLOATS.length();

  private static FloatVector load(long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at & Raw.SPACE, Raw.ORDER, mask);
  }

  private static IntVector places(long at, VectorMask<Float> mask) {
    return IntVector.fromMemorySegment(INTS, Raw.ALL, at & Raw.SPACE, Raw.ORDER, mask.cast(INTS));
  }

  private static void store(FloatVector value, long at, VectorMask<Float> mask) {
    value.intoMemorySegment(Raw.ALL, at & Raw.SPACE, Raw.ORDER, mask);
  }

  @Override
  void max(long y, long p, int n) {
    int height = window.height;
    int width = window.width;
    for (int lane = 0; lane < n; lane += LANES) {
      var mask = FLOATS.indexInRange(lane, n);
      long from = window.first + 4L * lane;
      var best = height == 0 || width == 0 ? FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY) : load(from, mask);
      var where = IntVector.broadcast(INTS, height == 0 || width == 0 ? -1 : window.place);
      for (int tap = 1; tap < height * width; tap++) {
        int down = tap / width;
        int across = tap - down * width;
        var x = load(from + down * window.tapRow() + across * window.tapColumn(), mask);
        var wins = best.lt(x).or(x.test(VectorOperators.IS_NAN).andNot(best.test(VectorOperators.IS_NAN)));
        best = best.blend(x, wins);
        where = where.blend(window.place + down * window.placeRow() + across * window.placeColumn(),
            wins.cast(INTS));
      }
      store(best, y + 4L * lane, mask);
      if (p != 0) {
        where.intoMemorySegment(Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER, mask.cast(INTS));
      }
    }
  }

  @Override
  void sum(long y, int n) {
    for (int lane = 0; lane < n; lane += LANES) {
      var mask = FLOATS.indexInRange(lane, n);
      var sum = FloatVector.zero(FLOATS);
      for (int down = 0; down < window.height; down++) {
        long from = window.first + 4L * lane + down * window.tapRow();
        for (int across = 0; across < window.width; across++) {
          sum = sum.add(load(from + across * window.tapColumn(), mask));
        }
      }
      store(sum, y + 4L * lane, mask);
    }
  }

  @Override
  void clear(int n) {
    for (int lane = 0; lane < n; lane += LANES) {
      var mask = FLOATS.indexInRange(lane, n);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        for (int across = 0; across < window.width; across++) {
          store(FloatVector.zero(FLOATS), row + across * window.tapColumn(), mask);
        }
      }
    }
  }

  @Override
  void spread(long y, int n, boolean alone) {
    for (int lane = 0; lane < n; lane += LANES) {
      var mask = FLOATS.indexInRange(lane, n);
      var value = load(y + 4L * lane, mask);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        for (int across = 0; across < window.width; across++) {
          add(value, row + across * window.tapColumn(), mask, alone);
        }
      }
    }
  }

  @Override
  void move(long y, long p, int n, boolean alone) {
    var zero = FloatVector.zero(FLOATS);
    for (int lane = 0; lane < n; lane += LANES) {
      var mask = FLOATS.indexInRange(lane, n);
      var value = load(y + 4L * lane, mask);
      var wanted = places(p + 4L * lane, mask);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        int place = window.place + down * window.placeRow();
        for (int across = 0; across < window.width; across++) {
          // Zero is added elsewhere: a store of these lanes alone would be waited for by the load after it.
          var here = wanted.eq(place + across * window.placeColumn()).cast(FLOATS);
          add(zero.blend(value, here), row + across * window.tapColumn(), mask, alone);
        }
      }
    }
  }

  private static void add(FloatVector value, long to, VectorMask<Float> mask, boolean toZero) {
    var before = toZero ? FloatVector.zero(FLOATS) : load(to, mask);
    store(before.add(value), to, mask);
  }

  @Override
  void collect(long y, long p, int n) {
    for (int lane = 0; lane < n; lane += LANES) {
      var mask = FLOATS.indexInRange(lane, n);
      var wanted = places(p + 4L * lane, mask);
      var value = FloatVector.zero(FLOATS);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        int place = window.place + down * window.placeRow();
        for (int across = 0; across < window.width; across++) {
          var here = wanted.eq(place + across * window.placeColumn()).cast(FLOATS);
          value = value.blend(load(row + across * window.tapColumn(), mask), here);
        }
      }
      store(value, y + 4L * lane, mask);
    }
  }
}
