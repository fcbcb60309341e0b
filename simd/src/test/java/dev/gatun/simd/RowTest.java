package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.KernelSpec.Fold;
import dev.gatun.ops.KernelSpec.Reduction;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RowTest {
  @Property(tries = 400)
  void softmaxMeetsTheInterpreter(@ForAll long seed) {
    var random = new Random(seed);
    var row = softmax(random);
    try (var trial = new Trial(row, random, false)) {
      trial.runCpu(1 + random.nextInt(2)).runInterpreter()
          .compare(row.in().getFirst().dtype() == DType.F32 ? 2e-5 : 1e-11);
    }
  }

  static KernelSpec.Row softmax(Random random) {
    var space = Trial.shape(random, 1 + random.nextInt(4), random.nextInt(10) == 0 ? 200_000 : 3000);
    var dtype = random.nextInt(4) == 0 ? DType.F64 : DType.F32;
    var x = new Expr.Input(0, dtype);
    var max = new Expr.Fold(0, dtype);
    var e = new Expr.Apply1(UnaryFn.EXP, new Expr.Apply2(BinaryFn.SUB, x, max));
    var sum = new Expr.Fold(1, dtype);
    return new KernelSpec.Row(space, axes(random, space.rank()), List.of(new TensorType(dtype, space)),
        List.of(new Reduction(Fold.MAX, x), new Reduction(Fold.SUM, e)), List.of(max, sum),
        List.of(new Expr.Apply2(BinaryFn.DIV, e, sum)));
  }

  @Property(tries = 400)
  void foldsOfIntegersAndExtremesAreExact(@ForAll long seed) {
    var random = new Random(seed);
    try (var trial = new Trial(folds(random), random, true)) {
      trial.runCpu(1 + random.nextInt(2)).runInterpreter().compare(0);
    }
  }

  static KernelSpec.Row folds(Random random) {
    var space = Trial.shape(random, random.nextInt(6), random.nextInt(10) == 0 ? 100_000 : 3000);
    var dtypes = List.of(DType.I32, DType.F32, DType.U8, DType.I64, DType.BOOL, DType.F64);
    var in = new ArrayList<TensorType>();
    var folds = new ArrayList<Reduction>();
    var rows = new ArrayList<Expr>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      var dtype = dtypes.get(random.nextInt(dtypes.size()));
      in.add(new TensorType(dtype, space));
      var kind = dtype == DType.BOOL || dtype.isFloat() || random.nextBoolean()
          ? random.nextBoolean() ? Fold.MAX : Fold.MIN : Fold.SUM;
      folds.add(new Reduction(kind, new Expr.Input(i, dtype)));
      rows.add(new Expr.Fold(i, folds.getLast().dtype()));
    }
    return new KernelSpec.Row(space, axes(random, space.rank()), in, folds, rows, List.of());
  }

  private static List<Integer> axes(Random random, int rank) {
    var all = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.shuffle(all, random);
    return all.subList(0, random.nextInt(rank + 1)).stream().sorted().toList();
  }
}
