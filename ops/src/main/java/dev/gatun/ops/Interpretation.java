package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One run of a plan by {@link Interpreter}. */
final class Interpretation {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  private final Plan plan;
  private final Backend.Memory memory;
  private final Profile.Recorder recorder;
  private final List<Long> turns = new ArrayList<>();

  /** @param recorder who is told when kernels run, or null */
  Interpretation(Plan plan, Backend.Memory memory, Profile.Recorder recorder) {
    this.plan = plan;
    this.memory = memory;
    this.recorder = recorder;
  }

  void run() {
    run(plan.steps(), 0);
  }

  /** Runs steps, of whose kernels the first has a number; gives that of the next after them. */
  private int run(List<Plan.Step> steps, int first) {
    int number = first;
    for (var step : steps) {
      switch (step) {
        case Plan.Run run -> {
          long start = System.nanoTime();
          run(run);
          if (recorder != null) {
            recorder.ran(number, start, System.nanoTime());
          }
          number++;
        }
        case Plan.Repeat repeat -> {
          int next = number;
          for (long turn = 0; turn < repeat.count(); turn++) {
            turns.add(turn);
            next = run(repeat.body(), number);
            turns.removeLast();
          }
          number = next;
        }
      }
    }
    return number;
  }

  private void run(Plan.Run run) {
    var in = run.in().stream().map(this::read).toList();
    var out = results(run.spec(), in, run.origin());
    for (int i = 0; i < out.size(); i++) {
      write(run.out().get(i), out.get(i));
    }
  }

  private static List<Reference> results(KernelSpec spec, List<Reference> in, String origin) {
    return switch (spec) {
      case KernelSpec.Map map -> map(map, in);
      case KernelSpec.Row row -> row(row, in);
      case KernelSpec.Direct direct -> direct(direct, in, origin);
      case KernelSpec.Chain chain -> chain(chain, in, origin);
      case KernelSpec.View v -> throw unplanned(v);
      case KernelSpec.Regroup r -> throw unplanned(r);
      case KernelSpec.Place p -> throw unplanned(p);
      case KernelSpec.Repeat r -> throw unplanned(r);
    };
  }

  /** Link after link, each on whole values. */
  private static List<Reference> chain(KernelSpec.Chain chain, List<Reference> in, String origin) {
    var values = new ArrayList<>(in);
    for (var link : chain.links()) {
      var passed = new ArrayList<Reference>();
      for (int i = 0; i < link.in().size(); i++) {
        var value = values.get(link.in().get(i).value());
        passed.add(link.in().get(i).transposed() ? transposed(value)
            : repeated(value, link.spec().in().get(i)));
      }
      values.addAll(results(link.spec(), passed, origin));
    }
    return chain.results().stream().map(values::get).toList();
  }

  /** The last two axes exchanged. */
  private static Reference transposed(Reference x) {
    var sizes = x.type().shape().sizes();
    int rank = sizes.length;
    int rows = Math.toIntExact(sizes[rank - 2]);
    int columns = Math.toIntExact(sizes[rank - 1]);
    sizes[rank - 2] = columns;
    sizes[rank - 1] = rows;
    var result = Reference.zeros(x.type().withShape(Shape.of(sizes)));
    for (int i = 0; i < result.data().length; i++) {
      int matrix = i / (rows * columns) * rows * columns;
      result.set(i, x.at(matrix + i % rows * columns + i / rows % columns));
    }
    return result;
  }

  /** A single column repeated to a type; any other value as it is. */
  private static Reference repeated(Reference x, TensorType to) {
    if (x.type().equals(to)) {
      return x;
    }
    var result = Reference.zeros(to);
    for (int i = 0; i < result.data().length; i++) {
      result.set(i, x.at(i / to.shape().size(-1)));
    }
    return result;
  }

  private static IllegalArgumentException unplanned(KernelSpec spec) {
    return new IllegalArgumentException("a plan holds no " + spec);
  }

  private static List<Reference> map(KernelSpec.Map map, List<Reference> in) {
    var out = map.out().stream().map(Reference::zeros).toList();
    Grid.forEach(map.space(), (position, number) -> {
      for (int i = 0; i < out.size(); i++) {
        out.get(i).set(number, evaluate(map.exprs().get(i), position, number, in, null));
      }
    });
    return out;
  }

  private static List<Reference> row(KernelSpec.Row row, List<Reference> in) {
    var strides = row.rowShape().rowMajorStrides();
    row.axes().forEach(axis -> strides[axis] = 0);
    int rows = Math.toIntExact(row.rowShape().elements());
    var folds = new double[rows][row.folds().size()];
    for (int f = 0; f < row.folds().size(); f++) {
      int fold = f;
      var reduction = row.folds().get(f);
      Arrays.stream(folds).forEach(r -> r[fold] = reduction.fold().identity(reduction.dtype()));
      Grid.forEach(row.space(), (position, number) -> {
        var results = folds[Grid.offset(position, strides)];
        double x = evaluate(reduction.value(), position, number, in, results);
        results[fold] = reduction.fold().apply(results[fold], x);
      });
    }
    var out = row.out().stream().map(Reference::zeros).toList();
    var whole = row.space().rowMajorStrides();
    Grid.forEach(row.rowShape(), (position, at) -> {
      for (int i = 0; i < row.rowExprs().size(); i++) {
        out.get(i).set(at, evaluate(row.rowExprs().get(i), position, Grid.offset(position, whole), in, folds[at]));
      }
    });
    Grid.forEach(row.space(), (position, number) -> {
      int at = Grid.offset(position, strides);
      for (int i = 0; i < row.mapExprs().size(); i++) {
        out.get(row.rowExprs().size() + i)
            .set(number, evaluate(row.mapExprs().get(i), position, number, in, folds[at]));
      }
    });
    return out;
  }

