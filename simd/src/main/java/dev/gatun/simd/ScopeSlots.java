package dev.gatun.simd;

import dev.gatun.memory.Shape;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the expressions of a map or a row refer to, by number: operands, results, positions, then (in a row) folds and
 * the accumulator of the fold that is being computed.
 */
final class ScopeSlots {
  private final List<Expr.Position> positions;
  /** The number of each position at the first element of the space. */
  private final long[] bases;
  private final int inputs;
  private final int operands;
  private final int folds;
  private final int[] widths;
  private final Axes axes;

  /** @param reduced per axis of the space, whether a row runs along it */
  ScopeSlots(Shape space, boolean[] reduced, List<Located> in, List<Located> out, Stream<Expr> exprs, int folds) {
    var found = new LinkedHashSet<Expr.Position>();
    exprs.forEach(e -> collect(e, found));
    this.positions = List.copyOf(found);
    this.bases = positions.stream().mapToLong(Expr.Position::base).toArray();
    this.folds = folds;
    inputs = in.size();
    operands = in.size() + out.size();
    var strides = new ArrayList<long[]>();
    in.forEach(o -> strides.add(o.strides()));
    out.forEach(o -> strides.add(resultStrides(space, o)));
    positions.forEach(p -> strides.add(p.coefficients().stream().mapToLong(Long::longValue).toArray()));
    axes = Axes.of(space.sizes(), reduced, strides.toArray(long[][]::new));
    widths = new int[operands + positions.size()];
    for (int i = 0; i < operands; i++) {
      widths[i] = (i < in.size() ? in.get(i) : out.get(i - in.size())).type().dtype().bytes();
    }
  }

  /** Those of a row kernel. */
  static ScopeSlots of(KernelSpec.Row row, List<Located> in, List<Located> out) {
    var reduced = new boolean[row.space().rank()];
    row.axes().forEach(axis -> reduced[axis] = true);
    var exprs = Stream.of(row.folds().stream().map(KernelSpec.Reduction::value), row.rowExprs().stream(),
        row.mapExprs().stream()).flatMap(s -> s);
    return new ScopeSlots(row.space(), reduced, in, out, exprs, row.folds().size());
  }

  /** A row's result does not move along the axes of the row. */
  private static long[] resultStrides(Shape space, Located out) {
    var strides = out.strides().clone();
    for (int axis = 0; axis < strides.length; axis++) {
      if (out.size(axis) != space.size(axis)) {
        strides[axis] = 0;
      }
    }
    return strides;
  }

  private static void collect(Expr e, Set<Expr.Position> found) {
    if (e instanceof Expr.Position p) {
      found.add(p);
    }
    e.parts().forEach(part -> collect(part, found));
  }

  Axes axes() {
    return axes;
  }

  /** Bytes of an element of each operand and result, 0 for positions. */
  int[] widths() {
    return widths;
  }

  /** The same with 0 for all but the operands that move along every axis, or for all but operands if none does. */
  int[] spanning() {
    var spanning = IntStream.range(0, widths.length)
        .map(i -> i < inputs && Arrays.stream(axes.strides()[i]).allMatch(stride -> stride != 0) ? widths[i] : 0)
        .toArray();
    return Arrays.stream(spanning).anyMatch(width -> width != 0) ? spanning
        : IntStream.range(0, widths.length).map(i -> i < inputs ? widths[i] : 0).toArray();
  }

  int fold(int index) {
    return widths.length + index;
  }

  int accumulator() {
    return widths.length + folds;
  }

  /** Slots in all. */
  int count() {
    return widths.length + folds + 1;
  }

  /** Steps of every slot along an axis, −1 for none; along no axis results count as dense. Folds are left 0. */
  long[] steps(int axis, int firstResult) {
    var steps = new long[count()];
    for (int slot = 0; slot < widths.length; slot++) {
      steps[slot] = axis >= 0 ? axes.strides()[slot][axis]
          : slot >= firstResult && slot < operands ? widths[slot] : 0;
    }
    return steps;
  }

  /** Says where in a larger space the first element of this one lies, for expressions of that one. */
  void place(long[] origin) {
    for (int i = 0; i < bases.length; i++) {
      bases[i] = positions.get(i).base();
      for (int axis = 0; axis < origin.length; axis++) {
        bases[i] += origin[axis] * positions.get(i).coefficients().get(axis);
      }
    }
  }

  /** A start for each slot that has one: addresses, then the positions' numbers. */
  void starts(long[] addresses, long[] into) {
    System.arraycopy(addresses, 0, into, 0, operands);
    for (int i = 0; i < positions.size(); i++) {
      into[operands + i] = bases[i];
    }
  }

  /** The view of these slots that a {@link Body} compiles against. */
  Body.Slots along(long[] laneSteps) {
    return new Body.Slots() {
      @Override
      public int position(Expr.Position position) {
        return operands + positions.indexOf(position);
      }

      @Override
      public int fold(int index) {
        return ScopeSlots.this.fold(index);
      }

      @Override
      public boolean along(int slot) {
        return laneSteps[slot] != 0;
      }
    };
  }

  /** The remaining axes: those that satisfy neither of the given ones. */
  int[] others(boolean reduced, int... taken) {
    return IntStream.range(0, axes.count()).filter(axis -> axes.reduced()[axis] == reduced
        && Arrays.stream(taken).noneMatch(t -> t == axis)).toArray();
  }
}
