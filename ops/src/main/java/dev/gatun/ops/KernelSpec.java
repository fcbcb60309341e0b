package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;

/**
 * What one kernel computes, machine-free.
 *
 * <p>A machine is asked for {@link Map}, {@link Row}, {@link Direct} and {@link Chain}. {@link View}, {@link Regroup},
 * {@link Place} and {@link Repeat} never reach it: the planner turns them into strides, strided copies (maps) and loops
 * over steps.
 */
public sealed interface KernelSpec {
  List<TensorType> in();

  List<TensorType> out();

  /**
   * out[j][i] = exprs[j](in[0][i], in[1][i], …) for every i of {@code space}. Every operand has the shape of the space;
   * a broadcast operand is one whose stride along an axis is 0.
   */
  record Map(Shape space, List<TensorType> in, List<Expr> exprs) implements KernelSpec {
    public Map {
      in = List.copyOf(in);
      exprs = List.copyOf(exprs);
    }

    @Override
    public List<TensorType> out() {
      return exprs.stream().map(e -> new TensorType(e.dtype(), space)).toList();
    }

    /** out = in. */
    public static Map copy(TensorType type) {
      return new Map(type.shape(), List.of(type), List.of(new Expr.Input(0, type.dtype())));
    }
  }

  /**
   * Reductions over {@code axes} and elementwise results, in one row scope: {@code folds} are reduced in order, each
   * may use {@link Expr.Fold} of those before it; {@code rowExprs} give results of the space's shape with size 1 on the
   * axes (they use folds, and operands that do not vary along the axes), {@code mapExprs} results of the space's shape.
   * All row results come before all map results in {@link #out()}.
   */
  record Row(Shape space, List<Integer> axes, List<TensorType> in, List<Reduction> folds, List<Expr> rowExprs,
      List<Expr> mapExprs) implements KernelSpec {
    public Row {
      axes = List.copyOf(axes);
      in = List.copyOf(in);
      folds = List.copyOf(folds);
      rowExprs = List.copyOf(rowExprs);
      mapExprs = List.copyOf(mapExprs);
    }

    /** The space with size 1 on the reduced axes. */
    public Shape rowShape() {
      var sizes = space.sizes();
      axes.forEach(axis -> sizes[axis] = 1);
      return Shape.of(sizes);
    }

    @Override
    public List<TensorType> out() {
      var rows = rowExprs.stream().map(e -> new TensorType(e.dtype(), rowShape()));
      var maps = mapExprs.stream().map(e -> new TensorType(e.dtype(), space));
      return java.util.stream.Stream.concat(rows, maps).toList();
    }
  }

  /** One reduction of a row: the fold of {@code value} over the row's axes. Sums of i32 and smaller are i64. */
  record Reduction(Fold fold, Expr value) {
    public DType dtype() {
      return fold.result(value.dtype());
    }
  }

  /** How a reduction combines two numbers, with the value of an empty row. */
  enum Fold {
    SUM, PRODUCT, MAX, MIN;

    public double identity(DType dtype) {
      return switch (this) {
        case SUM -> 0;
        case PRODUCT -> 1;
        case MAX -> lowest(dtype);
        case MIN -> highest(dtype);
      };
    }

    private static double lowest(DType dtype) {
      return switch (dtype) {
        case BOOL, U8 -> 0;
        case I8 -> Byte.MIN_VALUE;
        case I32 -> Integer.MIN_VALUE;
        case I64 -> Long.MIN_VALUE;
        case F16, BF16, F32, F64 -> Double.NEGATIVE_INFINITY;
      };
    }

    /** The largest number; for i64 the double next to it, which converts to it. */
    private static double highest(DType dtype) {
      return switch (dtype) {
        case BOOL -> 1;
        case U8 -> 255;
        case I8 -> Byte.MAX_VALUE;
        case I32 -> Integer.MAX_VALUE;
        case I64 -> Long.MAX_VALUE;
        case F16, BF16, F32, F64 -> Double.POSITIVE_INFINITY;
      };
    }

    public double apply(double x, double y) {
      return switch (this) {
        case SUM -> x + y;
        case PRODUCT -> x * y;
        case MAX -> Math.max(x, y);
        case MIN -> Math.min(x, y);
      };
    }

    public DType result(DType value) {
      return this == SUM && value.isInteger() ? DType.I64 : value;
    }
  }

  /**
   * A spec that machines implement by hand: products, convolutions, windows, indexed reads and writes. After it,
   * {@code epilogue} (null if none) maps its first result: operand 0 is that result, the others are {@code in} from
   * {@code op}'s own operand count on; the epilogue's only result replaces the op's first. In a plan, operands and
   * results have no negative strides along axes longer than 1.
   */
  record Direct(Op.Primitive op, List<TensorType> in, List<TensorType> results, Map epilogue) implements KernelSpec {
    public Direct {
      in = List.copyOf(in);
      results = List.copyOf(results);
    }