  private static List<Reference> direct(KernelSpec.Direct direct, List<Reference> in, String origin) {
    int operands = direct.operands();
    List<Reference> results;
    try {
      results = Evaluator.apply(direct.op(), in.subList(0, operands), direct.results());
    } catch (IndexException e) {
      throw e.at(origin);
    }
    if (direct.epilogue() == null) {
      return results;
    }
    var epilogueIn = new ArrayList<Reference>(List.of(results.getFirst()));
    epilogueIn.addAll(in.subList(operands, in.size()));
    var all = new ArrayList<>(results);
    all.set(0, map(direct.epilogue(), epilogueIn).getFirst());
    return all;
  }

  /** An expression at one place of its space. */
  static double evaluate(Expr e, long[] position, int number, List<Reference> in, double[] folds) {
    return switch (e) {
      case Expr.Input input -> in.get(input.index()).at(number);
      case Expr.Literal literal -> literal.value();
      case Expr.Fold fold -> folds[fold.index()];
      case Expr.Position p -> {
        long at = p.base();
        for (int i = 0; i < position.length; i++) {
          at += position[i] * p.coefficients().get(i);
        }
        yield (int) at;
      }
      case Expr.Draw d -> {
        int word = (int) Threefry.draw((int) evaluate(d.k0(), position, number, in, folds),
            (int) evaluate(d.k1(), position, number, in, folds),
            (int) evaluate(d.position(), position, number, in, folds), d.stream());
        yield d.dtype() == DType.I32 ? word : Threefry.unit(word);
      }
      case Expr.Apply1 a -> a.fn().apply(evaluate(a.x(), position, number, in, folds));
      case Expr.Apply2 a -> a.fn().apply(evaluate(a.x(), position, number, in, folds),
          evaluate(a.y(), position, number, in, folds), a.x().dtype());
      case Expr.Choose c -> evaluate(c.condition(), position, number, in, folds) != 0
          ? evaluate(c.x(), position, number, in, folds) : evaluate(c.y(), position, number, in, folds);
      case Expr.Convert c -> Expr.convert(evaluate(c.x(), position, number, in, folds), c.x().dtype(), c.dtype());
    };
  }

  private long address(Plan.Operand operand) {
    var buffer = plan.buffers().get(operand.buffer());
    long at = buffer.offset() + operand.offset();
    for (int i = 0; i < operand.advance().size(); i++) {
      at += turns.get(i) * operand.advance().get(i);
    }
    return at;
  }

  private MemorySegment segment(Plan.Operand operand) {
    return memory.at(plan.buffers().get(operand.buffer()).place()).host();
  }

  private Reference read(Plan.Operand operand) {
    var reference = Reference.zeros(operand.type());
    long start = address(operand);
    var from = segment(operand);
    var strides = operand.strides().stream().mapToLong(Long::longValue).toArray();
    int width = operand.type().dtype().bytes();
    Grid.forEach(operand.type().shape(), (position, number) -> reference.set(number,
        get(from, operand.type().dtype(), start + (long) Grid.offset(position, strides) * width)));
    return reference;
  }

  private void write(Plan.Operand operand, Reference reference) {
    long start = address(operand);
    var to = segment(operand);
    var strides = operand.strides().stream().mapToLong(Long::longValue).toArray();
    int width = operand.type().dtype().bytes();
    Grid.forEach(operand.type().shape(), (position, number) -> set(to, operand.type().dtype(),
        start + (long) Grid.offset(position, strides) * width, reference.at(number)));
  }

  private static double get(MemorySegment from, DType dtype, long at) {
    return switch (dtype) {
      case F32 -> from.get(F32, at);
      case F64 -> from.get(F64, at);
      case I32 -> from.get(I32, at);
      case I64 -> from.get(I64, at);
      case U8 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      case I8, BOOL -> from.get(ValueLayout.JAVA_BYTE, at);
      case F16 -> Float.float16ToFloat(from.get(I16, at));
      case BF16 -> Float.intBitsToFloat(from.get(I16, at) << 16);
    };
  }

  private static void set(MemorySegment to, DType dtype, long at, double value) {
    switch (dtype) {
      case F32 -> to.set(F32, at, (float) value);
      case F64 -> to.set(F64, at, value);
      case I32 -> to.set(I32, at, (int) (long) value);
      case I64 -> to.set(I64, at, (long) value);
      case U8 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) (int) value);
      case I8, BOOL -> to.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case F16 -> to.set(I16, at, Float.floatToFloat16((float) value));
      case BF16 -> to.set(I16, at, (short) (Float.floatToRawIntBits(Brain16.round((float) value)) >>> 16));
    }
  }
}
