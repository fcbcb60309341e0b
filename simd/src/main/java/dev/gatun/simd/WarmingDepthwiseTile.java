package dev.gatun.simd;

import java.lang.constant.ClassDesc;
import java.lang.foreign.Arena;
import java.util.concurrent.ConcurrentHashMap;

/** A tile that plain Java serves for until the {@link Warmer} has its generated form compiled. */
final class WarmingDepthwiseTile extends Generated<DepthwiseTile> implements DepthwiseTile {
  private static final ConcurrentHashMap<DepthwiseShape, WarmingDepthwiseTile> KNOWN = new ConcurrentHashMap<>();
  /** What a tap of a pixel takes in plain Java. */
  private static final double SCALAR_NANOS = 2;
  /** Groups of pixels of the call that is measured, and vectors of their channels. */
  private static final int GROUPS = 4;
  private static final int VECTORS = 4;

  private final DepthwiseShape shape;

  private WarmingDepthwiseTile(DepthwiseShape shape) {
    this.shape = shape;
  }

  static WarmingDepthwiseTile of(DepthwiseShape shape) {
    return KNOWN.computeIfAbsent(shape, WarmingDepthwiseTile::new);
  }

  @Override
  public void run(DepthwiseTaps taps, long x, long w, long y, int groups, int channels) {
    var warm = serving((long) groups * shape.pixels() * channels);
    if (warm != null) {
      warm.run(taps, x, w, y, groups, channels);
    } else {
      DepthwiseScalars.sum(taps, x, w, y, groups * shape.pixels(), channels, shape.lanes());
    }
  }

  @Override
  DepthwiseTile generate() {
    var name = ClassDesc.of(WarmingDepthwiseTile.class.getPackageName(), name(shape));
    return Hidden.instance(DepthwiseWriter.write(shape, name), DepthwiseTile.class);
  }

  /** A name that profilers and compiler logs show, for instance {@code Depthwise512Pixels6Taps3Every1}. */
  private static String name(DepthwiseShape shape) {
    return "Depthwise" + shape.bits() + "Pixels" + shape.pixels() + "Taps"
        + (shape.down() == 0 ? "" : shape.down() + "x") + shape.across()
        + (shape.ratio() == 0 ? "" : (shape.ratio() < 0 ? "Back" : "Every") + Math.abs(shape.ratio()));
  }

  @Override
  double otherNanos() {
    return SCALAR_NANOS * rows() * shape.across();
  }

  /** Rows of taps of a rehearsal: several where their number is an argument, or HotSpot thinks that there is one. */
  private int rows() {
    return shape.down() > 0 ? shape.down() : Math.max(2, shape.across());
  }

  /** The generated tile on zeros; all pixels and all taps read the same ones, and all vectors the same weights. */
  @Override
  public Rehearsal rehearse(Arena arena) {
    var tile = generated();
    int channels = VECTORS * shape.lanes();
    long bytes = (long) channels * Float.BYTES;
    long zeros = arena.allocate(bytes, 64).address();
    long vectors = 1L + rows() * shape.weightRow() + shape.across() * shape.weightTap();
    long weights = arena.allocate(vectors * shape.bits() / 8, 64).address();
    long results = arena.allocate(bytes, 64).address();
    var taps = new DepthwiseTaps(rows(), shape.across(), 0, 0, 0, 0, 0, 0, 0, 0);
    return new Rehearsal() {
      @Override
      public void count() {
        for (int i = 0; i < COMPUTING_CALLS; i++) {
          tile.run(taps, zeros, weights, results, 1, shape.lanes());
        }
        for (int i = 0; i < TURNING_CALLS; i++) {
          tile.run(taps, zeros, weights, results, -TURNS, shape.lanes());
        }
      }

      @Override
      public void measured() {
        tile.run(taps, zeros, weights, results, GROUPS, channels);
      }

      @Override
      public long vectors() {
        return (long) GROUPS * VECTORS * shape.pixels() * rows() * shape.across();
      }
    };
  }

  @Override
  public String toString() {
    return "the tile of " + shape.pixels() + " pixels and " + shape.across() + " taps a row, each channel by itself";
  }
}