    public static Direct of(Op.Call call) {
      return new Direct(call.op(), call.inTypes(), call.outTypes(), null);
    }

    /** Operands of the op itself; those after them belong to the epilogue. */
    public int operands() {
      return epilogue == null ? in.size() : in.size() - (epilogue.in().size() - 1);
    }

    @Override
    public List<TensorType> out() {
      if (epilogue == null) {
        return results;
      }
      var out = new java.util.ArrayList<>(results);
      out.set(0, epilogue.out().getFirst());
      return out;
    }
  }

  /**
   * Maps, rows and products that hand results on to one another, over the same leading axes and, after these, an axis
   * of rows. A machine may run them entry by entry and a few rows at a time, so that what they only hand on never
   * exists as a whole: attention without its matrix of scores. Values are numbered: operands, then the results of the
   * links, one link after the other.
   *
   * @param rows for each operand whether its last axis but one is the axis of rows; of others every row reads all
   * @param links in the order in which they run
   * @param results the values that are results
   */
  record Chain(List<TensorType> in, List<Boolean> rows, List<Link> links, List<Integer> results) implements KernelSpec {
    public Chain {
      in = List.copyOf(in);
      rows = List.copyOf(rows);
      links = List.copyOf(links);
      results = List.copyOf(results);
    }

    /** The types of all values. */
    public List<TensorType> values() {
      var values = new java.util.ArrayList<>(in);
      links.forEach(link -> values.addAll(link.spec.out()));
      return values;
    }

    /** For each value whether its last axis but one is the axis of rows; the others are sums over them. */
    public List<Boolean> rowsOfValues() {
      var known = new java.util.ArrayList<>(rows);
      for (var link : links) {
        boolean along = !link.sumsRows(known);
        link.spec.out().forEach(result -> known.add(along));
      }
      return known;
    }

    @Override
    public List<TensorType> out() {
      var values = values();
      return results.stream().map(values::get).toList();
    }
  }

  /**
   * One kernel of a chain: a map, a row along the last axis, or a product without epilogue, whose left operand has the
   * axis of rows. A product that sums over that axis has it in both operands, the left one transposed.
   */
  record Link(KernelSpec spec, List<Passed> in) {
    public Link {
      in = List.copyOf(in);
    }

    /** Whether it is a product that sums over the axis of rows, given for each value whether it has that axis. */
    public boolean sumsRows(List<Boolean> rows) {
      return spec instanceof Direct && in.getFirst().transposed && rows.get(in.getFirst().value);
    }
  }

  /**
   * A value as an operand of a link, its last two axes exchanged if {@code transposed}; one that has a single column is
   * repeated along the last axis where the link wants more.
   */
  record Passed(int value, boolean transposed) {}

  /** The result is the operand seen through {@code axes}: no number moves. */
  record View(TensorType from, TensorType to, List<Axis> axes) implements KernelSpec {
    @Override
    public List<TensorType> in() {
      return List.of(from);
    }

    @Override
    public List<TensorType> out() {
      return List.of(to);
    }
  }

  /**
   * One axis of a view: position i reads position start + i · step of the operand's axis {@code source}; −1 repeats.
   */
  record Axis(int source, long start, long step) {
    public static Axis of(int source) {
      return new Axis(source, 0, 1);
    }

    public static final Axis REPEAT = new Axis(-1, 0, 0);
  }

  /** The operand's elements in row-major order under another shape. */
  record Regroup(TensorType from, TensorType to) implements KernelSpec {
    @Override
    public List<TensorType> in() {
      return List.of(from);
    }

    @Override
    public List<TensorType> out() {
      return List.of(to);
    }
  }

  /** Operand n stands at {@code regions[n]} of a result that is {@code fill} elsewhere; regions never overlap. */
  record Place(TensorType to, double fill, List<TensorType> in, List<Region> regions) implements KernelSpec {
    @Override
    public List<TensorType> out() {
      return List.of(to);
    }

    /** Whether the regions leave nothing to fill. */
    public boolean covers() {
      return in.stream().mapToLong(t -> t.shape().elements()).sum() == to.shape().elements();
    }
  }

  /** Where an operand of {@link Place} goes: its position i along each axis to start + i · step. */
  record Region(List<Long> start, List<Long> step) {}

  /** A loop over the steps of a body. */
  record Repeat(Scan scan, List<TensorType> in, List<TensorType> out) implements KernelSpec {}
}
