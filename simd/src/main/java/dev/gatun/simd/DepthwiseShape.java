package dev.gatun.simd;

import java.util.ArrayList;
import java.util.List;

/**
 * The structure of one generated {@link DepthwiseTile}: all that is baked into its code, and so the key of the cache of
 * classes.
 *
 * @param bits width of a vector
 * @param pixels of a group, at equal distances
 * @param down rows of taps, 0 where their number is an argument
 * @param across taps of a row, at equal distances, as rows are
 * @param weightRow vectors from the packed weight of a tap to that of the one below; {@code weightTap} to the next
 * @param ratio distance of two pixels' taps, in taps: what several pixels read is then loaded once. 0 if they share
 *     nothing, or the distance is no multiple
 */
record DepthwiseShape(int bits, int pixels, int down, int across, int weightRow, int weightTap, int ratio) {
  DepthwiseShape {
    if (pixels < 1 || down < 0 || across < 0) {
      throw new IllegalArgumentException("depthwise tile of " + pixels + " pixels and " + down + " x " + across
          + " taps");
    }
  }

  /** A product of a row of taps: what is loaded there serves the sum of a pixel with the weight of a tap. */
  record Use(int pixel, int tap) {
  }

  /**
   * What serves the same load. Loads come in such an order that each pixel is served by its taps in ascending order.
   *
   * @param steps of the distance of pixels from the first tap of the first pixel, and {@code taps} of that of taps
   */
  record Load(int steps, int taps, List<Use> uses) {
  }

  /** Lanes of a vector. */
  int lanes() {
    return bits / Float.SIZE;
  }

  /** The loads of a row of taps. */
  List<Load> loads() {
    var loads = new ArrayList<Load>();
    if (ratio == 0) {
      for (int tap = 0; tap < across; tap++) {
        for (int pixel = 0; pixel < pixels; pixel++) {
          loads.add(new Load(pixel, tap, List.of(new Use(pixel, tap))));
        }
      }
      return loads;
    }
    int last = (pixels - 1) * ratio;
    for (int at = Math.min(0, last); at < across + Math.max(0, last); at++) {
      var uses = new ArrayList<Use>();
      for (int pixel = 0; pixel < pixels; pixel++) {
        int tap = at - pixel * ratio;
        if (tap >= 0 && tap < across) {
          uses.add(new Use(pixel, tap));
        }
      }
      if (!uses.isEmpty()) {
        loads.add(new Load(0, at, uses));
      }
    }
    return loads;
  }
}
