package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LayoutTest {
  @Property(tries = 300)
  void elementsLieApartWithinTheExtentAndRunsKeepTheirGap(@ForAll long seed, @ForAll @IntRange(max = 5) int rank,
      @ForAll @IntRange(max = 3) int gap) {
    var random = new Random(seed);
    var shape = Shape.of(IntStream.range(0, rank).mapToLong(i -> random.nextInt(5)).toArray());
    var axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.shuffle(axes, random);
    var named = axes.subList(0, rank == 0 ? 0 : 1 + random.nextInt(rank));
    var layout = new Layout(named, rank == 0 ? 0 : gap);
    var strides = layout.strides(shape);
    var seen = new HashSet<Long>();
    Grid.forEach(shape, (position, number) -> assertTrue(seen.add((long) Grid.offset(position, strides))));
    long runs = named.isEmpty() || shape.elements() == 0 ? 0
        : shape.elements() / layout.complete(rank).reversed().stream().map(shape::size).filter(s -> s > 1).findFirst()
            .orElse(1L);
    boolean alone = shape.elements() <= 1;
    assertEquals(shape.elements() + (alone ? 0 : runs * layout.gap()), layout.extent(shape));
    assertTrue(seen.stream().allMatch(at -> at < Math.max(1, layout.extent(shape))));
    assertTrue(layout.accepts(shape, strides));
    assertTrue(layout.accepts(shape, layout.withGap(0).strides(shape)), "what asks for gaps takes memory without");
  }

  @Property(tries = 1)
  void aGapMakesOtherStrides() {
    var shape = Shape.of(4, 2, 3);
    assertEquals(List.of(1L, 18L, 6L), boxed(Layout.of(1, 2, 0).withGap(2).strides(shape)));
    assertEquals(List.of(1L, 12L, 4L), boxed(Layout.of(1, 2, 0).strides(shape)));
    assertTrue(!Layout.of(1, 2, 0).accepts(shape, Layout.of(1, 2, 0).withGap(2).strides(shape)));
  }

  private static List<Long> boxed(long[] strides) {
    return java.util.Arrays.stream(strides).boxed().toList();
  }
}
