package dev.gatun.graph;

import dev.gatun.ops.Threefry;

/** What is drawn on the host: the order of samples. A pure function of seed and epoch. */
final class Seeds {
  private Seeds() {}

  /** A seed as one key word. */
  static int word(long seed) {
    return (int) (seed ^ seed >>> 32);
  }

  /** Fills {@code order} with a permutation of its indices, by Durstenfeld's shuffle. */
  static void shuffle(int[] order, long seed, int epoch) {
    int count = order.length;
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
      long word = Threefry.draw(word(seed), epoch, i, 1) & 0xffffffffL;
      int j = (int) (word * (i + 1) >>> 32);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }
}
