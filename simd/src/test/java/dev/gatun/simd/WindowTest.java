package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Geometry;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Layout;
import dev.gatun.ops.MaxPool;
import dev.gatun.ops.SumPool;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Unpool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WindowTest {
  @Property(tries = 300)
  void windowsMeetTheInterpreter(@ForAll long seed) {
    try (var trial = trial(new Random(seed))) {
      boolean exact = trial.spec() instanceof KernelSpec.Direct direct && direct.op() instanceof MaxPool;
      trial.runCpu(2).runInterpreter().compare(exact ? 0 : 1e-5);
    }
  }

  static Trial trial(Random random) {
    int rank = 1 + random.nextInt(2);
    var geometry = geometry(random, rank);
    var sizes = new long[rank + 2];
    sizes[0] = List.of(1, 2, 3, 16, 17, 65).get(random.nextInt(6));
    sizes[1] = List.of(1, 2, 3, 16, 5, 33).get(random.nextInt(6));
    for (int i = 0; i < rank; i++) {
      sizes[2 + i] = geometry.dilation().get(i) * (geometry.kernel().get(i) - 1L) + 1 + random.nextInt(5);
    }
    var data = new TensorType(random.nextInt(4) == 0 ? DType.F64 : DType.F32, Shape.of(sizes));
    var pooled = new MaxPool(geometry, false).infer(List.of(data)).getFirst();
    var spec = switch (random.nextInt(5)) {
      case 0 -> MoveTest.direct(new MaxPool(geometry, random.nextBoolean()), data);
      case 1 -> MoveTest.direct(new SumPool(data.shape(), geometry, false), data);
      case 2 -> MoveTest.direct(new SumPool(data.shape(), geometry, true), pooled);
      case 3 -> MoveTest.direct(new Unpool(data.shape(), geometry, false), pooled,
          new TensorType(DType.I32, pooled.shape()));
      default -> MoveTest.direct(new Unpool(data.shape(), geometry, true), data,
          new TensorType(DType.I32, pooled.shape()));
    };
    var trial = new Trial(spec, random, spec.op() instanceof MaxPool, layout(spec, random));
    if (spec.op() instanceof Unpool) {
      trial.setInput(1, number -> place(number, data.shape(), geometry, random));
    }
    return trial;
  }

  /** Any strides, or those with lanes along the batch or the channels. */
  private static Choice layout(KernelSpec spec, Random random) {
    var any = new CpuBackend().choices(spec).getFirst();
    boolean places = spec instanceof KernelSpec.Direct direct && direct.op() instanceof Unpool;
    if (!places && random.nextInt(3) == 0) {
      return any;
    }
    var layout = Layout.of(random.nextInt(places ? 3 : 2));
    if (places) {
      // All axes: a place that repeats would lie under one of its windows only.
      layout = new Layout(layout.complete(spec.in().getFirst().shape().rank()));
    }
    return new Choice(any.name(), Collections.nCopies(spec.in().size(), layout),
        Collections.nCopies(spec.out().size(), layout), 0, 0, 0, true);
  }

  private static Geometry geometry(Random random, int rank) {
    var lists = new ArrayList<List<Integer>>();
    for (int i = 0; i < 5; i++) {
      lists.add(new ArrayList<>());
    }
    for (int i = 0; i < rank; i++) {
      int kernel = 1 + random.nextInt(3);
      lists.get(0).add(kernel);
      lists.get(1).add(1 + random.nextInt(3));
      lists.get(2).add(random.nextInt(kernel));
      lists.get(3).add(random.nextInt(kernel));
      lists.get(4).add(1 + random.nextInt(2));
    }
    return new Geometry(lists.get(0), lists.get(1), lists.get(2), lists.get(3), lists.get(4));
  }

  /** A place under window {@code number}. */
  private static int place(int number, Shape data, Geometry g, Random random) {
    int rank = g.rank();
    var spatial = Shape.of(java.util.Arrays.copyOfRange(data.sizes(), 2, 2 + rank));
    var outputs = g.outputs(spatial);
    var output = new long[rank];
    long rest = number % outputs.elements();
    for (int i = rank - 1; i >= 0; i--) {
      output[i] = rest % outputs.size(i);
      rest /= outputs.size(i);
    }
    while (true) {
      var tap = new long[rank];
      for (int i = 0; i < rank; i++) {
        tap[i] = random.nextInt(g.kernel().get(i));
      }
      long at = g.position(output, tap, spatial);
      if (at >= 0) {
        return (int) at;
      }
    }
  }
}
