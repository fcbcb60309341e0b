package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Chains of views against a model that knows indices only, no strides. */
class TensorViewsTest {
  /** What a tensor should hold: a value for every index. */
  private record Model(long[] sizes, ToDoubleFunction<long[]> at) {
    double[] rowMajor() {
      var shape = Shape.of(sizes);
      double[] values = new double[(int) shape.elements()];
      for (int i = 0; i < values.length; i++) {
        values[i] = at.applyAsDouble(index(sizes, i));
      }
      return values;
    }
  }

  private record Pair(Tensor tensor, Model model) {}

  private static long[] index(long[] sizes, long position) {
    long[] index = new long[sizes.length];
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      index[axis] = position % sizes[axis];
      position /= sizes[axis];
    }
    return index;
  }

  private static long position(long[] sizes, long[] index) {
    long position = 0;
    for (int axis = 0; axis < sizes.length; axis++) {
      position = position * sizes[axis] + index[axis];
    }
    return position;
  }

  private static Pair transpose(Pair pair, Random random) {
    int rank = pair.model.sizes.length;
    int[] permutation = new int[rank];
    long[] sizes = new long[rank];
    for (int i = 0; i < rank; i++) {
      int other = random.nextInt(i + 1);
      permutation[i] = permutation[other];
      permutation[other] = i;
    }
    for (int i = 0; i < rank; i++) {
      sizes[i] = pair.model.sizes[permutation[i]];
    }
    return new Pair(pair.tensor.transpose(permutation), new Model(sizes, index -> {
      long[] before = new long[rank];
      for (int i = 0; i < rank; i++) {
        before[permutation[i]] = index[i];
      }
      return pair.model.at.applyAsDouble(before);
    }));
  }

  private static Pair slice(Pair pair, Random random) {
    if (pair.model.sizes.length == 0) {
      return pair;
    }
    int axis = random.nextInt(pair.model.sizes.length);
    long[] sizes = pair.model.sizes.clone();
    long start = random.nextLong(sizes[axis] + 1);
    sizes[axis] = random.nextLong(sizes[axis] - start + 1);
    int named = random.nextBoolean() ? axis : axis - sizes.length;
    return new Pair(pair.tensor.slice(named, start, sizes[axis]), new Model(sizes, index -> {
      long[] before = index.clone();
      before[axis] += start;
      return pair.model.at.applyAsDouble(before);
    }));
  }

  private static Pair broadcast(Pair pair, Random random) {
    long[] old = pair.model.sizes;
    int added = random.nextInt(2);
    long[] sizes = new long[old.length + added];
    for (int axis = 0; axis < sizes.length; axis++) {
      boolean free = axis < added || old[axis - added] == 1;
      sizes[axis] = free ? random.nextInt(3) + 1 : old[axis - added];
    }
    return new Pair(pair.tensor.broadcastTo(Shape.of(sizes)), new Model(sizes, index -> {
      long[] before = Arrays.copyOfRange(index, added, index.length);
      for (int axis = 0; axis < before.length; axis++) {
        before[axis] = old[axis] == 1 ? 0 : before[axis];
      }
      return pair.model.at.applyAsDouble(before);
    }));
  }

  private static Pair flatten(Pair pair) {
    if (!pair.tensor.isContiguous()) {
      return pair;
    }
    long[] old = pair.model.sizes;
    long[] sizes = {1, Shape.of(old).elements()};
    return new Pair(pair.tensor.reshape(Shape.of(sizes)),
        new Model(sizes, index -> pair.model.at.applyAsDouble(index(old, position(sizes, index)))));
  }

  @Property
  void viewsAgreeWithIndexArithmetic(@ForAll long seed, @ForAll @IntRange(max = 4) int rank, @ForAll DType dtype) {
    var random = new Random(seed);
    long[] sizes = random.longs(rank, 1, 5).toArray();
    try (var arena = TensorArena.root("views", 1 << 20)) {
      var base = arena.allocate(dtype, Shape.of(sizes));
      double[] values = random.ints(base.shape().elements(), 0, dtype == DType.BOOL ? 2 : 128).asDoubleStream().toArray();
      base.setDoubles(values);
      var pair = new Pair(base, new Model(sizes, index -> values[(int) position(sizes, index)]));
      for (int step = random.nextInt(5); step > 0; step--) {
        pair = switch (random.nextInt(4)) {
          case 0 -> transpose(pair, random);
          case 1 -> slice(pair, random);
          case 2 -> broadcast(pair, random);
          default -> flatten(pair);
        };
      }
      check(arena, pair);
    }
  }

  private static void check(TensorArena arena, Pair pair) {
    var tensor = pair.tensor;
    var expected = pair.model.rowMajor();
    assertEquals(Shape.of(pair.model.sizes), tensor.shape());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], tensor.get(index(pair.model.sizes, i)));
      assertEquals((long) expected[i], tensor.getLong(index(pair.model.sizes, i)));
    }
    assertArrayEquals(expected, tensor.toDoubles());
    int[] ints = tensor.toInts();
    float[] floats = tensor.toFloats();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], ints[i]);
      assertEquals(expected[i], floats[i]);
    }
    var dense = arena.allocate(tensor.dtype(), tensor.shape());
    dense.copyFrom(tensor);
    assertArrayEquals(expected, dense.toDoubles());
    int[] reversal = new int[tensor.shape().rank()];
    Arrays.setAll(reversal, i -> -1 - i);
    var scattered = arena.allocate(tensor.dtype(), dense.transpose(reversal).shape()).transpose(reversal);
    scattered.copyFrom(tensor);
    assertArrayEquals(expected, scattered.toDoubles());
    scattered.fill(1);
    scattered.setDoubles(expected);
    assertArrayEquals(expected, scattered.toDoubles());
  }
}
