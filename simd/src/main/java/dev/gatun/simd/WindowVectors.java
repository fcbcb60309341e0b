package dev.gatun.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Windows of f32 whose lanes lie side by side in all operands, for whole vectors of them. No lane is masked: HotSpot's
 * C1 fails on methods with many masks, of which it makes much code where the processor has no registers for them.
 */
final class WindowVectors implements WindowLanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.vectorShape().withLanes(int.class);
  static final int LANES = FLOATS.length();
  // HotSpot knows the class of what is loaded, but only the declared one of what is spread from a scalar: ExactClass.
  private static final Class<? extends FloatVector> FLOAT_CLASS = FLOATS.vectorType().asSubclass(FloatVector.class);
  private static final Class<? extends IntVector> INT_CLASS = INTS.vectorType().asSubclass(IntVector.class);

  private static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(FLOATS, Raw.ALL, at & Raw.SPACE, Raw.ORDER);
  }

  private static IntVector places(long at) {
    return IntVector.fromMemorySegment(INTS, Raw.ALL, at & Raw.SPACE, Raw.ORDER);
  }

  private static void store(FloatVector value, long at) {
    value.intoMemorySegment(Raw.ALL, at & Raw.SPACE, Raw.ORDER);
  }

  private static FloatVector splat(float value) {
    return FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, value));
  }

  private static IntVector splat(int value) {
    return INT_CLASS.cast(IntVector.broadcast(INTS, value));
  }

  @Override
  public void max(Window window, long y, long p, int from, int to) {
    int height = window.height;
    int width = window.width;
    boolean empty = height == 0 || width == 0;
    for (int lane = from; lane < to; lane += LANES) {
      long at = window.first + 4L * lane;
      var best = empty ? splat(Float.NEGATIVE_INFINITY) : load(at);
      var where = splat(empty ? -1 : window.place);
      for (int tap = 1; tap < height * width; tap++) {
        int down = tap / width;
        int across = tap - down * width;
        var x = load(at + down * window.tapRow() + across * window.tapColumn());
        var wins = best.lt(x).or(x.test(VectorOperators.IS_NAN).andNot(best.test(VectorOperators.IS_NAN)));
        best = best.blend(x, wins);
        where = where.blend(splat(window.place + down * window.placeRow() + across * window.placeColumn()),
            wins.cast(INTS));
      }
      store(best, y + 4L * lane);
      if (p != 0) {
        where.intoMemorySegment(Raw.ALL, p + 4L * lane & Raw.SPACE, Raw.ORDER);
      }
    }
  }

  @Override
  public void sum(Window window, long y, int from, int to) {
    for (int lane = from; lane < to; lane += LANES) {
      var sum = splat(0f);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        for (int across = 0; across < window.width; across++) {
          sum = sum.add(load(row + across * window.tapColumn()));
        }
      }
      store(sum, y + 4L * lane);
    }
  }

  @Override
  public void clear(Window window, int from, int to) {
    for (int lane = from; lane < to; lane += LANES) {
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        for (int across = 0; across < window.width; across++) {
          store(splat(0f), row + across * window.tapColumn());
        }
      }
    }
  }

  @Override
  public void spread(Window window, long y, int from, int to, boolean alone) {
    for (int lane = from; lane < to; lane += LANES) {
      var value = load(y + 4L * lane);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        for (int across = 0; across < window.width; across++) {
          add(value, row + across * window.tapColumn(), alone);
        }
      }
    }
  }

  @Override
  public void move(Window window, long y, long p, int from, int to, boolean alone) {
    var zero = splat(0f);
    for (int lane = from; lane < to; lane += LANES) {
      var value = load(y + 4L * lane);
      var wanted = places(p + 4L * lane);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        int place = window.place + down * window.placeRow();
        for (int across = 0; across < window.width; across++) {
          // Zero is added elsewhere: a store of these lanes alone would be waited for by the load after it.
          var here = wanted.eq(splat(place + across * window.placeColumn())).cast(FLOATS);
          add(zero.blend(value, here), row + across * window.tapColumn(), alone);
        }
      }
    }
  }

  private static void add(FloatVector value, long to, boolean toZero) {
    var before = toZero ? splat(0f) : load(to);
    store(before.add(value), to);
  }

  @Override
  public void collect(Window window, long y, long p, int from, int to) {
    for (int lane = from; lane < to; lane += LANES) {
      var wanted = places(p + 4L * lane);
      var value = splat(0f);
      for (int down = 0; down < window.height; down++) {
        long row = window.first + 4L * lane + down * window.tapRow();
        int place = window.place + down * window.placeRow();
        for (int across = 0; across < window.width; across++) {
          var here = wanted.eq(splat(place + across * window.placeColumn())).cast(FLOATS);
          value = value.blend(load(row + across * window.tapColumn()), here);
        }
      }
      store(value, y + 4L * lane);
    }
  }
}
