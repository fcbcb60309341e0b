package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Grid;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class MapTest {
  @Property(tries = 600)
  void expressionsMeetTheirValueBitForBit(@ForAll long seed) {
    var random = new Random(seed);
    var map = map(random);
    try (var trial = new Trial(map, random, true)) {
      trial.runCpu(1 + random.nextInt(2));
      var in = IntStream.range(0, map.in().size()).mapToObj(trial::input).toList();
      for (int i = 0; i < map.exprs().size(); i++) {
        trial.compare(i, values(map.exprs().get(i), map.space(), in), 0);
      }
    }
  }

  /** Of any strides to any: transposed by pairs of elements, with odd rows and columns left, backwards, with gaps. */
  @Property(tries = 150)
  void copiesMoveEveryElement(@ForAll long seed) {
    var random = new Random(seed);
    var space = Trial.shape(random, 2 + random.nextInt(2), 60_000);
    var dtype = DType.values()[random.nextInt(DType.values().length)];
    var copy = KernelSpec.Map.copy(new TensorType(dtype, space));
    try (var trial = new Trial(copy, random, true)) {
      trial.runCpu(1 + random.nextInt(2));
      trial.compare(0, trial.input(0), 0);
    }
  }

  static KernelSpec.Map map(Random random) {
    var space = Trial.shape(random, random.nextInt(6), random.nextInt(20) == 0 ? 60_000 : 2000);
    var drawn = new RandomExpr(random, space, random.nextInt(4));
    var exprs = new ArrayList<Expr>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      exprs.add(drawn.draw(random.nextInt(4) == 0 ? DType.BOOL : drawn.dtype(), 3));
    }
    return new KernelSpec.Map(space, drawn.inputs.stream().map(d -> new TensorType(d, space)).toList(), exprs);
  }

  private static double[] values(Expr e, Shape space, List<double[]> in) {
    var values = new double[Math.toIntExact(space.elements())];
    Grid.forEach(space, (position, number) -> values[number] = RandomExpr.value(e, position, number, in, null));
    return values;
  }
}
