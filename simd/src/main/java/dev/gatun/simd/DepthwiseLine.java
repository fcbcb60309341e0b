package dev.gatun.simd;

/** Pixels at equal distances that read the same taps, where each channel of f32 is convolved by itself. */
final class DepthwiseLine {
  private final DepthwiseTaps taps;
  private final int bits;
  /** By the pixels of a group, as they are asked for. */
  private final DepthwiseTile[] tiles;

  /**
   * A line.
   *
   * @param bits width of a vector
   * @param most pixels of a group
   */
  DepthwiseLine(DepthwiseTaps taps, int bits, int most) {
    this.taps = taps;
    this.bits = bits;
    tiles = new DepthwiseTile[most + 1];
  }

  /** Bytes of the image from pixel to pixel. */
  long step() {
    return taps.step();
  }

  /** Bytes of the result from pixel to pixel. */
  long ownStep() {
    return taps.ownStep();
  }

  /** Sums of so many pixels, in groups that are about alike; the rest as in {@link DepthwiseTile#run}. */
  void run(long x, long w, long y, int pixels, int channels) {
    int groups = Math.ceilDiv(pixels, tiles.length - 1);
    if (groups == 0) {
      return;
    }
    int fewer = pixels / groups;
    int larger = pixels % groups;
    if (larger > 0) {
      tile(fewer + 1).run(taps, x, w, y, larger, channels);
    }
    int done = larger * (fewer + 1);
    tile(fewer).run(taps, x + done * taps.step(), w, y + done * taps.ownStep(), groups - larger, channels);
  }

  private DepthwiseTile tile(int pixels) {
    var tile = tiles[pixels];
    return tile != null ? tile : (tiles[pixels] = WarmingDepthwiseTile.of(taps.shape(bits, pixels)));
  }
}
