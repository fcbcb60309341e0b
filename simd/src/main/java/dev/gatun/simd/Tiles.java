package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.lang.constant.ClassDesc;
import java.util.concurrent.ConcurrentHashMap;

/** The tiles generated so far: one hidden class per structure, for the life of the process, shared by all plans. */
final class Tiles {
  private static final ConcurrentHashMap<TileShape, Tile> CACHE = new ConcurrentHashMap<>();

  private Tiles() {
  }

  /** The tile of a shape, generated at the first call. Not for the main path: look it up when a plan is loaded. */
  static Tile of(TileShape shape) {
    return CACHE.computeIfAbsent(shape, Tiles::serve);
  }

  private static Tile serve(TileShape shape) {
    return shape.dtype() == DType.F32 ? new WarmingTile(shape, Warmer.shared()) : generate(shape);
  }

  /**
   * The tile of a shape of f32 whose rows lie at a fixed distance, served by that which is given the distance until it
   * has done so much work that the other is worth its compilation.
   */
  static Tile ofFixedRows(TileShape shape) {
    var general = of(shape.withRowBytes(0));
    return CACHE.computeIfAbsent(shape, s -> new WarmingTile(s, general, Warmer.shared()));
  }

  static Tile generate(TileShape shape) {
    var name = ClassDesc.of(Tiles.class.getPackageName(), name(shape));
    return Hidden.instance(TileWriter.write(shape, name), Tile.class);
  }

  /** A name that profilers and compiler logs show, for instance {@code TileF32x512Outer14x2r4}. */
  static String name(TileShape shape) {
    return "Tile" + shape.dtype().name() + "x" + shape.bits()
        + switch (shape.family()) {
          case OUTER -> "Outer";
          case EACH -> "Each";
          case DOT -> "Dot";
        } + shape.rows() + "x" + shape.columns()
        + (shape.turn().steps() > 1 ? "s" + shape.turn().steps() : "")
        + (shape.rowBytes() > 0 ? "r" + shape.rowBytes() : "") + (shape.table() ? "Table" : "")
        + (shape.tail() ? "Tail" : "");
  }
}
