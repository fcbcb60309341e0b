package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.ArgReduce;
import dev.gatun.ops.ArgSort;
import dev.gatun.ops.Gather;
import dev.gatun.ops.IndexException;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Op;
import dev.gatun.ops.ScatterAdd;
import dev.gatun.ops.TensorType;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MoveTest {
  static KernelSpec.Direct direct(Op.Primitive op, TensorType... in) {
    var types = List.of(in);
    return new KernelSpec.Direct(op, types, op.infer(types), null);
  }

  @Property(tries = 200)
  void argReduce(@ForAll long seed) {
    try (var trial = argReduce(new Random(seed))) {
      trial.runCpu(2).runInterpreter().compare(0);
    }
  }

  static Trial argReduce(Random random) {
    var shape = Trial.shape(random, 1 + random.nextInt(4), 2000);
    int axis = random.nextInt(shape.rank());
    while (shape.size(axis) == 0) {
      shape = Trial.shape(random, shape.rank(), 2000);
    }
    var dtype = List.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.U8).get(random.nextInt(5));
    return new Trial(direct(new ArgReduce(random.nextBoolean(), axis), new TensorType(dtype, shape)), random, true);
  }

  @Property(tries = 200)
  void argSort(@ForAll long seed) {
    try (var trial = argSort(new Random(seed))) {
      trial.runCpu(2).runInterpreter().compare(0);
    }
  }

  static Trial argSort(Random random) {
    var shape = Trial.shape(random, 1 + random.nextInt(4), 2000);
    var dtype = List.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.U8).get(random.nextInt(5));
    int most = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(20);
    return new Trial(direct(new ArgSort(random.nextBoolean(), random.nextInt(shape.rank()), most),
        new TensorType(dtype, shape)), random, true);
  }

  @Property(tries = 300)
  void gatherAndScatterAdd(@ForAll long seed) {
    try (var trial = gatherOrScatterAdd(new Random(seed))) {
      boolean sums = trial.spec() instanceof KernelSpec.Direct direct && direct.op() instanceof ScatterAdd
          && direct.in().getLast().dtype() != DType.I32;
      trial.runCpu(2).runInterpreter().compare(sums ? 1e-5 : 0);
    }
  }

  static Trial gatherOrScatterAdd(Random random) {
    var drawn = Trial.shape(random, 1 + random.nextInt(3), 1500);
    int axis = random.nextInt(drawn.rank());
    while (drawn.size(axis) == 0) {
      drawn = Trial.shape(random, drawn.rank(), 1500);
    }
    var x = drawn;
    int batch = random.nextInt(axis + 1);
    var sizes = new long[batch + random.nextInt(3)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = i < batch ? x.size(i) : 1 + random.nextInt(5);
    }
    var index = new TensorType(DType.I32, Shape.of(sizes));
    var dtype = List.of(DType.F32, DType.F64, DType.I32).get(random.nextInt(3));
    boolean scatter = random.nextBoolean();
    var part = new Gather(axis, batch).infer(List.of(new TensorType(dtype, x), index)).getFirst();
    var spec = scatter ? direct(new ScatterAdd(x, axis, batch), index, part)
        : direct(new Gather(axis, batch), new TensorType(dtype, x), index);
    // A sum of f32 may pass infinity on its way where the definition's, in double, does not.
    var trial = new Trial(spec, random, !scatter || dtype != DType.F32);
    trial.setInput(scatter ? 0 : 1, number -> random.nextInt((int) x.size(axis)));
    return trial;
  }

  @Test
  void indexOutOfRangeNamesOpIndexAndOrigin() {
    var random = new Random(1);
    var spec = direct(new Gather(0, 0), TensorType.of(DType.F32, 4, 3), TensorType.of(DType.I32, 2));
    try (var trial = new Trial(spec, random, false)) {
      trial.setInput(1, number -> number == 1 ? 4 : 0);
      var thrown = assertThrows(IndexException.class, () -> trial.runCpu(1));
      assertEquals(new IndexException(spec.op().label(), 4, 4).at("here").getMessage(), thrown.getMessage());
    }
  }
}
