package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.Expr;
import java.util.Arrays;
import java.util.List;

/**
 * The minimal filtering algorithms F(m × m, 3 × 3) (Winograd 1980; for convolutions Lavin and Gray 2016): a tile of
 * m × m results takes (m + 2)² multiplications instead of 9 m². Image, filter and result are transformed along one
 * axis, then along the other, by the linear maps given here.
 *
 * <p>They change the arithmetic. With operands of random numbers around 0 the largest error, relative to the root of
 * the mean square of the results, stays below 1e-6 √C for F(2 × 2) and 6e-6 √C for F(4 × 4), summed over C channels; seen
 * were 4.3e-6 at 64 channels, 2.6e-5 at 48 and 8.7e-5 at 512, beside about 1e-6 for plain sums.
 */
enum Winograd {
  /** Points 0, 1, −1, ∞. */
  TWO(2) {
    @Override
    List<Expr> image() {
      return List.of(sub(x(0), x(2)), add(x(1), x(2)), sub(x(2), x(1)), sub(x(1), x(3)));
    }

    @Override
    List<Expr> filter() {
      var ends = times(0.5, add(x(0), x(2)));
      var middle = times(0.5, x(1));
      return List.of(x(0), add(ends, middle), sub(ends, middle), x(2));
    }

    @Override
    List<Expr> result() {
      return List.of(add(add(x(0), x(1)), x(2)), sub(sub(x(1), x(2)), x(3)));
    }
  },
  /** Points 0, 1, −1, 2, −2, ∞. */
  FOUR(4) {
    @Override
    List<Expr> image() {
      var even = sub(x(4), times(4, x(2)));
      var odd = sub(x(3), times(4, x(1)));
      var even2 = sub(x(4), x(2));
      var odd2 = times(2, sub(x(3), x(1)));
      return List.of(add(sub(times(4, x(0)), times(5, x(2))), x(4)), add(even, odd), sub(even, odd), add(even2, odd2),
          sub(even2, odd2), add(sub(times(4, x(1)), times(5, x(3))), x(5)));
    }

    @Override
    List<Expr> filter() {
      var ends = times(-1.0 / 6, add(x(0), x(2)));
      var middle = times(1.0 / 6, x(1));
      var ends2 = add(times(1.0 / 24, x(0)), times(1.0 / 6, x(2)));
      var middle2 = times(1.0 / 12, x(1));
      return List.of(times(0.25, x(0)), sub(ends, middle), add(ends, middle), add(ends2, middle2), sub(ends2, middle2),
          x(2));
    }

    @Override
    List<Expr> result() {
      var sum = add(x(1), x(2));
      var difference = sub(x(1), x(2));
      var sum2 = add(x(3), x(4));
      var difference2 = sub(x(3), x(4));
      return List.of(add(add(x(0), sum), sum2), add(difference, times(2, difference2)), add(sum, times(4, sum2)),
          add(add(difference, times(8, difference2)), x(5)));
    }
  };

  /** Taps of the filter along an axis. */
  static final int TAPS = 3;

  private static final String LABEL = "conv.winograd";
  /** Channels on either side from which the transforms are repaid. */
  private static final int FEWEST_CHANNELS = 32;
  private static final double MOST_COVERED = 1.45;
  /** Numbers of a transformed image that are made, and turned back, in a second. */
  private static final double TRANSFORM_RATE = 4e9;
  /** Numbers of transformed filters that are made in a second. */
  private static final double FILTER_RATE = 1e9;

  private final int results;

  Winograd(int results) {
    this.results = results;
  }

  /** Results of a tile along an axis: m. */
  int results() {
    return results;
  }

  /** Numbers of a tile of the image along an axis, and of its products: m + 2. */
  int points() {
    return results + TAPS - 1;
  }

  /** The transform of m + 2 neighbours of the image: as many numbers. */
  abstract List<Expr> image();

  /** The transform of three neighbours of a filter: m + 2 numbers. */
  abstract List<Expr> filter();

  /** The transform of m + 2 products: m results. */
  abstract List<Expr> result();

  /** How plans print it. */
  String label() {
    return LABEL + results;
  }

  /** The algorithm that a plan means, or null. */
  static Winograd labelled(String label) {
    return Arrays.stream(values()).filter(how -> how.label().equals(label)).findFirst().orElse(null);
  }

  /**
   * The algorithm that serves a convolution, or null: the larger tile, unless too much of the image's last tiles would
   * lie outside of it.
   */
  static Winograd suited(Convolve op, DType dtype) {
    if (op.role() == Convolve.Role.WEIGHT || dtype != DType.F32 || op.geometry().rank() != 2) {
      return null;
    }
    var shape = ConvolutionGeometry.shape(op, dtype);
    boolean suits = suits(shape.vertical()) && suits(shape.horizontal()) && shape.groups() == 1
        && Math.min(shape.c(), shape.o()) >= FEWEST_CHANNELS
        && Convolution.laneAxis(shape) == Convolution.LaneAxis.CHANNELS;
    if (!suits || Math.min(height(op, shape), width(op, shape)) < TWO.results) {
      return null;
    }
    return FOUR.covered(op, shape) <= MOST_COVERED ? FOUR : TWO;
  }

  private static boolean suits(ConvolutionShape.Axis axis) {
    return axis.kernel() == TAPS && axis.stride() == 1 && axis.dilation() == 1 && axis.padBegin() < TAPS;
  }

  private static int height(Convolve op, ConvolutionShape shape) {
    return op.role() == Convolve.Role.DATA ? shape.h() : shape.outHeight();
  }

  private static int width(Convolve op, ConvolutionShape shape) {
    return op.role() == Convolve.Role.DATA ? shape.w() : shape.outWidth();
  }

  private double tiles(Convolve op, ConvolutionShape shape) {
    return (double) Math.ceilDiv(height(op, shape), results) * Math.ceilDiv(width(op, shape), results);
  }

  /** How much larger the tiles of an image are than it. */
  private double covered(Convolve op, ConvolutionShape shape) {
    return tiles(op, shape) * results * results / ((double) height(op, shape) * width(op, shape));
  }

  /** Expected time of a convolution on transformed filters, given how many multiply-adds the machine does a second. */
  double seconds(Convolve op, double rate) {
    var shape = ConvolutionGeometry.shape(op, DType.F32);
    double tiles = shape.n() * tiles(op, shape);
    double area = (double) points() * points();
    return area * tiles * (shape.c() * shape.o() / rate + (shape.c() + shape.o()) / TRANSFORM_RATE);
  }

  /** Expected time of transforming the filters. */
  double packSeconds(Convolve op) {
    return (double) points() * points() * op.weight().size(0) * op.weight().size(1) / FILTER_RATE;
  }

  private static Expr x(int index) {
    return new Expr.Input(index, DType.F32);
  }

  private static Expr add(Expr a, Expr b) {
    return new Expr.Apply2(BinaryFn.ADD, a, b);
  }

  private static Expr sub(Expr a, Expr b) {
    return new Expr.Apply2(BinaryFn.SUB, a, b);
  }

  private static Expr times(double factor, Expr a) {
    return new Expr.Apply2(BinaryFn.MUL, new Expr.Literal(factor, DType.F32), a);
  }
}
